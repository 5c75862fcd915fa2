/**
 * How bad an incident is: reach × impact. What was really touched counts whole, what is within reach less the further it is; the
 * business impact is what its owner says (inventory/impact.ts), and a crown jewel that nobody rated counts as 8. Times how sure the
 * detections are. Never less than one step below the severest detection: the estate may not know what a person should see.
 */
import { type CaseSeverity, type Detection, findingSeverities, type GraphNode, type NodeId } from '@firebreak/contract';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import { reach } from '../../graph/reach.ts';
import { impactOf } from '../../inventory/impact.ts';
import { rank } from './traits.ts';

const unratedJewel = 8;
const sureness = { info: 0.3, low: 0.55, medium: 0.75, high: 0.9, critical: 1 } as const;
const withoutEstate = { info: 5, low: 15, medium: 40, high: 60, critical: 80 } as const;
const levels = [
  [75, 'critical'],
  [50, 'high'],
  [25, 'medium'],
  [10, 'low'],
  [0, 'info'],
] as const satisfies readonly (readonly [number, Detection['severity']])[];

export interface SeverityQuestion {
  readonly graph: AttackGraph | undefined;
  readonly roots: readonly NodeId[];
  readonly touched: readonly NodeId[];
  readonly detections: readonly Pick<Detection, 'severity'>[];
}

export function severityOf({ graph, roots, touched, detections }: SeverityQuestion): CaseSeverity {
  const worst = detections.reduce<Detection['severity']>(
    (found, { severity }) => (rank(severity) > rank(found) ? severity : found),
    'info',
  );
  const of = `the severest of ${detections.length} ${detections.length === 1 ? 'detection' : 'detections'} is ${worst}`;
  const starts = roots.flatMap((id) => graph?.indexOf.get(id) ?? []);
  const nodes = touched.flatMap((id) => graph?.indexOf.get(id) ?? []);
  if (graph === undefined || (starts.length === 0 && nodes.length === 0)) {
    const why = `Nothing of it is in the estate, so reach and impact are not known; ${of}.`;
    return { ...levelled(withoutEstate[worst], worst), why, ...none };
  }
  const { order, hops } = reach(graph.hypergraph, starts);
  const held = new Set(starts);
  const reached = [...order].filter((node) => !held.has(node) && graph.nodeAt(node).jewel !== undefined);
  const far = best(reached, (node) => weight(graph.nodeAt(node)) * nearness(hops[node] as number));
  const near = best(
    nodes.filter((node) => !held.has(node)),
    (node) => weight(graph.nodeAt(node)),
  );
  const breadth = 1 + Math.min(0.2, reached.length / 100);
  const score = Math.min(100, Math.round(10 * Math.max(far.value, near.value) * breadth * sureness[worst]));
  const said = (node: number | undefined) =>
    node === undefined ? '' : `${graph.nodeAt(node).name} (impact ${weight(graph.nodeAt(node))})`;
  const touchedWords = near.node === undefined ? 'Nothing known was touched' : `Touched was ${said(near.node)}`;
  const reachWords =
    far.node === undefined
      ? 'no crown jewel is within reach'
      : `${reached.length} crown ${reached.length === 1 ? 'jewel is' : 'jewels are'} within reach, the weightiest ${said(far.node)} in ${hops[far.node]} ${hops[far.node] === 1 ? 'step' : 'steps'}`;
  const impact = (list: readonly number[]) => Math.max(0, ...list.map((node) => weight(graph.nodeAt(node))));
  return {
    ...levelled(score, worst),
    why: `${touchedWords}; ${reachWords}; ${of}.`,
    jewelsReached: reached.length,
    jewelsTouched: new Set(nodes.filter((node) => graph.nodeAt(node).jewel !== undefined)).size,
    impactTouched: near.node === undefined ? 0 : weight(graph.nodeAt(near.node)),
    impactReached: impact(reached),
  };
}

const none = { jewelsReached: 0, jewelsTouched: 0, impactTouched: 0, impactReached: 0 };

function levelled(score: number, worst: Detection['severity']): Pick<CaseSeverity, 'level' | 'score'> {
  const byScore = levels.find(([least]) => score >= least)?.[1] ?? 'info';
  const least = findingSeverities[Math.max(0, rank(worst) - 1)] ?? 'info';
  return { level: rank(byScore) >= rank(least) ? byScore : least, score };
}

function weight(node: GraphNode): number {
  const { value, from } = impactOf(node);
  return node.jewel !== undefined && from === 'default' ? unratedJewel : value;
}

function nearness(hops: number): number {
  return hops <= 2 ? 0.8 : hops <= 5 ? 0.6 : 0.4;
}

/** The first of the greatest. */
function best(nodes: readonly number[], value: (node: number) => number): { node?: number; value: number } {
  let found: { node?: number; value: number } = { value: 0 };
  for (const node of nodes) if (value(node) > found.value) found = { node, value: value(node) };
  return found;
}
