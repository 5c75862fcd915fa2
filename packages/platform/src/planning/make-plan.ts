/**
 * From a graph, a compromised set and what must be protected to a plan with its proof. Pure: no clock, no I/O; the same
 * input gives the same plan to the last byte. The cut itself is in cut/, steps that cut nothing in supplements/, what things cost in
 * price/, in which order they are done in order/ and race/, what else a plan may be wished to be in variants.ts.
 */
import {
  type AnyAction,
  FirebreakError,
  nodeRef,
  type Plan,
  type PlanStep,
  type PlanVariant,
} from '@firebreak/contract';
import { kindsOf } from '../facts/estate.ts';
import type { AttackGraph, GraphEdge } from '../graph/attack-graph.ts';
import { hasBit, membersOf } from '../graph/bitset.ts';
import { explainDerivation } from '../graph/explain.ts';
import { bestPaths } from '../graph/paths.ts';
import { type Reach, reach } from '../graph/reach.ts';
import { selectNodes } from '../graph/selector.ts';
import { type CutResult, cheapestCut } from './cut/cut.ts';
import { tolerance } from './cut/dual-ascent.ts';
import type { Solver } from './hitting-set.ts';
import { LeverBook, type PricedLever, type Withheld } from './lever-book.ts';
import { banOf, leverOf } from './lever-text.ts';
import { byLoss, byRule, numbered, type UnorderedStep } from './order/order.ts';
import { inWaves } from './order/waves.ts';
import { sealPlan } from './plan-digest.ts';
import { edgeKey, stepOf } from './plan-step.ts';
import { type ObservedUse, observedUse } from './price/observed-use.ts';
import { points } from './price/price.ts';
import { lossOfOrders } from './race/loss-of-orders.ts';
import { scopeOf } from './scope.ts';
import { lacksOn, missingWords } from './shortage.ts';
import { supplements } from './supplements/index.ts';
import type { Suspect } from './supplements/supplement.ts';
import { type Variant, variantOf } from './variants.ts';

export interface PlanRequest {
  /** Node numbers, not empty. */
  readonly compromised: readonly number[];
  /** Selector text, see graph/selector.ts. */
  readonly protect: string;
  readonly actions: readonly AnyAction[];
  /** Levers that must not be used, by key, as `action name=value …`, or by the id of their action. */
  readonly forbid?: readonly string[];
  /** Levers that must be used, by key or as `action name=value …`. */
  readonly pin?: readonly string[];
  readonly variant?: PlanVariant;
  /** Actions that there are and that cannot be pulled here, and why. */
  readonly withheld?: readonly Withheld[];
  /** Clients of models that are to be slowed down. */
  readonly suspects?: readonly Suspect[];
  /** What is known of use; what the nodes carry when absent. A plan that was priced with more cannot be checked without it. */
  readonly use?: ObservedUse;
}

/** How many example paths a plan shows. */
const EXAMPLES = 5;
/** How many paths that nothing cuts are written out; the certificate lists every goal that they lead to. */
const UNCUT_SHOWN = 100;
/** How many levers that hosting rules out are written out. */
const LEFT_OUT_SHOWN = 100;

