/**
 * The answer of `firebreak race`: expected loss of a plan by the order of its steps, and what each approval costs. Orders that
 * nobody may carry out are raced too, so that people see what a constraint is worth.
 */
import type { Plan, PlanStep, Race } from '@firebreak/contract';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import { hasBit } from '../../graph/bitset.ts';
import { reach } from '../../graph/reach.ts';
import { brokenBy } from '../order/constraints.ts';
import { type Battlefield, battlefield } from './battlefield.ts';
import { differenceOf, estimateOf } from './estimate.ts';
import { type RaceOutcome, raceAll } from './run.ts';
import type { Responder, ScheduleQuestion } from './schedule.ts';
import { defaultRace, type RaceOptions } from './times.ts';

interface Order {
  readonly name: string;
  readonly why: string;
  /** Places in the plan's steps. */
  readonly order: readonly number[];
}

/** Steps whose approval is looked at by itself, at the most. */
const mostApprovals = 10;

/** The plan in its own order only. */
export function expectedLoss(graph: AttackGraph, plan: Plan, options: RaceOptions): { loss: number; seconds: number } {
  const { steps } = plan;
  const field = fieldOf(graph, plan);
  const order = steps.map((_, at) => at);
  const [outcome] = raceAll(
    field,
    [{ steps: steps as readonly Responder[], order, putBackBy: field.putBackBy }],
    options,
  );
  const { losses, seconds } = outcome as RaceOutcome;
  return { loss: estimateOf(losses).mean, seconds: Math.round(seconds) };
}

function fieldOf(graph: AttackGraph, plan: Plan): Battlefield {
  const compromised = plan.compromised.flatMap(({ id }) => graph.indexOf.get(id) ?? []);
  const held = new Set(compromised);
  const { reached } = reach(graph.hypergraph, compromised);
  const goals = plan.certificate.protected
    .flatMap((id) => graph.indexOf.get(id) ?? [])
    .filter((node) => hasBit(reached, node) && !held.has(node));
  return battlefield(graph, compromised, goals, plan.steps);
}

export function raceOf(graph: AttackGraph, plan: Plan, given: Partial<RaceOptions> = {}): Race {
  const options = { ...defaultRace, ...given };
  const { steps } = plan;
  const field = fieldOf(graph, plan);
  const orders = ordersOf(steps);
  const planned = steps.map((_, at) => at);
  const second = steps.flatMap(({ approvals }, at) => (approvals > 1 ? [at] : [])).slice(0, mostApprovals);
  const ask = (order: readonly number[], atOnce?: readonly number[]): ScheduleQuestion => ({
    steps: steps as readonly Responder[],
    order,
    putBackBy: field.putBackBy,
    ...(atOnce === undefined ? {} : { atOnce: new Set(atOnce) }),
  });
  const outcomes = raceAll(
    field,
    [
      ...orders.map(({ order }) => ask(order)),
      ...(steps.length === 0 ? [] : [ask(planned, [-1])]),
      ...second.map((at) => ask(planned, [at])),
    ],
    options,
  );
  const [own] = outcomes as [RaceOutcome, ...RaceOutcome[]];
  const waits = outcomes.slice(orders.length);
  const saves = (outcome: RaceOutcome) => estimateOf(differenceOf(own.losses, outcome.losses));
  return {
    planDigest: plan.digest,
    runs: options.runs,
    seed: options.seed,
    assumptions: assumptions(options),
    region: {
      nodes: field.region.nodeCount,
      edges: field.region.edgeCount,
      goals: field.goals,
      value: field.values.reduce((sum, value) => sum + value, 0),
    },
    orders: orders.map(({ name, why, order }, at) => {
      const { losses, seconds } = outcomes[at] as RaceOutcome;
      const broken = brokenBy(order.map((place) => steps[place] as PlanStep));
      return {
        name,
        why,
        steps: order.map((place) => (steps[place] as PlanStep).id),
        ...(broken === undefined ? {} : { breaks: broken.why }),
        loss: estimateOf(losses),
        difference: estimateOf(differenceOf(losses, own.losses)),
        reached: losses.filter((loss) => loss > 0).length / losses.length,
        seconds: Math.round(seconds),
      };
    }),
    approvals: waits.map((outcome, at) => {
      const step = at === 0 ? undefined : steps[second[at - 1] as number];
      return {
        step: step?.id ?? 'all',
        title: step?.title ?? 'The first approval, which every step waits for.',
        waits: (step === undefined ? options.firstApproval : options.secondApproval).median,
        saves: saves(outcome),
      };
    }),
  };
}

/** The plan's own order, and those that people ask about; equal ones once. */
function ordersOf(steps: readonly PlanStep[]): Order[] {
  const all = steps.map((_, at) => at);
  const first = (wanted: (step: PlanStep) => boolean): number[] => {
    const front = all.filter((at) => wanted(steps[at] as PlanStep));
    return [...front, ...all.filter((at) => !front.includes(at))];
  };
  const named: Order[] = [
    { name: 'as planned', why: 'The order of the plan.', order: all },
    {
      name: 'eviction first',
      why: 'What runs the payload is taken down before anything else.',
      order: first(({ stage }) => stage === 'eviction'),
    },
    {
      name: 'delivery last',
      why: 'What delivers goes on delivering until everything else is done.',
      order: first(({ stage }) => stage !== 'delivery'),
    },
    {
      name: 'evidence last',
      why: 'Nothing waits for evidence.',
      order: first(({ stage }) => stage !== 'evidence'),
    },
    {
      name: 'two persons first',
      why: 'The hardest steps first, and everything else waits for their approval.',
      order: first(({ approvals, stage }) => approvals > 1 || stage === 'evidence' || stage === 'delivery'),
    },
  ];
  const seen = new Set<string>();
  return named.filter(({ order }) => {
    const key = order.join();
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function assumptions({ pause, firstApproval, secondApproval, refresh, repair, horizon }: RaceOptions): string[] {
  const minutes = (seconds: number) => `${Math.round(seconds / 60)} min`;
  return [
    'Time runs from the moment the plan is there. All times are log-normal; what is given are medians.',
    `A step takes the attacker about 1 s, 20 s, 6 min, 3 h or 2 days by its class, and ${minutes(pause.median)} of looking around before it unless it comes by itself. They try all ways at once.`,
    `The first approval takes ${minutes(firstApproval.median)}, the second ${minutes(secondApproval.median)}, both asked for at once. Steps are done one after the other.`,
    `A delivery channel that still runs puts a thing back at its next refresh, every ${minutes(refresh)}; what was put back is taken away again ${minutes(repair.median)} after the last step.`,
    'Loss is the business impact (0 to 10, 5 for what nobody rated) of every protected node that the attacker held.',
    `What happens later than ${Math.round(horizon / 3600)} h counts for no order.`,
  ];
}
