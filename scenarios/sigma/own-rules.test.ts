/** The rules that come along: every one is sound, says what its examples expect, and tells people what they need to know. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readLogSources, readRuleFolder } from '../../packages/platform/src/cli/rule-folder.ts';
import { bareWorld, run } from '../../packages/platform/src/cli/testing/run.ts';
import { readExamples } from '../../packages/platform/src/detection/sigma/examples/examples.ts';
import { readRules } from '../../packages/platform/src/detection/sigma/language/read-rules.ts';
import { placeholdersOf } from '../../packages/platform/src/detection/sigma/sources/log-source.ts';
import { eventFormats } from '../../packages/platform/src/events/formats/index.ts';

const folder = new URL('../../content/rules/', import.meta.url).pathname;
const { rules: files, examples } = await readRuleFolder(folder, new AbortController().signal);
const lists = placeholdersOf(await readLogSources(undefined, new AbortController().signal));
const own = files.flatMap((file) => readRules(file, lists).rules);

test('firebreak rules test says so of all of them', async () => {
  const { out, exit } = await run(bareWorld({}), ['rules', 'test', folder, '--json']);
  const { examples: results, problems } = JSON.parse(out) as {
    examples: { ok: boolean; rule: string; name: string }[];
    problems: unknown[];
  };
  expect(results.filter(({ ok }) => !ok)).toEqual([]);
  expect(problems).toEqual([]);
  expect(results.length).toBeGreaterThan(60);
  expect(exit).toBe(0);
});

test.each(files.map(({ file }) => file))('%s has examples of both kinds, notes and tags', async (file) => {
  const beside = examples.find(({ file: name }) => name === file.replace(/\.yml$/, '.test.yaml'));
  const text = beside?.text ?? '';
  expect(text).toMatch(/^positive:$/m);
  expect(text).toMatch(/^negative:$/m);
  for (const rule of own.filter((each) => each.file === file)) {
    expect(rule.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(rule.title.length).toBeLessThanOrEqual(110);
    expect(rule.falsepositives.length).toBeGreaterThan(0);
    expect(rule.level).toBeDefined();
    for (const tag of rule.tags)
      expect(tag).toMatch(
        /^(attack\.(t\d{4}(\.\d{3})?|[a-z-]+)|atlas\.aml\.t\d{4}(\.\d{3})?|asi\.asi\d\d|nhi\.nhi\d+)$/,
      );
  }
  expect(
    own.filter((each) => each.file === file).some(({ tags }) => tags.some((tag) => /^attack\.t\d/.test(tag))),
  ).toBe(true);
});

test('every event of the examples is one that a format reads, so that the rule is ever asked', () => {
  const unread = examples.flatMap(({ file, text }) =>
    readExamples(file, text).examples.flatMap(({ examples: cases }) =>
      cases
        .filter(({ events }) => events.some((event) => !eventFormats.some(({ is }) => is(event))))
        .map(({ name }) => `${file}: ${name}`),
    ),
  );
  expect(unread).toEqual([]);
});

test('the log sources that they name are described', async () => {
  const described = await readFile(new URL('../../docs/detection-rules.md', import.meta.url), 'utf8');
  for (const rule of own)
    if (rule.kind === 'rule') expect(described).toContain(`${rule.logsource.product} ${rule.logsource.service}`);
});
