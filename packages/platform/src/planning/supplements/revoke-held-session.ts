/**
 * The cloud credentials that the attacker holds already. The sessions of a role outlive whatever handed them out by hours: a pod
 * that is stopped, a job that is cancelled. And a key of a user is good wherever it was copied to. The cut holds against what can
 * still be taken; this ends what may have been taken before.
 */
import { type Lever, lever } from '@firebreak/contract';
import { bitsetOf } from '../../graph/bitset.ts';
import type { Supplement, SupplementContext } from './supplement.ts';

/** Steps by which something is handed the credentials of a role without asking for them. */
const handedBy = new Set([
  'CONTAINER_ATTACH',
  'CLOUD_IDENTITY',
  'IRSA_ROLE',
  'POD_IDENTITY_ROLE',
  'NODE_ROLE',
  'WORKLOAD_ROLE',
  'JOB_CLOUD_ROLE',
]);
const longestWay = 4;

export const revokeHeldSession: Supplement = {
  reason: 'revoke-held-credential',
  propose: (context) => [...sessions(context), ...keys(context)],
};

function* sessions({ graph, compromised, has }: SupplementContext) {
  if (!has('aws.revoke-sessions')) return;
  const from = new Map<number, string | undefined>(compromised.map((index) => [index, undefined]));
  let layer: readonly number[] = compromised;
  for (let step = 0; step < longestWay && layer.length > 0; step += 1) {
    const next: number[] = [];
    for (const edge of graph.liveEdgesFrom(bitsetOf(graph.nodes.length, layer))) {
      if (!handedBy.has(edge.type) || from.has(edge.head)) continue;
      const { kind, name } = graph.nodeAt(edge.tails[0] as number);
      from.set(edge.head, from.get(edge.tails[0] as number) ?? `${kind} ${name}`);
      next.push(edge.head);
    }
    layer = next;
  }
  for (const [index, source] of [...from].sort(([a], [b]) => a - b)) {
    const { id, name } = graph.nodeAt(index);
    const role = graph.estate.get('aws.role', id)?.data;
    const account = role?.Arn.split(':')[4];
    // What AWS runs by itself cannot be given a policy.
    if (role === undefined || account === undefined || role.Path?.startsWith('/aws-service-role/')) continue;
    const why =
      source === undefined
        ? `Role ${name} is compromised: sessions that were taken live on for hours.`
        : `${source} was handed credentials of role ${name}: those that were taken live on for hours after it is stopped.`;
    yield { lever: lever('aws.revoke-sessions', { account, arn: role.Arn }), why };
  }
}

function keys({ graph, compromised, has }: SupplementContext) {
  if (!has('aws.deactivate-access-key')) return [];
  const found = new Map<string, { lever: Lever; why: string }>();
  for (const edge of graph.liveEdgesFrom(bitsetOf(graph.nodes.length, compromised))) {
    const { kind, name, class: of } = graph.nodeAt(edge.tails[0] as number);
    if (of !== 'credential') continue;
    for (const each of edge.rule.levers(edge, graph.estate))
      if (each.action === 'aws.deactivate-access-key')
        found.set(each.key, {
          lever: each,
          why: `${kind} ${name} is in the attacker’s hands: it is good wherever it was copied to.`,
        });
  }
  return [...found.values()];
}
