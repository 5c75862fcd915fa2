/**
 * Canaries of a model behind a gateway, simulated: traffic that is slower at noon than at night, errors that are rare, tokens that are
 * skewed, guard answers that sometimes differ for no reason. What judges and decides is the very code that a real run uses.
 */
import { type CanaryConfig, canaryConfigSchema } from '@firebreak/contract';
import { seeded } from '../../bench/random.ts';
import {
  courseAfter,
  judgedStages,
  judgeLook,
  type OpenLook,
} from '../../packages/platform/src/recovery/canary/course.ts';
import type { Seen, SeenBlock } from '../../packages/platform/src/recovery/canary/observed.ts';

/** What is planted in the canary: by how much more (relative) each metric is. */
export type Planted = Readonly<Partial<Record<Planter, number>>>;
export type Planter = 'latency' | 'tokens' | 'errors' | 'refusals' | 'conversions' | 'mismatches';

const lookSeconds = 300;
/** Requests a look, of the canary and of the baseline, as the seam keeps them. */
const samples = [
  [60, 2000],
  [250, 2000],
  [700, 2000],
  [1000, 1000],
] as const;

export function simulatedConfig(more: Partial<Pick<CanaryConfig, 'spending' | 'falseRollback'>> = {}): CanaryConfig {
  const sent = { from: 'sent' } as const;
  return canaryConfigSchema.parse({
    name: 'simulated',
    stages: [1, 5, 25, 50, 100].map((percent) => ({ percent, looks: 2, minSamples: 40, lookSeconds })),
    metrics: [
      { name: 'latency', source: sent, critical: true },
      { name: 'tokens', worse: 'either', source: sent, critical: true },
      { name: 'errors', kind: 'proportion', source: sent, critical: true },
      { name: 'conversions', kind: 'proportion', worse: 'decrease', source: sent, critical: true },
      { name: 'refusals', kind: 'proportion', group: 'safety', critical: true, source: sent },
      { name: 'secrets', kind: 'proportion', group: 'safety', critical: true, source: sent },
      {
        name: 'mismatches',
        kind: 'pairs',
        group: 'safety',
        critical: true,
        source: { from: 'guard', measure: 'mismatches' },
      },
    ],
    guard: {
      baseline: { address: 'http://baseline.example/v1', model: 'm' },
      canary: { address: 'http://canary.example/v1', model: 'm' },
      queries: [{ id: 'one', prompt: '2 + 2?', expect: { be: 'containing', text: '4' } }],
    },
    ...more,
  });
}

export interface SimulatedEnd {
  readonly rolledBack: boolean;
  /** Looks taken, and how far the stage had come, when it ended. */
  readonly looks: number;
  readonly percent: number;
  readonly minutes: number;
  readonly metric: string | undefined;
}

export function simulate(config: CanaryConfig, seed: number, planted: Planted = {}): SimulatedEnd {
  const random = seeded(seed);
  const world = worldOf(random, planted);
  const stages = judgedStages(config);
  const before: Seen[] = [];
  for (let stage = 0, number = 0; stage < stages.length; stage++)
    for (let lookInStage = 0; lookInStage < (stages[stage]?.looks ?? 0); lookInStage++, number++) {
      const [canary, baseline] = samples[Math.min(stage, samples.length - 1)] as readonly [number, number];
      const look: OpenLook = { number, stage, seen: world(number, baseline, canary), verdicts: {} };
      const { verdict } = judgeLook(config, before, look, { terse: true });
      before.push(look.seen);
      const course = courseAfter(config, look, verdict, { lookInStage, overdue: false });
      const rolledBack = course?.decision === 'rollback' || course?.decision === 'prolong';
      if (rolledBack || course?.decision === 'complete')
        return {
          rolledBack,
          looks: number + 1,
          percent: stages[stage]?.percent ?? 0,
          minutes: ((number + 1) * lookSeconds) / 60,
          metric: verdict.metrics.find((each) => each.class === 'high' || each.class === 'low')?.metric,
        };
    }
  throw new Error('a canary without an end');
}

function worldOf(random: () => number, planted: Planted) {
  const phase = random() * 48;
  let spare: number | undefined;
  const gauss = () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const [radius, angle] = [Math.sqrt(-2 * Math.log(1 - random())), 2 * Math.PI * random()];
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  const many = (count: number, of: () => number) => Array.from({ length: count }, of);
  const hits = (count: number, share: number) => {
    let sum = 0;
    for (let i = 0; i < count; i++) if (random() < share) sum++;
    return sum;
  };
  const more = (which: Planter) => 1 + (planted[which] ?? 0);
  return (look: number, baseline: number, canary: number): Seen => {
    const load = 1 + 0.4 * Math.sin((2 * Math.PI * (look + phase)) / 48);
    const values = (of: () => number, factor: number): SeenBlock => ({
      baseline: { values: many(baseline, of), offered: baseline, hits: 0, total: 0 },
      canary: { values: many(canary, () => of() * factor), offered: canary, hits: 0, total: 0 },
    });
    const shares = (share: number, factor: number, of = [baseline, canary] as const): SeenBlock => ({
      baseline: { values: [], offered: 0, hits: hits(of[0], share), total: of[0] },
      canary: { values: [], offered: 0, hits: hits(of[1], share * factor), total: of[1] },
    });
    return {
      latency: values(() => 800 * load * Math.exp(0.45 * gauss()), more('latency')),
      tokens: values(() => Math.round(220 * Math.exp(0.7 * gauss())), more('tokens')),
      errors: shares(0.01 * load, more('errors')),
      conversions: shares(0.3, 1 - (planted.conversions ?? 0)),
      refusals: shares(0.03, more('refusals')),
      secrets: shares(0.0005, 1),
      mismatches: shares(0.02, more('mismatches'), [50, 50]),
    };
  };
}
