/**
 * The scored suite: our edges against those that KubeHound's own system test expects, under its convention. Prints precision
 * and recall per test. The filters are those of that test (test/system/graph_edge_test.go): PERMISSION_DISCOVER from the
 * accounts of `default`, ROLE_BIND between cluster-wide sets to those named `rolebind…`.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyFact, EdgeLine } from '@firebreak/contract';
import { afterAll, describe, expect, test } from 'vitest';
import { collectManifests } from '../../packages/platform/src/connectors/kubernetes/files.ts';
import { estateOf } from '../../packages/platform/src/facts/estate.ts';
import { kubehoundEdgeLines } from '../../packages/platform/src/graph/convention/kubehound.ts';
import { deriveGraph } from '../../packages/platform/src/graph/derive-graph.ts';
import { edgeRules } from '../../packages/platform/src/graph/edges/index.ts';
import { edgeLines } from '../../packages/platform/src/graph/exports.ts';
import { nodeRules } from '../../packages/platform/src/graph/nodes/index.ts';
import { asDeployed, attacksFolder, corpusPresent, type EdgeTest, expected } from './corpus.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** All edges of a folder of manifests, read as the command line reads them. */
async function edgesIn(path: string, convention?: 'kubehound'): Promise<readonly EdgeLine[]> {
  const facts: AnyFact[] = [];
  for await (const read of collectManifests({ path, maxDocumentBytes: 1_500_000 }, new AbortController().signal)) {
    if ('gap' in read) throw new Error(`a manifest was not understood: ${read.gap.reason}`);
    facts.push(read.fact);
  }
  const options = convention === undefined ? {} : { convention };
  const graph = deriveGraph(estateOf(facts, []), nodeRules, edgeRules, options);
  return [...(convention === undefined ? edgeLines(graph) : kubehoundEdgeLines(graph))];
}

async function deployedFolder(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-kubehound-'));
  folders.push(folder);
  writeFileSync(
    join(folder, 'cluster.json'),
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: await asDeployed() }),
  );
  return folder;
}

const inNamespace = (id: string): boolean => /^kubernetes:[A-Za-z]+\/default\//.test(id);
const clusterWide = (id: string): boolean => id.startsWith('kubernetes:PermissionSet/') && !inNamespace(id);

/** The edges that a test looks at, as the names that it compares. */
function lookedAt(it: EdgeTest, edges: readonly EdgeLine[]): ReadonlySet<string> {
  const [first, last] = [it.edge[0], it.edge.at(-1)];
  const ofType = edges.filter(({ type }) => type === last);
  const pairs = (list: readonly EdgeLine[]) => new Set(list.map(({ from, to }) => `${from.name} -> ${to.name}`));
  if (it.match === 'contains_container')
    return new Set(ofType.filter(({ to }) => to.kind === 'Node').map(({ from }) => from.name));
  if (last === 'TOKEN_STEAL') return new Set(ofType.map(({ to }) => to.name));
  if (last === 'ENDPOINT_EXPLOIT') return new Set(ofType.map(({ from }) => from.name));
  if (last === 'PERMISSION_DISCOVER') return pairs(ofType.filter(({ from }) => inNamespace(from.id)));
  if (last === 'ROLE_BIND')
    return pairs(
      ofType.filter(({ from, to }) => clusterWide(from.id) && clusterWide(to.id) && to.name.startsWith('rolebind')),
    );
  if (it.edge.length === 1) return pairs(ofType);
  const through = new Set(ofType.map(({ from }) => from.id));
  return pairs(edges.filter(({ type, to }) => type === first && through.has(to.id)));
}

function wanted(it: EdgeTest): readonly string[] {
  return [...it.edges.map(([from, to]) => `${from} -> ${to}`), ...it.values, ...it.containers];
}

/** Tests that cannot be met without nodes: manifests alone name none. */
const needsCluster = new Set(['TestEdge_IDENTITY_ASSUME_Node']);

