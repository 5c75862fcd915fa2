/**
 * A plan of exactly the levers that a playbook pulls. It is given, not found: nothing says that it is the cheapest or that it cuts
 * everything. What it does sever, what stays within reach and what it costs is worked out here and checked again by check-plan.ts like
 * any plan; the verdict `contained` stands in it only where the closed set holds nothing protected.
 *
 * The order is the playbook's, as far as the constraints allow: evidence before whatever could destroy it, delivery before what it
 * delivers. Evidence is added where the playbook takes none.
 */
import {
  type AnyAction,
  FirebreakError,
  type Lever,
  nodeRef,
  type Plan,
  type PlanStep,
  type Stage,
} from '@firebreak/contract';
import type { AttackGraph, GraphEdge } from '../graph/attack-graph.ts';
import { hasBit, membersOf } from '../graph/bitset.ts';
import { derivationSteps } from '../graph/derivation-steps.ts';
import { explainDerivation } from '../graph/explain.ts';
import { bestPaths } from '../graph/paths.ts';
import { type Reach, reach } from '../graph/reach.ts';
import { selectNodes } from '../graph/selector.ts';
import { LeverBook, type PricedLever } from '../planning/lever-book.ts';
import { mustPrecede } from '../planning/order/constraints.ts';
import { numbered, type UnorderedStep } from '../planning/order/order.ts';
import { sealPlan } from '../planning/plan-digest.ts';
import { edgeKey, stepOf } from '../planning/plan-step.ts';
import { observedUse } from '../planning/price/observed-use.ts';
import { points } from '../planning/price/price.ts';
import { scopeOf } from '../planning/scope.ts';
import { evidence } from '../planning/supplements/evidence.ts';

export interface GivenLever {
  readonly lever: Lever;
  /** Why the playbook pulls it: the name of its step. */
  readonly why: string;
}

export interface GivenLevers {
  readonly compromised: readonly number[];
  readonly protect: string;
  readonly levers: readonly GivenLever[];
  readonly actions: readonly AnyAction[];
  /** The name of the playbook, and its digest. */
  readonly from: { readonly name: string; readonly digest: string };
}

const examples = 5;
const uncutShown = 100;
const reasons: Readonly<Record<Stage, PlanStep['reason']>> = {
  evidence: 'evidence',
  delivery: 'stop-delivery',
  access: 'contain-host',
  credential: 'revoke-held-credential',
  network: 'contain-host',
  eviction: 'contain-host',
  placement: 'contain-host',
};

