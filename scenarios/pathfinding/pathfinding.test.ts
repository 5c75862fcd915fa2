/**
 * The scored suite: every way of pathfinding.cloud is told by its id in an account that holds just what it needs, is gone
 * without any one of its permissions, and is not told where a Deny, a boundary, the organization, a condition or a trust
 * policy stands in its way. Prints precision and recall.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { world } from '../../packages/platform/src/app/compose.ts';
import { run } from '../../packages/platform/src/cli/testing/run.ts';
import aws from '../../packages/platform/src/connectors/aws/index.ts';
import { collectEstate } from '../../packages/platform/src/facts/collect.ts';
import { deriveGraph } from '../../packages/platform/src/graph/derive-graph.ts';
import { edgeRules } from '../../packages/platform/src/graph/edges/index.ts';
import { edgeLines } from '../../packages/platform/src/graph/exports.ts';
import { nodeRules } from '../../packages/platform/src/graph/nodes/index.ts';
import { accountOf, credentialReport, principalOf, type Twist, trustsAccount, trustsServices } from './account.ts';
import { corpusPresent, type Path, paths } from './corpus.ts';

const folder = mkdtempSync(join(tmpdir(), 'firebreak-pathfinding-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Keys and passwords as the paths want them. */
const credentials = credentialReport({
  'target-iam-002': { keys: 1 },
  'target-iam-003': { keys: 2 },
  'target-iam-004': { password: false },
  'target-iam-006': { password: true },
  'target-iam-015': { keys: 0 },
  'target-iam-018': { keys: 0 },
});

async function edgesOf(open: readonly Path[], twist: Twist = {}, report = true) {
  const path = mkdtempSync(join(folder, 'account-'));
  writeFileSync(join(path, 'details.json'), JSON.stringify(accountOf(open, twist)));
  if (report) writeFileSync(join(path, 'credentials.csv'), credentials);
  const { estate } = await collectEstate(aws, aws.parse(path), new AbortController().signal);
  return [...edgeLines(deriveGraph(estate, nodeRules, edgeRules))];
}

/** Ids that are told of each principal, by its name. */
async function told(...account: Parameters<typeof edgesOf>): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const ids = new Map<string, Set<string>>();
  for (const { from, aka } of await edgesOf(...account)) {
    const id = aka.pathfinding;
    if (id === undefined) continue;
    const known = ids.get(from.name) ?? new Set();
    ids.set(from.name, known.add(id));
  }
  return ids;
}

/** Names of everything that a user who may assume the role `door-<id>` holds, when that role trusts so. */
async function throughDoor(path: Path, door: NonNullable<Twist['door']>): Promise<ReadonlySet<string>> {
  const edges = await edgesOf([path], { door });
  const held = new Set(['bystander']);
  for (const name of held) for (const { from, to } of edges) if (from.name === name) held.add(to.name);
  return held;
}

const all = corpusPresent ? paths() : [];
const idsOf = async (path: Path, twist?: Twist, report?: boolean) => [
  ...((await told([path], twist, report)).get(principalOf(path.id)) ?? []),
];

const negatives = ['Deny', 'boundary', 'SCP', 'condition', 'trust'] as const;
type Negative = (typeof negatives)[number];

/** Ways in which no role is passed or assumed: the trust that matters is that of whoever may do it. */
const withoutTrust = (path: Path) => path.id.startsWith('iam-') && !path.required.includes('sts:AssumeRole');

describe.skipIf(!corpusPresent)('pathfinding.cloud (where the corpus is not present: skipped)', () => {
  test('one account, one principal for each path: each is told its own id and no other', async () => {
    const ids = await told(all);
    let right = 0;
    let wrong = 0;
    for (const { id } of all) {
      const found = ids.get(principalOf(id)) ?? new Set();
      if (found.has(id)) right += 1;
      const others = [...found].filter((each) => each !== id);
      wrong += others.length;
      if (others.length > 0 || !found.has(id)) console.log(`${id}: told ${[...found].join(', ') || 'nothing'}`);
    }
    console.log(`recall ${right}/${all.length}, precision ${right}/${right + wrong}`);
    expect(all).toHaveLength(65);
    expect(right).toBe(65);
    expect(wrong).toBe(0);
  });

  test('the command line says so too', async () => {
    const file = join(folder, 'account.json');
    writeFileSync(file, JSON.stringify(accountOf(all)));
    const { out } = await run(world, ['edges', '--from', `aws:${file}`, '--jsonl']);
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const { id } of all)
      expect(
        lines.some((line) => line.aka.pathfinding === id && line.from.name === principalOf(id)),
        id,
      ).toBe(true);
  });

  test.each(all)('$id is told alone', async (path) => {
    expect(await idsOf(path)).toEqual([path.id]);
    expect(await idsOf(path, {}, false), 'without a credential report').toEqual([path.id]);
    const everywhere = await idsOf(path, { everywhere: true });
    expect(everywhere.sort(), 'on every resource').toEqual([path.id, ...(reallyAlso[path.id] ?? [])].sort());
  });

  test.each(all)('$id is gone without any one of its permissions', async (path) => {
    for (const permission of path.required) expect(await idsOf(path, { without: [permission] })).not.toContain(path.id);
  });

  describe('negatives', () => {
    const passed = new Map<string, Set<string>>();
    const none = async (kind: Negative, path: Path, twist: Twist, what: string) => {
      expect(await idsOf(path, twist), `${kind}: ${what}`).not.toContain(path.id);
      passed.set(kind, (passed.get(kind) ?? new Set()).add(path.id));
    };
    const tag = { StringEquals: { 'aws:PrincipalTag/department': 'somebody-else' } };
    const polly = trustsServices(['polly.amazonaws.com']);
    const past = { DateLessThan: { 'aws:CurrentTime': '2020-01-01T00:00:00Z' } };

    test.each(all)('$id is not told where something stands in its way', async (path) => {
      for (const permission of path.required) {
        await none('Deny', path, { deny: [permission] }, permission);
        await none('boundary', path, { boundaryWithout: [permission] }, permission);
        await none('SCP', path, { organizationDenies: [permission] }, permission);
      }
      await none('condition', path, { condition: tag }, 'a tag');
      await none('condition', path, { condition: past }, 'a time');
      if (!withoutTrust(path)) await none('trust', path, { trust: polly }, 'of the role');
      else {
        expect(await throughDoor(path, trustsAccount)).toContain(`door-${path.id}`);
        expect([...(await throughDoor(path, polly))]).toEqual(['bystander']);
        passed.set('trust', (passed.get('trust') ?? new Set()).add(path.id));
      }
    });

    test('all five stand in the way of each', () => {
      const counts = negatives.map((kind) => `${kind} ${passed.get(kind)?.size ?? 0}/${all.length}`);
      console.log(`five negatives for each of ${all.length}, false alarms 0: ${counts.join(', ')}`);
      for (const kind of negatives)
        expect([...(passed.get(kind) ?? [])].sort()).toEqual(all.map(({ id }) => id).sort());
    });
  });
});

/**
 * What a principal that holds a path's permissions on every resource holds besides. None of it is a false alarm: the smaller
 * way is open, to something else than what the larger one gains.
 */
const reallyAlso: Readonly<Record<string, readonly string[]>> = {
  // iam:UpdateAssumeRolePolicy also opens the role that has no policy of the customer's to write anew.
  'iam-020': ['iam-012'],
};
