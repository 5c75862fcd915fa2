/**
 * From a graph, a compromised set and what must be protected to a plan with its proof. Pure: no clock, no I/O; the same
 * input gives the same plan to the last byte. The cut itself is in cut.ts, steps that cut nothing in supplements/.
 */
import { type AnyAction, type EdgeKey, nodeRef, type Plan } from '@firebreak/contract';
import type { AttackGraph, GraphEdge } from '../graph/attack-graph.ts';
import { hasBit, membersOf } from '../graph/bitset.ts';
import { explainDerivation } from '../graph/explain.ts';
import { bestPaths } from '../graph/paths.ts';
import { reach } from '../graph/reach.ts';
import { selectNodes } from '../graph/selector.ts';
import { type CutResult, cheapestCut } from './cut.ts';
import type { Solver } from './hitting-set.ts';
import { LeverBook, type PricedLever } from './lever-book.ts';
import { orderSteps, type UnorderedStep } from './order.ts';
import { sealPlan } from './plan-digest.ts';
import { supplements } from './supplements/index.ts';

export interface PlanRequest {
  /** Node numbers, not empty. */
  readonly compromised: readonly number[];
  /** Selector text, see graph/selector.ts. */
  readonly protect: string;
  readonly actions: readonly AnyAction[];
  /** Keys of levers that must not be used. */
  readonly forbid?: readonly string[];
}

/** How many example paths a plan shows. */
const EXAMPLES = 5;
/** How many paths that nothing cuts are written out; the certificate lists every goal that they lead to. */
const UNCUT_SHOWN = 100;

export function makePlan(graph: AttackGraph, request: PlanRequest, solver: Solver): Plan {
  const compromised = [...new Set(request.compromised)].sort((a, b) => a - b);
  const held = new Set(compromised);
  const protectedNodes = selectNodes(graph, request.protect);
  const before = reach(graph.hypergraph, compromised);
  const exposed = protectedNodes.filter((node) => hasBit(before.reached, node) && !held.has(node));
  const forbidden = [...new Set(request.forbid)].sort();
  const book = new LeverBook(graph.estate, request.actions, forbidden);
  const cut = cheapestCut(graph, compromised, before, exposed, book, solver);
  const steps = orderSteps([
    ...cutSteps(graph, cut, book),
    ...supplementarySteps(graph, compromised, cut, book, request.actions),
  ]);
  const exempt = new Set([...protectedNodes.filter((node) => held.has(node)), ...cut.exempt.map(({ goal }) => goal)]);
  const id = (node: number): string => graph.nodes[node]?.id ?? '';

  return sealPlan({
    format: 'firebreak-plan/1',
    compromised: compromised.map((node) => nodeRef(graph.nodes[node] as never)),
    protect: request.protect,
    ...(forbidden.length > 0 ? { forbidden } : {}),
    verdict: exposed.length === 0 ? 'nothing-to-cut' : cut.exempt.length > 0 ? 'partial' : 'contained',
    steps,
    cutCost: cut.cost,
    lowerBound: cut.bound,
    gap: cut.cost === 0 ? 0 : (cut.cost - cut.bound) / cut.cost,
    totalCost: steps.reduce((sum, step) => sum + step.cost, 0),
    certificate: {
      kind: 'closed-set',
      graphDigest: graph.digest,
      reached: [...membersOf(cut.after.reached)]
        .filter((node) => !hasBit(graph.hypergraph.hubs, node))
        .map(id)
        .sort(),
      protected: protectedNodes.map(id).sort(),
      exempt: [...exempt].map(id).sort(),
    },
    uncut: cut.exempt.slice(0, UNCUT_SHOWN).map(({ derivation }) => ({
      path: explainDerivation(graph, derivation),
      missing: missingLever(derivation, request.actions),
    })),
    assumptions: [
      'The attacker holds the compromised set and keeps it; what they moved to before the first step is not in it unless you name it.',
      'The steps that an attacker can take are those of the edge rules; a way in that no rule knows is not cut.',
      'Network isolation holds only where the cluster network enforces NetworkPolicy.',
    ],
    completeness: graph.completeness,
    exposure: {
      protectedReachable: exposed.length,
      examples: bestPaths(graph, compromised, nearest(exposed, before.hops), { limit: EXAMPLES }),
    },
  });
}

