/**
 * What an event is tied to: nodes of the estate, the grant that allowed it, and the step of ours that it belongs to. Made when
 * somebody looks, from what is kept and from the estate as it is now; where either does not say, the answer is null and no guess.
 */
import {
  type Execution,
  type KeptEventAnswer,
  kubernetesId,
  type NodeId,
  type NormalEvent,
  nodeRef,
} from '@firebreak/contract';
import type { NodeFinder } from '../events/node-finder.ts';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { textAt } from '../intake/foreign.ts';

type Ties = KeptEventAnswer['ties'];

export interface TieSources {
  readonly graph: AttackGraph;
  readonly find: NodeFinder;
  /** All that was carried out. */
  readonly executions: readonly Execution[];
}

export function eventTies(event: NormalEvent, raw: unknown, { graph, find, executions }: TieSources): Ties {
  return {
    nodes: named(event).map(({ as, id }) => {
      const node = graph.nodes[find(id, as === 'target' ? event.activity : 'authenticate') ?? -1];
      return { as, id, node: node === undefined ? null : nodeRef(node) };
    }),
    permission: permissionOf(raw, graph),
    step: stepOf(event, graph, executions),
  };
}

function named({ actor, targets }: NormalEvent): Pick<Ties['nodes'][number], 'as' | 'id'>[] {
  const { id, credential, behind, also = [] } = actor;
  return [
    ...(id === undefined ? [] : [{ as: 'identity' as const, id }]),
    ...(credential === undefined ? [] : [{ as: 'credential' as const, id: credential }]),
    ...(behind === undefined ? [] : [{ as: 'stood behind' as const, id: behind }]),
    ...also.map((each) => ({ as: 'acted along' as const, id: each })),
    ...targets.map((target) => ({ as: 'target' as const, id: target })),
  ];
}

/**
 * The API server's authorizer says which binding allowed a request (k8s.io/apiserver, plugin/pkg/auth/authorizer/rbac:
 * `RBAC: allowed by RoleBinding "name/namespace" of Role "name" to …`; names of objects have no quotes).
 */
function permissionOf(raw: unknown, graph: AttackGraph): Ties['permission'] {
  const told = textAt(raw, 'annotations', 'authorization.k8s.io/reason');
  if (told === undefined || textAt(raw, 'annotations', 'authorization.k8s.io/decision') !== 'allow') return null;
  const [, kind, written] = /^RBAC: allowed by (ClusterRoleBinding|RoleBinding) "([^"]{1,600})" of /.exec(told) ?? [];
  if (kind === undefined || written === undefined) return { told: told.slice(0, 1000), node: null };
  const [name = '', namespace] = kind === 'RoleBinding' ? written.split('/') : [written];
  const binding = kubernetesId(kind, namespace, name);
  const node = graph.nodes.find(({ kind: is, facts }) => is === 'PermissionSet' && facts.includes(binding));
  return { told: told.slice(0, 1000), node: node === undefined ? null : nodeRef(node) };
}

/** How our own requests call themselves. */
const ownAgent = /^firebreak\b/i;
/** Clocks of others differ a little. */
const slackMs = 2000;

/** By our own agent, on what a step was about, while that step ran. */
function stepOf(event: NormalEvent, graph: AttackGraph, executions: readonly Execution[]): Ties['step'] {
  if (!ownAgent.test(event.actor.agent ?? '')) return null;
  const time = Date.parse(event.time);
  for (const { id, incident, steps } of executions)
    for (const { stepId, title, target, startedAt, endedAt, approvals } of steps) {
      if (startedAt === null || time < Date.parse(startedAt) - slackMs) continue;
      if (endedAt !== null && time > Date.parse(endedAt) + slackMs) continue;
      const about = new Set<NodeId>([target.id, ...(graph.nodes[graph.indexOf.get(target.id) ?? -1]?.facts ?? [])]);
      if (!event.targets.some((each) => about.has(each))) continue;
      return { incident, execution: id, step: stepId, title, approvers: approvals.map(({ by }) => by) };
    }
  return null;
}
