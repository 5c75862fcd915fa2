/**
 * Planted secrets in prompts and logs, and texts that only look so: recall and false alarms of our rules beside secretlint's recommended
 * preset in the same run. The planted ones are drawn from the forms of our own rules: that a rule finds its form is no wonder, that it
 * does so wherever agents put it, and that nothing else is found, is what is measured. gitleaks with its own rules is in
 * `npm run bench:secrets`.
 */
import { afterAll, expect, test } from 'vitest';
import { printTable } from '../../bench/measure.ts';
import { Secretlint } from '../../packages/platform/src/cli/secretlint/secretlint.ts';
import { shippedSecretRules } from '../../packages/platform/src/detection/secrets/index.ts';
import { SecretSearch } from '../../packages/platform/src/detection/secrets/secret-search.ts';
import { interval } from '../intervals.ts';
import { hardNegatives, plantedSecrets } from './planted.ts';

const { rules, allowlists } = shippedSecretRules();
const search = new SecretSearch({ rules, allowlists });
const secretlint = new Secretlint();
afterAll(() => secretlint.close());

test('planted secrets are found where they stand, by the rule that they are of', async () => {
  const planted = plantedSecrets(rules, 12, 21);
  let [found, exact, other] = [0, 0, 0];
  const missed = new Set<string>();
  for (const { rule, text, start, end } of planted) {
    const hits = search.find(text).found.filter((each) => each.start < end && start < each.end);
    if (hits.length > 0) found += 1;
    else missed.add(rule);
    if (hits.some((each) => each.rule.id === rule && each.start >= start && each.end <= end)) exact += 1;
    const theirs = (await secretlint.find(text, 'prompt.txt')).found;
    if (theirs.some((each) => each.start < end && start < each.end)) other += 1;
  }
  printTable(
    ['planted secrets', 'found'],
    [
      [`ours, of ${planted.length}`, interval(found, planted.length)],
      ['ours, by the right rule', interval(exact, planted.length)],
      ['secretlint, recommended preset', interval(other, planted.length)],
    ],
  );
  expect([...missed]).toEqual([]);
  expect(exact / planted.length).toBeGreaterThan(0.99);
}, 120_000);

test('what only looks like a secret is none', async () => {
  const texts = hardNegatives(1800, 22);
  const wrong = new Map<string, number>();
  let other = 0;
  for (const { kind, text } of texts) {
    if (search.find(text).found.length > 0) wrong.set(kind, (wrong.get(kind) ?? 0) + 1);
    if ((await secretlint.find(text, 'prompt.txt')).found.length > 0) other += 1;
  }
  const ours = [...wrong.values()].reduce((sum, count) => sum + count, 0);
  printTable(
    ['texts without a secret', 'alarms'],
    [
      [`ours, of ${texts.length}`, interval(ours, texts.length)],
      ['secretlint, recommended preset', interval(other, texts.length)],
    ],
  );
  expect(Object.fromEntries(wrong)).toEqual({});
}, 120_000);
