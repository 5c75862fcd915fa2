/**
 * What the graph says is left when an account is taken out of some of its bindings, against deriving the graph afresh from
 * objects without it. Both ways must agree: a plan that rests on the first is carried out in the world of the second.
 */
import { clusterAdminId, lever } from '@firebreak/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ApiObject } from '../../connectors/kubernetes/api.ts';
import type { AttackGraph } from '../attack-graph.ts';
import { deriveGraph } from '../derive-graph.ts';
import { edgeRules } from '../edges/index.ts';
import { account, canEverywhere, estate, rbacGroup, type World } from '../edges/kubernetes/cases/world.case.ts';
import { nodeRules } from '../nodes/index.ts';

const families = {
  bind: [`bind clusterroles@${rbacGroup}`, `create clusterrolebindings@${rbacGroup}`],
  escalate: [`escalate clusterroles@${rbacGroup}`, `patch clusterroles@${rbacGroup}`],
  impersonate: ['impersonate groups system:masters', 'impersonate users someone'],
} as const;
const start = 'kubernetes:ServiceAccount/prod/who';
const holdings = fc.subarray([0, 1] as const, { minLength: 1 });

test.each(Object.entries(families))('%s: severing the edges of a removal is deriving without it', (_, rights) => {
  fc.assert(
    fc.property(
      fc
        .array(holdings, { minLength: 1, maxLength: 4 })
        .chain((sets) => fc.record({ sets: fc.constant(sets), removed: fc.subarray(sets.map((_, index) => index)) })),
      ({ sets, removed }) => {
        const world = worldOf(sets, rights);
        const keys = new Set(removed.map((index) => stripKey(`set-${index}`)));
        const severed = reachesAdmin(graphOf(world), keys);
        const afresh = reachesAdmin(graphOf(world.map((it) => without(it, removed))), new Set());
        expect(severed).toBe(afresh);
      },
    ),
    { numRuns: 60 },
  );
});

test('an identity with more pairs than anybody looks at keeps the step, without a lever', () => {
  const count = 75;
  const sets = Array.from({ length: 2 * count }, (_, index) => [index % 2]);
  const now = estate(worldOf(sets, families.bind));
  const graph = deriveGraph(now, nodeRules, edgeRules, {});
  const steps = [...graph.liveEdges()].filter(({ type, to }) => type === 'ROLE_BIND' && to === clusterAdminId);
  expect(steps.map(({ from, with: others }) => [from, others])).toEqual([[start, []]]);
  expect(steps.flatMap((step) => step.rule.levers(step, now))).toEqual([]);
});

function worldOf(sets: readonly (readonly number[])[], rights: readonly string[]): World {
  return [
    account('who'),
    ...sets.flatMap((held, index) => {
      const rules = held.map((right) => rights[right] as string);
      return canEverywhere('who', rules, `set-${index}`);
    }),
  ];
}

function graphOf(world: World): AttackGraph {
  return deriveGraph(estate(world), nodeRules, edgeRules, {});
}

function stripKey(binding: string): string {
  const subject = { kind: 'ServiceAccount', name: 'who', namespace: 'prod' };
  return lever('kubernetes.strip-subject', { bindingKind: 'ClusterRoleBinding', binding, subject }).key;
}

function without(object: ApiObject, removed: readonly number[]): ApiObject {
  const gone =
    object.kind === 'ClusterRoleBinding' && removed.some((index) => object.metadata?.name === `set-${index}`);
  return gone ? ({ ...object, subjects: [] } as ApiObject) : object;
}

/** Whether the account reaches cluster-admin over the edges that none of these levers severs. */
function reachesAdmin(graph: AttackGraph, pulled: ReadonlySet<string>): boolean {
  const edges = [...graph.liveEdges()].filter(
    (edge) => !edge.rule.levers(edge, graph.estate).some(({ key }) => pulled.has(key)),
  );
  const reached = new Set([start]);
  for (let size = 0; size < reached.size; ) {
    size = reached.size;
    for (const { from, with: others, to } of edges)
      if ([from, ...others].every((id) => reached.has(id))) reached.add(to);
  }
  return reached.has(clusterAdminId);
}