describe.skipIf(!corpusPresent)(`KubeHound’s test cluster${corpusPresent ? '' : ' (corpus not present)'}`, () => {
  describe.each([
    ['as deployed', deployedFolder],
    ['manifests as they are', () => attacksFolder],
  ] as const)('%s', (world, folder) => {
    test('precision and recall', async () => {
      const edges = await edgesIn(await folder(), 'kubehound');
      const rows: string[] = [];
      for (const it of expected().edge_tests) {
        const found = lookedAt(it, edges);
        const hits = wanted(it).filter((want) => found.has(want));
        const recall = hits.length / wanted(it).length;
        const precision = it.match === 'exact' ? hits.length / found.size : undefined;
        const share = (value: number | undefined) =>
          value === undefined ? '   –' : `${Math.round(100 * value)} %`.padStart(5);
        rows.push(
          `${it.test.padEnd(42)} recall ${share(recall)}  precision ${share(precision)}  (${found.size} edges)`,
        );
        if (needsCluster.has(it.test) && world !== 'as deployed') continue;
        expect(
          wanted(it).filter((want) => !found.has(want)),
          `${it.test}: missing`,
        ).toEqual([]);
        if (it.match === 'exact')
          expect(
            [...found].filter((one) => !wanted(it).includes(one)),
            `${it.test}: too much`,
          ).toEqual([]);
      }
      console.log(`KubeHound, ${world}\n${rows.join('\n')}`);
      expect(rows.length).toBe(15);
    });

    test.each(['kubehound', undefined] as const)('escapes are exact (convention: %s)', async (convention) => {
      const edges = await edgesIn(await folder(), convention);
      const escapes = edges.filter(({ type, to }) => type.startsWith('CE_') && to.kind === 'Node');
      expect([...new Set(escapes.map(({ from, type }) => `${from.name} ${type}`))].sort()).toEqual(
        expected()
          .container_escapes_exact.map(([container, type]) => `${container} ${type}`)
          .sort(),
      );
    });

    test.each(['kubehound', undefined] as const)(
      'the control pod leads nowhere (convention: %s)',
      async (convention) => {
        const edges = await edgesIn(await folder(), convention);
        for (const name of expected().no_outgoing_edges)
          expect(edges.filter(({ from }) => from.kind === 'Container' && from.name === name)).toEqual([]);
      },
    );
  });

  test('the traps', async () => {
    const edges = await edgesIn(await deployedFolder(), 'kubehound');
    const failing = edges.filter(({ from, type }) => type === 'ROLE_BIND' && from.name.includes('-fail'));
    expect(failing, '-fail sets bind nothing').toEqual([]);
    expect(
      edges.filter(({ type }) => type === 'CE_NET_MITM'),
      'no escape over the network',
    ).toEqual([]);
    const precise = await edgesIn(await deployedFolder());
    const mitm = precise.filter(({ from }) => from.kind === 'Container' && from.name === 'netadmin-pod');
    expect(mitm.filter(({ to }) => to.kind === 'Node')).toEqual([]);
    expect(new Set(mitm.map(({ to }) => to.kind))).toEqual(new Set(['Endpoint']));
  });

  test('a namespaced role that grants impersonation of users and groups grants nothing', async () => {
    const folder = await deployedFolder();
    const group = 'rbac.authorization.k8s.io';
    const metadata = { name: 'impersonate', namespace: 'default' };
    const rules = [{ apiGroups: [''], resources: ['users', 'groups'], verbs: ['impersonate'] }];
    const subjects = [{ kind: 'ServiceAccount', name: 'pod-exec-sa', namespace: 'default' }];
    const roleRef = { apiGroup: group, kind: 'Role', name: 'impersonate' };
    const items = [
      { apiVersion: `${group}/v1`, kind: 'Role', metadata, rules },
      { apiVersion: `${group}/v1`, kind: 'RoleBinding', metadata, roleRef, subjects },
    ];
    writeFileSync(join(folder, 'trap.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    for (const convention of ['kubehound', undefined] as const) {
      const edges = await edgesIn(folder, convention);
      expect(edges.some(({ to }) => to.name === 'impersonate::impersonate')).toBe(true);
      const granted = edges.filter(
        ({ type, from }) => type === 'IDENTITY_IMPERSONATE' && from.name === 'impersonate::impersonate',
      );
      expect(granted).toEqual([]);
    }
  });

  test('read precisely, listing secrets gives no token: none lies in a secret', async () => {
    const edges = await edgesIn(await deployedFolder());
    expect(edges.filter(({ type }) => type === 'TOKEN_LIST')).toEqual([]);
  });
});
