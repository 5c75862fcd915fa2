/**
 * The price of a lever: what its action says, weighed by what the owners say of those who are hit. Every summand is a reason,
 * and the cost is their sum, nothing else. Planner and check share this file: it is what people agreed that things cost.
 */
import type { AnyAction, AssetNotes, Interruption, NodeId, NodeRef, Reason } from '@firebreak/contract';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import { impactOf } from '../../inventory/impact.ts';
import type { ObservedUse } from './observed-use.ts';
import { priceList, stageSeconds } from './price-list.ts';

export interface Price {
  /** Positive; the sum of the reasons. */
  readonly cost: number;
  readonly reasons: readonly Reason[];
  /** With the weights as they count. */
  readonly interrupts: readonly Interruption[];
  readonly restarts: readonly NodeRef[];
  readonly drastic: boolean;
  /** How many different people must approve. */
  readonly approvals: number;
  /** Typical seconds until it holds, approvals aside. */
  readonly takes: number;
}

/** The least that anything costs: a solver needs positive costs, and nothing is quite free. */
const least = 0.01;

/** @param params as parsed by the action */
export function priceOf(action: AnyAction, params: unknown, graph: AttackGraph, use: ObservedUse): Price {
  const { estate } = graph;
  const { cost, interrupts: named, restarts = [] } = action.impact(params, estate);
  const drastic = action.drastic(params, estate);
  const takes = action.takes?.(params, estate) ?? stageSeconds[action.stage];
  const unused = use.of(action.target(params).id) === 'never-observed';
  const weighed = named.map((interruption) => weigh(interruption, graph, unused));
  const own = cost - named.reduce((sum, { weight }) => sum + weight, 0);
  const reasons: Reason[] = [
    { what: `${action.title}, by itself`, points: Math.max(least, points(own)) },
    ...weighed.filter(({ weight }) => weight > 0).map(({ reason, weight }) => ({ what: reason, points: weight })),
    ...(action.reversal.kind === 'none' && action.stage !== 'evidence'
      ? [{ what: 'It cannot be undone', points: priceList.irreversible }]
      : []),
    ...(drastic ? [{ what: 'It waits for a second person', points: priceList.secondApproval }] : []),
    ...(takes > 60
      ? [{ what: `It takes ${Math.round(takes / 60)} minutes`, points: points((takes / 60 - 1) * priceList.minute) }]
      : []),
  ];
  return {
    cost: points(reasons.reduce((sum, reason) => sum + reason.points, 0)),
    reasons,
    interrupts: weighed.map(({ who, what, weight }) => ({ who, what, weight })),
    restarts,
    drastic,
    approvals: drastic ? 2 : 1,
    takes,
  };
}

/** What interrupting the legitimate users costs, without the rest. */
export function outageOf({ interrupts }: Pick<Price, 'interrupts'>): number {
  return points(interrupts.reduce((sum, { weight }) => sum + weight, 0));
}

/** Cost points without noise behind the point. */
export function points(value: number): number {
  return Math.round(value * 100) / 100;
}

function weigh({ who, what, weight }: Interruption, graph: AttackGraph, unused: boolean) {
  const factors = [...factorsOf(graph, who.id), ...(unused ? [unusedFactor] : [])];
  const factor = factors.reduce((product, each) => product * each.factor, 1);
  const because = factors.map((each) => `${each.what} ×${points(each.factor)}`).join(', ');
  const reason = `${who.kind} ${who.name}: ${what}${because === '' ? '' : ` (${because})`}`;
  return { who, what, weight: points(weight * factor), reason };
}

interface Factor {
  readonly what: string;
  readonly factor: number;
}

const unusedFactor: Factor = { what: 'never seen to be used', factor: priceList.neverObserved };

function factorsOf(graph: AttackGraph, id: NodeId): Factor[] {
  const node = graph.nodes[graph.indexOf.get(id) ?? -1];
  if (node?.about === undefined) return [];
  const factors: Factor[] = [];
  if (promised(node.about)) factors.push({ what: `SLA ${node.about.sla}`, factor: priceList.promised });
  const { value, from } = impactOf(node);
  if (from !== 'default')
    factors.push({
      what: from === 'stated' ? `business impact ${value}` : `sensitivity ${node.about.sensitivity}`,
      factor: Math.max(priceList.leastFactor, value / priceList.ordinaryImpact),
    });
  return factors;
}

const promises: ReadonlySet<string> = new Set(['gold', 'platinum', 'critical', 'tier-0', 'tier-1', 'tier0', 'tier1']);

/** A named class of service that is above the ordinary, or three nines and more. */
function promised({ sla }: AssetNotes): boolean {
  if (sla === undefined) return false;
  const words = sla
    .toLowerCase()
    .split(/[^a-z0-9.-]+/)
    .filter((word) => word !== '');
  return words.some((word) => promises.has(word) || (Number(word) >= 99.9 && Number(word) <= 100));
}
