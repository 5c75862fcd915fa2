/**
 * The tokens that the attacker holds: those of every compromised service account, and of every account whose token lies
 * in a compromised workload. The cut holds without this; a stolen token that still works is nevertheless a loose end.
 */
import { kubernetesId, lever } from '@firebreak/contract';
import type { Supplement } from './supplement.ts';

export const revokeHeldCredential: Supplement = {
  reason: 'revoke-held-credential',
  propose: ({ graph, compromised, has }) => {
    if (!has('kubernetes.invalidate-tokens')) return [];
    const held = new Map<number, string>();
    for (const start of compromised) {
      if (graph.nodes[start]?.kind === 'ServiceAccount')
        held.set(start, 'It is compromised: whoever has its tokens keeps them until they die.');
      else
        for (const account of accountsWithin(graph.hypergraph, graph.nodes, start)) {
          held.set(
            account,
            `Its token lies inside ${graph.nodes[start]?.kind} ${graph.nodes[start]?.name}, which is compromised.`,
          );
        }
    }
    return [...held]
      .sort(([a], [b]) => a - b)
      .flatMap(([index, why]) => {
        const node = graph.nodes[index];
        // An account that a binding names but that does not exist has no tokens.
        if (node?.namespace === undefined || node.facts.length === 0) return [];
        const exists = graph.estate.get(
          'kubernetes.service-account',
          kubernetesId('ServiceAccount', node.namespace, node.name),
        );
        if (exists === undefined) return [];
        return [
          {
            lever: lever('kubernetes.invalidate-tokens', { namespace: node.namespace, serviceAccount: node.name }),
            why,
          },
        ];
      });
  },
};

/** Service accounts at most two plain steps away through workload nodes only: pod → container → account. */
function accountsWithin(
  hypergraph: { offsets: Int32Array; heads: Int32Array },
  nodes: readonly { kind: string; class: string }[],
  start: number,
): Set<number> {
  const accounts = new Set<number>();
  let layer = [start];
  for (let depth = 0; depth < 2; depth += 1) {
    const next: number[] = [];
    for (const node of layer) {
      if (nodes[node]?.class !== 'workload') continue;
      for (let edge = hypergraph.offsets[node] as number; edge < (hypergraph.offsets[node + 1] as number); edge += 1) {
        const head = hypergraph.heads[edge] as number;
        if (nodes[head]?.kind === 'ServiceAccount') accounts.add(head);
        else if (nodes[head]?.kind === 'Container') next.push(head);
      }
    }
    layer = next;
  }
  return accounts;
}
