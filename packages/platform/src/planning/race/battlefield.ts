/**
 * The part of the attack graph that a race is run on: what lies between the compromised set and what is protected, as small
 * arrays, with the steps of the plan that sever each way. A way is an edge, or an edge into a hub towards one member.
 */
import { type AssetClass, namespaceOfId, type PlanStep } from '@firebreak/contract';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import { hasBit } from '../../graph/bitset.ts';
import type { Hypergraph } from '../../graph/hypergraph.ts';
import { regionBetween } from '../../graph/region.ts';
import { impactOf } from '../../inventory/impact.ts';
import { type LogNormal, traverseTimes } from './times.ts';

type Step = Pick<PlanStep, 'stage' | 'target' | 'severs' | 'interrupts'>;

export interface Battlefield {
  readonly region: Hypergraph;
  readonly starts: readonly number[];
  /** By node of the region, what its loss costs; 0 for what is not protected. */
  readonly values: Float64Array;
  /** By edge of the region: how long it takes; undefined for what comes with a group. */
  readonly times: readonly (LogNormal | undefined)[];
  /** Whether the attacker has to look around first. */
  readonly pauses: Uint8Array;
  readonly odds: Float64Array;
  /** By node, whether it stays with the attacker when the way to it is closed. */
  readonly keeps: Uint8Array;
  /** By edge, the steps that sever it whole. */
  readonly severedBy: ReadonlyMap<number, readonly number[]>;
  /** By edge into a hub, then by the member's node: the steps that sever this way only. */
  readonly severedTowards: ReadonlyMap<number, ReadonlyMap<number, readonly number[]>>;
  /** By step, the steps that stop what would put it back. */
  readonly putBackBy: readonly (readonly number[])[];
  readonly goals: number;
}

/** @param goals protected nodes that the compromised set reaches */
export function battlefield(
  graph: AttackGraph,
  compromised: readonly number[],
  goals: readonly number[],
  steps: readonly Step[],
): Battlefield {
  const { graph: region, nodes, edges, numberOf } = regionBetween(graph.hypergraph, compromised, goals);
  const inside = new Map(Array.from(edges, (edge, number) => [edge, number]));
  const values = new Float64Array(nodes.length);
  for (const goal of goals) {
    const at = numberOf.get(goal);
    if (at !== undefined) values[at] = impactOf(graph.nodeAt(goal)).value;
  }
  const keeps = Uint8Array.from(nodes, (node) => (graph.isHub(node) || passing.has(graph.nodeAt(node).class) ? 0 : 1));
  const rules = Array.from(edges, (edge) => graph.ruleOf(edge));
  const severedBy = new Map<number, number[]>();
  const severedTowards = new Map<number, Map<number, number[]>>();
  for (const [step, { severs }] of steps.entries()) {
    const { edges: cut, pairs } = graph.cutOf(severs);
    for (const [edge, number] of inside) {
      if (!hasBit(cut, edge)) continue;
      const members = pairs?.get(edge);
      if (members === undefined) addTo(severedBy, number, step);
      else
        for (const membership of members) {
          const member = numberOf.get(graph.hypergraph.heads[membership] as number);
          if (member === undefined) continue;
          const towards = severedTowards.get(number) ?? new Map<number, number[]>();
          severedTowards.set(number, towards);
          addTo(towards, member, step);
        }
    }
  }
  return {
    region,
    starts: compromised.flatMap((node) => numberOf.get(node) ?? []),
    values,
    times: rules.map((rule) => (rule === undefined ? undefined : traverseTimes[rule.traverse])),
    pauses: Uint8Array.from(rules, (rule) => (rule === undefined || rule.traverse === 'instant' ? 0 : 1)),
    odds: Float64Array.from(edges, (edge) => graph.likelihoods[edge] as number),
    keeps,
    severedBy,
    severedTowards,
    putBackBy: steps.map((step) => putBackBy(graph, step, steps)),
    goals: goals.length,
  };
}

/** Nothing that could be carried away: they last as long as the way to them. */
const passing: ReadonlySet<AssetClass> = new Set(['permission', 'endpoint']);

function addTo(lists: Map<number, number[]>, key: number, value: number): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [value]);
  else known.push(value);
}

/**
 * The steps that stop what delivers the target of a step. What the action said about it counts (an interruption without weight);
 * where it said nothing, a channel is taken to deliver whatever lies in a namespace that it delivers to.
 */
function putBackBy(graph: AttackGraph, step: Step, steps: readonly Step[]): number[] {
  if (step.stage === 'evidence' || step.stage === 'delivery') return [];
  const stops = steps.flatMap((other, at) => (other.stage === 'delivery' ? [at] : []));
  const told = stops.filter((at) =>
    step.interrupts.some(({ who, weight }) => weight === 0 && who.id === steps[at]?.target.id),
  );
  if (told.length > 0) return told;
  return stops.filter((at) => deliversTo(graph, steps[at]?.target.id ?? '', step.target.id));
}

function deliversTo(graph: AttackGraph, channel: string, target: string): boolean {
  const from = graph.indexOf.get(channel);
  if (from === undefined) return false;
  const namespace = namespaceOfId(target);
  const { offsets, heads } = graph.hypergraph;
  const fits = (node: number): boolean => {
    const { id, namespace: own, kind, name } = graph.nodeAt(node);
    return (
      id === target || (namespace !== undefined && (own === namespace || (kind === 'Namespace' && name === namespace)))
    );
  };
  for (let edge = offsets[from] as number; edge < (offsets[from + 1] as number); edge += 1) {
    const head = heads[edge] as number;
    if (!graph.isHub(head)) {
      if (fits(head)) return true;
      continue;
    }
    for (let member = offsets[head] as number; member < (offsets[head + 1] as number); member += 1)
      if (fits(heads[member] as number)) return true;
  }
  return false;
}