/** @throws FirebreakError FB-PLAN-CONTRADICTION, FB-USAGE for a lever that cannot be read, FB-SELECTOR-INVALID */
export function makePlan(graph: AttackGraph, request: PlanRequest, solver: Solver): Plan {
  const question = questionOf(graph, request);
  const { compromised, held, protectedNodes, exposed, before, variant, bans, pins } = question;
  const book = bookOf(graph, request, question, variant);
  const isExposed = new Set(exposed);
  const others = [...before.order].filter(
    (node) => !graph.isHub(node) && !held.has(node) && !isExposed.has(node) && variant.takes(graph, node),
  );
  const cut = solve(graph, question, book, solver, [...exposed, ...others]);
  const past = cut.exempt.filter(({ goal }) => isExposed.has(goal));
  const bound = boundOf(graph, request, question, cut, past, solver);
  const cutting = cutSteps(cut, book, new Set(pins));
  mustBeThere(graph, cutting, new Set(pins));
  const all = [...cutting, ...supplementarySteps(graph, compromised, cut, book, request)];
  const steps = variant.waves ? inWaves(all) : all;
  const rough = byRule(steps);
  const lossOf = lossOfOrders(graph, compromised, exposed, rough);
  const ordered = numbered(lossOf === undefined ? rough : byLoss(rough, lossOf));
  const exempt = new Set([...protectedNodes.filter((node) => held.has(node)), ...past.map(({ goal }) => goal)]);
  const id = (node: number): string => graph.nodeAt(node).id;
  const cutCost = sum(cutting);
  // A solver's bound is a sum of binary fractions; what is within its tolerance of the cost is the cost.
  const lowerBound = bound > cutCost - tolerance ? cutCost : bound;
  const leftOut = book.leftOut().slice(0, LEFT_OUT_SHOWN);

  return sealPlan({
    format: 'firebreak-plan/1',
    compromised: compromised.map((node) => nodeRef(graph.nodeAt(node))),
    protect: request.protect,
    ...(bans.length > 0 ? { forbidden: [...bans] } : {}),
    ...(pins.length > 0 ? { pinned: [...pins] } : {}),
    ...(variant.id === 'cheapest' ? {} : { variant: variant.id }),
    verdict: past.length > 0 ? 'partial' : cutting.length === 0 ? 'nothing-to-cut' : 'contained',
    steps: ordered,
    cutCost,
    lowerBound,
    gap: cutCost === 0 ? 0 : (cutCost - lowerBound) / cutCost,
    totalCost: sum(steps),
    certificate: {
      kind: 'closed-set',
      graphDigest: graph.digest,
      reached: [...membersOf(cut.after.reached)]
        .filter((node) => !graph.isHub(node))
        .map(id)
        .sort(),
      protected: protectedNodes.map(id).sort(),
      exempt: [...exempt].map(id).sort(),
    },
    uncut: past.slice(0, UNCUT_SHOWN).map(({ derivation }) => {
      const lacks = lacksOn(derivation, graph, book);
      return { path: explainDerivation(graph, derivation), missing: missingWords(lacks), lacks };
    }),
    ...(leftOut.length === 0
      ? {}
      : {
          leftOut: leftOut.map(({ lever, action, params, limit }) => ({
            lever,
            title: action.describe(params),
            target: action.target(params),
            why: limit.why,
            instead: limit.instead,
          })),
        }),
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
    scope: scopeOf(graph, compromised, before),
    order: lossOf === undefined ? 'rule' : 'race',
  });
}

interface Question {
  readonly compromised: readonly number[];
  readonly held: ReadonlySet<number>;
  readonly protectedNodes: readonly number[];
  /** Protected and reachable, without what the attacker holds already. */
  readonly exposed: readonly number[];
  readonly before: Reach;
  readonly variant: Variant;
  readonly bans: readonly string[];
  /** Keys. */
  readonly pins: readonly string[];
}

function questionOf(graph: AttackGraph, request: PlanRequest): Question {
  const compromised = [...new Set(request.compromised)].sort((a, b) => a - b);
  const held = new Set(compromised);
  const protectedNodes = selectNodes(graph, request.protect);
  const before = reach(graph.hypergraph, compromised);
  const bans = [...new Set((request.forbid ?? []).map(banOf))].sort();
  const pins = [...new Set((request.pin ?? []).map((text) => leverOf(text).key))].sort();
  const both = pins.find((pin) => bans.includes(pin) || bans.includes(pin.slice(0, pin.indexOf('|'))));
  if (both !== undefined)
    throw new FirebreakError('FB-PLAN-CONTRADICTION', `${both} is pinned and forbidden.`, { detail: { pinned: both } });
  return {
    compromised,
    held,
    protectedNodes,
    exposed: protectedNodes.filter((node) => hasBit(before.reached, node) && !held.has(node)),
    before,
    variant: variantOf(request.variant),
    bans,
    pins,
  };
}

function bookOf(graph: AttackGraph, request: PlanRequest, { bans }: Question, variant: Variant): LeverBook {
  return new LeverBook(graph, {
    actions: request.actions,
    use: request.use ?? observedUse(graph),
    bans: new Set(bans),
    without: variant.without,
    objective: variant.objective,
    withheld: request.withheld ?? [],
  });
}

