/**
 * The scored suite: who can gain more in a real account, against the author's labels and a second tool's opinion. Where both
 * agree, so must we; every other disagreement is listed here with its reason, and argued in docs/aws-labels.md.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { world } from '../../packages/platform/src/app/compose.ts';
import { run } from '../../packages/platform/src/cli/testing/run.ts';
import aws from '../../packages/platform/src/connectors/aws/index.ts';
import { collectEstate } from '../../packages/platform/src/facts/collect.ts';
import { deriveGraph } from '../../packages/platform/src/graph/derive-graph.ts';
import { edgeRules } from '../../packages/platform/src/graph/edges/index.ts';
import { edgeLines } from '../../packages/platform/src/graph/exports.ts';
import { nodeRules } from '../../packages/platform/src/graph/nodes/index.ts';
import { accountFile, corpusPresent, labels, otherAccountFile } from './labels.ts';

/** By the end of the ARN: the author says exploitable, and we find nothing that the identity could do alone. */
const notExploitableAlone = [
  'role/privesc10-PutUserPolicy-role',
  'role/privesc11-PutGroupPolicy-role',
  'role/privesc13-AddUserToGroup-role',
  'role/privesc2-SetExistingDefaultPolicyVersion-role',
  'role/privesc7-AttachUserPolicy-role',
  'role/privesc8-AttachGroupPolicy-role',
  'user/privesc-AssumeRole-start-user',
  'user/privesc12-PutRolePolicy-user',
  'user/privesc2-SetExistingDefaultPolicyVersion-user',
  'user/privesc9-AttachRolePolicy-user',
];

/** What an identity gains by itself; being in a group and steps that need a second holding are nothing that it does. */
const nothingGained = new Set([
  'ACCOUNT_CONTROL',
  'IAM_GROUP_MEMBERSHIP',
  'IAM_POLICY_AUTHOR',
  'IAM_RAISE_HELD_IDENTITY',
]);

async function gains(file: string): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const { estate } = await collectEstate(aws, aws.parse(file), new AbortController().signal);
  const byArn = new Map<string, Set<string>>();
  for (const { type, from } of edgeLines(deriveGraph(estate, nodeRules, edgeRules))) {
    if (nothingGained.has(type)) continue;
    const arn = from.id.replace(/^aws:[^/]*\//, '');
    byArn.set(arn, (byArn.get(arn) ?? new Set()).add(type));
  }
  return byArn;
}

describe.skipIf(!corpusPresent)('cloudsplaining’s account (where the corpus is not present: skipped)', () => {
  test('agrees with every label on which the author and PMapper agree', async () => {
    const found = await gains(accountFile);
    const agreed = labels().filter(({ agree }) => agree);
    const wrong = agreed.filter(({ arn, author_label }) => found.has(arn) !== (author_label === 'EXPLOITABLE'));
    const exploitable = agreed.filter(({ author_label }) => author_label === 'EXPLOITABLE').length;
    console.log(`agreed labels: ${agreed.length - wrong.length}/${agreed.length}, of them exploitable ${exploitable}`);
    expect(agreed.length).toBeGreaterThanOrEqual(42);
    expect(wrong).toEqual([]);
  });

  test('disagrees with the author only where that is argued', async () => {
    const found = await gains(accountFile);
    const judged = labels().filter(({ author_label }) => ['EXPLOITABLE', 'NOT'].includes(author_label));
    const missed = judged.filter(({ arn, author_label }) => author_label === 'EXPLOITABLE' && !found.has(arn));
    const alarms = judged.filter(({ arn, author_label }) => author_label === 'NOT' && found.has(arn));
    console.log(
      `author’s labels: ${judged.length - missed.length - alarms.length}/${judged.length}, false alarms ${alarms.length}`,
    );
    expect(alarms).toEqual([]);
    expect(missed.map(({ arn }) => arn.replace(/^.*?:(?=user|role)/, '')).sort()).toEqual(notExploitableAlone);
    // PMapper finds nothing in any of them either.
    expect(missed.every(({ pmapper }) => pmapper === 'no')).toBe(true);
  });

  test('every disagreement is argued by name', () => {
    const page = readFileSync(new URL('../../docs/aws-labels.md', import.meta.url), 'utf8');
    for (const name of notExploitableAlone)
      expect(page).toContain(name.replace(/^\w+\//, '').replace(/-(user|role)$/, ''));
  });

  test('the command line reads both accounts', async () => {
    const ended = await run(world, [
      'collect',
      '--from',
      `aws:${accountFile}`,
      '--from',
      `aws:${otherAccountFile}`,
      '--json',
    ]);
    const { counts, completeness } = JSON.parse(ended.out);
    expect(counts).toMatchObject({ User: 44, Role: 78, Group: 5 });
    expect(completeness.answer).toBe('limited');
  });
});