/** @throws FirebreakError FB-PLAYBOOK-LEVER for a lever that cannot be pulled here */
export function planOfLevers(graph: AttackGraph, given: GivenLevers): Plan {
  const compromised = [...new Set(given.compromised)].sort((a, b) => a - b);
  const held = new Set(compromised);
  const book = new LeverBook(graph, {
    actions: given.actions,
    use: observedUse(graph),
    bans: new Set(),
    without: [],
    objective: ({ cost }) => cost,
    withheld: [],
  });
  const before = reach(graph.hypergraph, compromised);
  const protectedNodes = selectNodes(graph, given.protect);
  const exposed = protectedNodes.filter((node) => hasBit(before.reached, node) && !held.has(node));
  const wanted = withEvidence(graph, compromised, given, book);
  const edges = severable(graph, before, new Set(wanted.map(({ lever }) => lever.key)));
  const after = reach(graph.hypergraph, compromised, { cut: graph.cutOf(edges.map(({ edge }) => edge)) });
  const severed = edges.filter(
    ({ edge }) => edge.tails.every((tail) => hasBit(after.reached, tail)) && !hasBit(after.reached, edge.head),
  );
  const steps = numbered(
    inOrder(
      wanted.map(({ lever, why }) => {
        const severs = severed.filter(({ by }) => by.includes(lever.key)).map(({ edge }) => edgeKey(edge));
        const priced = pulled(book, lever);
        return stepOf(priced, { reason: severs.length > 0 ? 'cut' : reasons[priced.action.stage], why, severs });
      }),
    ),
  );
  const past = exposed.filter((node) => hasBit(after.reached, node));
  const exempt = [...protectedNodes.filter((node) => held.has(node)), ...past];
  const id = (node: number): string => graph.nodeAt(node).id;
  const cutCost = sum(steps.filter(({ reason }) => reason === 'cut'));
  const nearest = [...exposed]
    .sort((a, b) => (before.hops[a] ?? 0) - (before.hops[b] ?? 0) || a - b)
    .slice(0, examples);
  return sealPlan({
    format: 'firebreak-plan/1',
    compromised: compromised.map((node) => nodeRef(graph.nodeAt(node))),
    protect: given.protect,
    verdict: past.length > 0 ? 'partial' : cutCost > 0 ? 'contained' : 'nothing-to-cut',
    steps,
    cutCost,
    lowerBound: 0,
    gap: cutCost === 0 ? 0 : 1,
    totalCost: sum(steps),
    certificate: {
      kind: 'closed-set',
      graphDigest: graph.digest,
      reached: [...membersOf(after.reached)]
        .filter((node) => !graph.isHub(node))
        .map(id)
        .sort(),
      protected: protectedNodes.map(id).sort(),
      exempt: exempt.map(id).sort(),
    },
    uncut: past.slice(0, uncutShown).map((goal) => ({
      path: explainDerivation(graph, derivationSteps(graph, after, goal)),
      missing: 'The playbook has no step that cuts this way; `firebreak plan` finds one where there is one.',
    })),
    assumptions: [
      `The steps are those of the playbook "${given.from.name.slice(0, 200)}" (${given.from.digest}); whether others would be cheaper was not asked.`,
      'The attacker holds the compromised set and keeps it; what they moved to before the first step is not in it unless you name it.',
      'The steps that an attacker can take are those of the edge rules; a way in that no rule knows is not cut.',
    ],
    completeness: graph.completeness,
    exposure: {
      protectedReachable: exposed.length,
      examples: bestPaths(graph, compromised, nearest, { limit: examples }),
    },
    scope: scopeOf(graph, compromised, before),
    order: 'rule',
  });
}

/** Each lever once, evidence before them where the playbook takes none. */
function withEvidence(
  graph: AttackGraph,
  compromised: readonly number[],
  { levers, actions }: GivenLevers,
  book: LeverBook,
): readonly GivenLever[] {
  const once = [...new Map(levers.map((each) => [each.lever.key, each])).values()];
  const priced = once.map(({ lever }) => pulled(book, lever));
  if (priced.some(({ action }) => action.stage === 'evidence')) return once;
  const targets = priced.map(({ action, params }) => action.target(params).id);
  const known = new Set(actions.map((action) => action.id));
  return [...evidence.propose({ graph, compromised, targets, has: (id) => known.has(id) }), ...once];
}

function pulled(book: LeverBook, lever: Lever): PricedLever {
  const priced = book.price(lever);
  if (priced === undefined) throw new FirebreakError('FB-PLAYBOOK-LEVER', `${lever.key}: ${book.lackOf(lever).what}`);
  return priced;
}

interface Severable {
  readonly edge: GraphEdge;
  /** Keys. */
  readonly by: readonly string[];
}

/** What of all that the attacker can do the levers take away. */
function severable(graph: AttackGraph, { reached }: Reach, keys: ReadonlySet<string>): Severable[] {
  const actions = new Set([...keys].map((key) => key.slice(0, key.indexOf('|'))));
  const found: Severable[] = [];
  for (const edge of graph.liveEdgesFrom(reached)) {
    if (!edge.rule.severedBy.some((action) => actions.has(action))) continue;
    const by = edge.rule.levers(edge, graph.estate).flatMap(({ key }) => (keys.has(key) ? [key] : []));
    if (by.length > 0) found.push({ edge, by });
  }
  return found;
}

/** The given order wherever the constraints allow it: time and again the first step that no step left must precede. */
function inOrder(steps: readonly UnorderedStep[]): UnorderedStep[] {
  const left = [...steps];
  const order: UnorderedStep[] = [];
  while (left.length > 0) {
    const free = left.findIndex((one) => left.every((other) => other === one || mustPrecede(other, one) === undefined));
    order.push(...left.splice(Math.max(0, free), 1));
  }
  return order;
}

function sum(steps: readonly Pick<PlanStep, 'cost'>[]): number {
  return points(steps.reduce((total, { cost }) => total + cost, 0));
}