function solve(
  graph: AttackGraph,
  { compromised, before, pins }: Question,
  book: LeverBook,
  solver: Solver,
  goals: readonly number[],
): CutResult {
  const pinned = pins.map((pin) => book.pin(leverOf(pin)));
  return cheapestCut({ graph, compromised, before, goals, book, pins: pinned }, solver);
}

/** What any cut costs that saves the same protected nodes: for a variant another problem than its own. */
function boundOf(
  graph: AttackGraph,
  request: PlanRequest,
  question: Question,
  cut: CutResult,
  past: CutResult['exempt'],
  solver: Solver,
): number {
  if (question.variant.id === 'cheapest') return cut.bound;
  const lost = new Set(past.map(({ goal }) => goal));
  const book = bookOf(graph, request, question, variantOf());
  const saved = question.exposed.filter((goal) => !lost.has(goal));
  return solve(graph, question, book, solver, saved).bound;
}

/** The goals to show paths to: the jewels that the attacker reaches soonest. */
function nearest(goals: readonly number[], hops: Int32Array): number[] {
  return [...goals].sort((a, b) => (hops[a] ?? 0) - (hops[b] ?? 0) || a - b).slice(0, EXAMPLES);
}

/** A pin that severs nothing may be wished for all the same, but not on something that nobody has read. */
function mustBeThere(graph: AttackGraph, steps: readonly UnorderedStep[], pins: ReadonlySet<string>): void {
  for (const { lever, severs, target } of steps) {
    if (severs.length > 0 || !pins.has(lever.key) || graph.indexOf.has(target.id)) continue;
    if ([...(kindsOf(graph.estate)?.values() ?? [])].some(({ byId }) => byId.has(target.id))) continue;
    throw new FirebreakError(
      'FB-PLAN-CONTRADICTION',
      `${lever.key} is pinned. There is no ${target.id} in the estate.`,
      {
        detail: { pinned: lever.key },
      },
    );
  }
}

function cutSteps(cut: CutResult, book: LeverBook, pins: ReadonlySet<string>): UnorderedStep[] {
  return cut.levers.map((index) => {
    const severed = cut.severed.filter(({ by }) => by.includes(index)).map(({ edge }) => edge);
    const priced = book.at(index);
    return stepOf(priced, {
      reason: 'cut',
      why: whyCut(severed, pins.has(priced.lever.key)),
      severs: severed.map(edgeKey),
    });
  });
}

function supplementarySteps(
  graph: AttackGraph,
  compromised: readonly number[],
  cut: CutResult,
  book: LeverBook,
  { actions, suspects = [] }: Pick<PlanRequest, 'actions' | 'suspects'>,
): UnorderedStep[] {
  const known = new Set(actions.map((action) => action.id));
  const taken = new Set(cut.levers.map((index) => book.at(index).lever.key));
  const targets = cut.levers.map((index) => targetOf(book.at(index)).id);
  const steps: UnorderedStep[] = [];
  for (const supplement of supplements) {
    const context = { graph, compromised, suspects, targets: [...targets], has: (action: string) => known.has(action) };
    for (const { lever, why } of supplement.propose(context)) {
      const priced = book.price(lever);
      if (priced === undefined || taken.has(lever.key)) continue;
      taken.add(lever.key);
      targets.push(targetOf(priced).id);
      steps.push(stepOf(priced, { reason: supplement.reason, why, severs: [] }));
    }
  }
  return steps;
}

function targetOf({ action, params }: PricedLever) {
  return action.target(params);
}

function sum(steps: readonly Pick<PlanStep, 'cost'>[]): number {
  return points(steps.reduce((total, { cost }) => total + cost, 0));
}

function whyCut(severed: readonly GraphEdge[], pinned: boolean): string {
  const asked = pinned ? 'Asked for. ' : '';
  const [first] = severed;
  if (first === undefined) return pinned ? 'Asked for.' : 'Part of the cut.';
  const more = severed.length > 1 ? ` and ${severed.length - 1} more` : '';
  return `${asked}Severs ${first.type} from ${first.from} to ${first.to}${more}. ${first.rule.explain.cut}`;
}
