/** What people say is compromised: resolved, with a word where they may mean another thing than they wrote. */
import type { AttackGraph } from '../graph/attack-graph.ts';
import { bitsetOf } from '../graph/bitset.ts';
import type { Output } from './output.ts';
import { show } from './shown.ts';

const shownPods = 3;

/** Node numbers, each once, in the order given. @throws FirebreakError FB-NODE-UNKNOWN, FB-NODE-AMBIGUOUS */
export function startingPoints(graph: AttackGraph, texts: readonly string[], output: Output): readonly number[] {
  const nodes = [...new Set(texts.map((text) => graph.resolve(text)))];
  for (const node of nodes) {
    const pods = podsMadeBy(graph, node);
    if (pods.length === 0) continue;
    const more = pods.length > shownPods ? `, and ${pods.length - shownPods} more` : '';
    output.note(
      show`${graph.nodeAt(node).id} as a start means that the attacker writes what its pods run. If only what runs in it is abused, start from its pods: ${pods.slice(0, shownPods).join(', ')}${more}.`,
    );
  }
  return nodes;
}

/** The pods that a workload has now, if it is one. */
function podsMadeBy(graph: AttackGraph, node: number): readonly string[] {
  return [...graph.liveEdgesFrom(bitsetOf(graph.nodes.length, [node]))]
    .filter(({ type, head }) => type === 'WORKLOAD_CONTROL' && graph.nodeAt(head).kind === 'Pod')
    .map(({ to }) => to);
}
