/**
 * What a channel brings to run, and with which identities. A channel may deliver a thing that runs or a whole place (a namespace):
 * then what lies in the place receives it. A part runs with what it uses for sure, and with the identities that a credential of
 * its own opens, across systems (a pod's cloud token, the role that lets it in). Whether that is the right cluster's role is often
 * only likely: it is said, and below even odds it is left out.
 */
import type { AttackGraph } from '../graph/attack-graph.ts';
import { directFrom, identitiesUsedBy, isFirm, isRunning } from './wiring.ts';

/** What runs, of what a channel delivers and of the places that it delivers to; ascending. */
export function receiversOf(graph: AttackGraph, delivered: readonly number[]): number[] {
  const receivers = new Set<number>();
  for (const node of delivered) {
    if (isRunning(graph, node)) receivers.add(node);
    else if (graph.nodeAt(node).class === 'inventory')
      for (const wire of directFrom(graph, node))
        if (isFirm(graph, wire) && isRunning(graph, wire.other)) receivers.add(wire.other);
  }
  return [...receivers].sort((a, b) => a - b);
}

/** What the receivers and their parts run with, ascending; each with what it depends on, where that is not certain. */
export function runtimeIdentities(
  graph: AttackGraph,
  receivers: readonly number[],
): ReadonlyMap<number, string | undefined> {
  const parts = new Set(receivers);
  const found = new Map<number, string | undefined>();
  for (const part of parts) {
    for (const actor of identitiesUsedBy(graph, part)) found.set(actor, undefined);
    for (const wire of directFrom(graph, part))
      if (isFirm(graph, wire) && graph.nodeAt(wire.other).class === 'workload') parts.add(wire.other);
  }
  for (const [actor, doubt] of found) {
    if (graph.nodeAt(actor).class !== 'credential') continue;
    for (const { edge, other } of directFrom(graph, actor)) {
      const odds = graph.likelihoods[edge] as number;
      if (graph.nodeAt(other).class !== 'identity' || found.has(other) || odds < 0.5) continue;
      found.set(other, odds === 1 ? doubt : graph.noteOf(edge));
    }
  }
  return new Map([...found].sort(([a], [b]) => a - b));
}
