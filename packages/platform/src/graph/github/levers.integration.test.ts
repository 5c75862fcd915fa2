/**
 * Levers on a small company: each that an edge names is pulled by its real action on the server that answers as GitHub describes itself,
 * and no edge that named it is left in a fresh collect; undone, the company has the same edges as before.
 */
import type { Lever } from '@firebreak/contract';
import { afterEach, expect, test } from 'vitest';
import { makeWorld, type World } from '../../connectors/github/actions/cases/world.case.ts';
import { actions } from '../../connectors/github/actions/index.ts';
import github from '../../connectors/github/index.ts';
import { collectSession } from '../../facts/collect.ts';
import type { GraphEdge } from '../attack-graph.ts';
import { deriveGraph } from '../derive-graph.ts';
import { edgeRules } from '../edges/index.ts';
import { nodeRules } from '../nodes/index.ts';

const signal = new AbortController().signal;
let world: World | undefined;
afterEach(async () => {
  await world?.close();
  expect(world?.server.faults).toEqual([]);
});

async function collected({ session }: World) {
  const { estate } = await collectSession(github, session, signal);
  return { estate, graph: deriveGraph(estate, nodeRules, edgeRules, {}) };
}

test('each lever makes every edge that names it disappear, and its undo brings them back', async () => {
  world = await makeWorld(true);
  const { estate, graph } = await collected(world);
  const start = [...graph.liveEdges()];
  const namedBy = new Map<string, { lever: Lever; edges: string[] }>();
  for (const edge of start)
    for (const lever of edge.rule.levers(edge, estate)) {
      const entry = namedBy.get(lever.key) ?? { lever, edges: [] };
      namedBy.set(lever.key, entry);
      entry.edges.push(inWords(edge));
      expect(edge.rule.severedBy, edge.type).toContain(lever.action);
    }
  const shown = new Set([...namedBy.values()].map(({ lever }) => lever.action));
  expect([...shown].sort()).toEqual([
    'github.disable-actions',
    'github.disable-workflow',
    'github.lock-branch',
    'github.lower-role',
    'github.remove-deploy-key',
    'github.remove-runner',
    'github.require-review',
    'github.restrict-workflow-token',
    'github.suspend-installation',
  ]);
  const severed = new Set(start.filter((edge) => edge.rule.levers(edge, estate).length > 0).map(({ type }) => type));
  // Roles of a cloud need a second system; private repositories, commits of forks are other worlds: see the rules' own tests.
  expect([...severed].sort()).toEqual([
    'ACTION_PUBLISHER',
    'BRANCH_BYPASS',
    'BRANCH_PUSH',
    'CACHE_POISON',
    'DEPLOY_KEY',
    'INSTALLATION_GRANT',
    'JOB_CONTENT',
    'JOB_IMAGE',
    'JOB_IMAGE_PUSH',
    'JOB_PUBLISH',
    'JOB_RUNNER',
    'JOB_SECRET',
    'JOB_TOKEN',
    'OUTSIDER_FORK',
    'OUTSIDER_JOB',
    'PUSHED_WORKFLOW_SECRET',
    'REPOSITORY_ROLE',
    'RUNNER_JOBS',
    'TOKEN_APPROVE',
    'TOKEN_CONTENTS',
    'TOKEN_DISPATCH',
    'TOKEN_PACKAGES',
    'WORKFLOW_EDIT',
    'WORKFLOW_PUSH',
  ]);
  const failures: string[] = [];
  for (const { lever, edges } of namedBy.values()) {
    // A removed runner does not come back, so that is shown last, on a company of its own.
    const place: World = lever.action === 'github.remove-runner' ? await makeWorld(true) : world;
    const undo = await pull(place, lever);
    const left = new Set([...(await collected(place)).graph.liveEdges()].map(inWords));
    for (const edge of edges) if (left.has(edge)) failures.push(`${lever.key} leaves ${edge}`);
    await undo?.();
    if (place !== world) await place.close();
  }
  expect(failures).toEqual([]);
  // A deploy key that is put back has another number.
  const again = [...(await collected(world)).graph.liveEdges()].map(inWords).map(withoutKeys).sort();
  expect(again).toEqual(start.map(inWords).map(withoutKeys).sort());
});

async function pull({ session }: World, { action: id, params }: Lever): Promise<(() => Promise<void>) | undefined> {
  const action = actions.find((each) => each.id === id);
  if (action === undefined) throw new Error(`no action ${id}`);
  const parsed: unknown = action.params.parse(params);
  const attempt = { session, signal, key: 'test' };
  const { record } = await action.read(attempt, parsed);
  expect(await action.apply(attempt, parsed, record), id).toEqual({ outcome: 'done' });
  const { reversal } = action;
  if (reversal.kind === 'none') return undefined;
  return async () => expect(await reversal.restore(attempt, parsed, record), id).toEqual({ outcome: 'done' });
}

function inWords(edge: GraphEdge): string {
  return `${edge.type} ${[edge.from, ...edge.with].join(' + ')} -> ${edge.to}`;
}
const withoutKeys = (words: string) => words.replace(/DeployKey\/(\S+)\/\d+/g, 'DeployKey/$1');
