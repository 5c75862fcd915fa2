/** How much own content there is, and that each rule brings what those who tune it need: examples, doubts, a level, techniques. */
import { expect, test } from 'vitest';
import { readLogSources, readRuleFolder } from '../../packages/platform/src/cli/rule-folder.ts';
import { readExamples } from '../../packages/platform/src/detection/sigma/examples/examples.ts';
import { readRules } from '../../packages/platform/src/detection/sigma/language/read-rules.ts';
import type { SigmaRule } from '../../packages/platform/src/detection/sigma/language/rule.ts';
import { placeholdersOf } from '../../packages/platform/src/detection/sigma/sources/log-source.ts';

const folder = new URL('../../content/rules/', import.meta.url).pathname;
const { signal } = new AbortController();
const { rules: files, examples } = await readRuleFolder(folder, signal);
const lists = placeholdersOf(await readLogSources(undefined, signal));
const own = files.flatMap((file) => readRules(file, lists).rules);
/** Rules that are only counted by a correlation are no findings, and not counted here. */
const counted = new Set(own.flatMap((rule) => (rule.kind === 'correlation' && !rule.generate ? rule.rules : [])));
const speaking = own.filter(
  ({ kind, id, name }) => kind !== 'filter' && !counted.has(id) && !(name !== undefined && counted.has(name)),
);

test('there are at least three hundred rules that speak by themselves', () => {
  const folders: Record<string, number> = {};
  for (const { file } of speaking) {
    const top = file.split('/')[0] ?? '';
    folders[top] = (folders[top] ?? 0) + 1;
  }
  console.log(`${speaking.length} rules that speak, ${own.length} in all`, folders);
  expect(speaking.length).toBeGreaterThanOrEqual(300);
  expect(new Set(own.map(({ id }) => id)).size).toBe(own.length);
  expect(new Set(speaking.map(({ title }) => title)).size).toBe(speaking.length);
});

test.each(files.map(({ file }) => file).filter((file) => /^(aws|github|vendor|correlations)\//.test(file)))(
  '%s has at least two events on which it speaks and three near misses',
  (file) => {
    const beside = file.replace(/\.yml$/, '.test.yaml');
    const text = examples.find((each) => each.file === beside)?.text ?? '';
    const all = readExamples(beside, text).examples.flatMap((each) => each.examples);
    expect(all.filter(({ expected }) => expected).length).toBeGreaterThanOrEqual(2);
    expect(all.filter(({ expected }) => !expected).length).toBeGreaterThanOrEqual(3);
  },
);

test.each(speaking.map((rule) => [rule.file, rule] as const))(
  '%s says level, doubts, techniques and why',
  (_, rule) => {
    const { level, falsepositives, description = '', tags, title } = rule;
    expect(level).toBeDefined();
    expect(falsepositives.length).toBeGreaterThan(0);
    expect(description.length, title).toBeGreaterThan(60);
    expect(tags.some((tag) => /^attack\.t\d{4}/.test(tag))).toBe(true);
    if (isAboutAiOrMachines(rule)) expect(tags.some((tag) => /^(atlas|asi|nhi)\./.test(tag))).toBe(true);
  },
);

/** By what it looks at: services of models and agents, identities of machines and what opens them. */
function isAboutAiOrMachines(rule: SigmaRule): boolean {
  const text = files.find(({ file }) => file === rule.file)?.text ?? '';
  return /\b(sagemaker|bedrock|bedrock-agentcore|secretsmanager|sts|iam|ecr|rolesanywhere)\.amazonaws\.com|product: (openai|anthropic|litellm|mlflow|opentelemetry)/.test(
    text,
  );
}