/** The goals to show paths to: the jewels that the attacker reaches soonest. */
function nearest(goals: readonly number[], hops: Int32Array): number[] {
  return [...goals].sort((a, b) => (hops[a] ?? 0) - (hops[b] ?? 0) || a - b).slice(0, EXAMPLES);
}

function cutSteps(graph: AttackGraph, cut: CutResult, book: LeverBook): UnorderedStep[] {
  return cut.levers.map((index) => {
    const severed = cut.severed.filter(({ by }) => by.includes(index)).map(({ edge }) => edge);
    return stepOf(book.at(index), graph, {
      reason: 'cut',
      why: whyCut(severed),
      severs: severed.map(edgeKey),
    });
  });
}

function supplementarySteps(
  graph: AttackGraph,
  compromised: readonly number[],
  cut: CutResult,
  book: LeverBook,
  actions: readonly AnyAction[],
): UnorderedStep[] {
  const known = new Set(actions.map((action) => action.id));
  const taken = new Set(cut.levers.map((index) => book.at(index).lever.key));
  const targets = cut.levers.map((index) => targetOf(book.at(index)).id);
  const steps: UnorderedStep[] = [];
  for (const supplement of supplements) {
    const context = { graph, compromised, targets: [...targets], has: (action: string) => known.has(action) };
    for (const { lever, why } of supplement.propose(context)) {
      const priced = book.price(lever);
      if (priced === undefined || taken.has(lever.key)) continue;
      taken.add(lever.key);
      targets.push(targetOf(priced).id);
      steps.push(stepOf(priced, graph, { reason: supplement.reason, why, severs: [] }));
    }
  }
  return steps;
}

function targetOf({ action, lever }: PricedLever) {
  return action.target(action.params.parse(lever.params));
}

function stepOf(
  { lever, action, impact }: PricedLever,
  graph: AttackGraph,
  given: Pick<UnorderedStep, 'reason' | 'why' | 'severs'>,
): UnorderedStep {
  const params = action.params.parse(lever.params);
  const drastic = action.drastic(params, graph.estate);
  const { reversal } = action;
  return {
    lever,
    stage: action.stage,
    target: action.target(params),
    title: action.describe(params),
    ...given,
    interrupts: impact.interrupts.map(({ who, what, weight }) => ({ who, what, weight })),
    restarts: [...(impact.restarts ?? [])],
    cost: impact.cost,
    reversal: { kind: reversal.kind, how: reversal.kind === 'none' ? reversal.because : action.undoes(params) },
    drastic,
    approvals: drastic ? 2 : 1,
  };
}

function edgeKey(edge: GraphEdge): EdgeKey {
  return { type: edge.type, from: edge.from, to: edge.to, ...(edge.with.length > 0 ? { with: [...edge.with] } : {}) };
}

function whyCut(severed: readonly GraphEdge[]): string {
  const [first] = severed;
  if (first === undefined) return 'Part of the cut.';
  const more = severed.length > 1 ? ` and ${severed.length - 1} more` : '';
  return `Severs ${first.type} from ${first.from} to ${first.to}${more}. ${first.rule.explain.cut}`;
}

/** Which lever would be needed on a derivation that nothing at hand cuts. */
function missingLever(derivation: readonly GraphEdge[], actions: readonly AnyAction[]): string {
  const known = new Set(actions.map((action) => action.id));
  const absent = new Set(derivation.flatMap((edge) => edge.rule.severedBy.filter((action) => !known.has(action))));
  if (absent.size > 0) return `No connector offers ${[...absent].sort().join(' or ')}.`;
  const advice = [...new Set(derivation.map((edge) => edge.rule.explain.cut))];
  return `No reversible lever cuts any of its steps. By hand: ${advice.join(' Or: ')}`;
}
