/**
 * The variants side by side, with what lies between them, and the Pareto front: which of them nothing else beats in risk, outage and
 * time at once. Doing nothing is one of the options. Each option is a whole plan with its proof.
 */
import { type Plan, type PlanChoice, planVariants } from '@firebreak/contract';
import type { AttackGraph } from '../graph/attack-graph.ts';
import type { Solver } from './hitting-set.ts';
import { makePlan, type PlanRequest } from './make-plan.ts';
import { points } from './price/price.ts';
import { expectedLoss } from './race/race.ts';
import { defaultRace, type RaceOptions } from './race/times.ts';
import { variantOf } from './variants.ts';

/** Enough to tell options apart; `firebreak race` says it with an interval. */
const raceRuns = 500;

type Option = Omit<PlanChoice['options'][number], 'front'>;

/** @throws FirebreakError as makePlan does */
export function comparePlans(
  graph: AttackGraph,
  request: Omit<PlanRequest, 'variant'>,
  solver: Solver,
  given: Partial<RaceOptions> = {},
): PlanChoice {
  const race = { ...defaultRace, runs: raceRuns, ...given };
  const options = planVariants.flatMap((variant): Option[] => {
    // A pin that a variant rules out says that the variant is none of the options, not that the question is wrong.
    if (request.pin?.length && !variantAllows(graph, request, variant, solver)) return [];
    const plan = makePlan(graph, { ...request, variant }, solver);
    return [{ name: variant, why: variantOf(variant).why, ...measured(graph, plan, race), plan }];
  });
  const [cheapest] = options;
  const alone = cheapest?.plan === undefined ? undefined : onePerson(graph, request, solver, cheapest.plan);
  if (alone !== undefined)
    options.push({
      name: 'one-person',
      why: 'Does without everything that needs a second person, and waits for nobody but the first.',
      ...measured(graph, alone, race),
      plan: alone,
    });
  const idle = cheapest?.plan === undefined ? undefined : { ...cheapest.plan, steps: [] };
  const nothing: Option = {
    name: 'nothing',
    why: 'Nothing is done: what the attacker takes within the horizon.',
    ...(idle === undefined ? { risk: 0, outage: 0, seconds: 0 } : measured(graph, idle, race)),
  };
  const all = [...options, nothing];
  return {
    options: all.map((option) => ({ ...option, front: !all.some((other) => beats(other, option)) })),
    completeness: graph.completeness,
  };
}

/** How often what takes the place of a drastic step may be drastic itself. */
const mostBans = 8;

/** The cheapest plan without the steps that two must approve; undefined when it has none, or a pin asks for one. */
function onePerson(
  graph: AttackGraph,
  request: Omit<PlanRequest, 'variant'>,
  solver: Solver,
  cheapest: Plan,
): Plan | undefined {
  const forbid = [...(request.forbid ?? [])];
  const pinned = new Set(cheapest.pinned);
  let plan = cheapest;
  for (let tried = 0; tried < mostBans; tried += 1) {
    const drastic = plan.steps.filter(({ approvals }) => approvals > 1);
    if (drastic.length === 0) return tried === 0 ? undefined : plan;
    if (drastic.some(({ lever }) => pinned.has(lever.key))) return undefined;
    forbid.push(...drastic.map(({ lever }) => lever.key));
    plan = makePlan(graph, { ...request, forbid }, solver);
  }
  return undefined;
}

function variantAllows(
  graph: AttackGraph,
  request: Omit<PlanRequest, 'variant'>,
  variant: Plan['variant'],
  solver: Solver,
): boolean {
  const { without } = variantOf(variant);
  if (without.length === 0) return true;
  const plain = makePlan(graph, request, solver);
  const pinned = new Set(plain.pinned);
  return plain.steps.every(({ lever, stage }) => !pinned.has(lever.key) || !without.includes(stage));
}

function measured(graph: AttackGraph, plan: Plan, race: RaceOptions): Pick<Option, 'risk' | 'outage' | 'seconds'> {
  const { loss, seconds } = expectedLoss(graph, plan, race);
  const outage = plan.steps.reduce(
    (sum, { interrupts }) => sum + interrupts.reduce((all, { weight }) => all + weight, 0),
    0,
  );
  return { risk: loss, outage: points(outage), seconds };
}

/** At least as good in everything and better in something. */
function beats(one: Option, other: Option): boolean {
  const better = (['risk', 'outage', 'seconds'] as const).map((axis) => one[axis] - other[axis]);
  return better.every((difference) => difference <= 0) && better.some((difference) => difference < 0);
}
