/**
 * The course of a canary, as pure functions: whether a look may be taken, what it says, what comes of it. The clock, the traffic and the
 * rows are `run.ts`'s business, so that a simulation of ten thousand canaries runs the very same decisions.
 *
 * What must stay true:
 * - Each metric is tested once in each planned look, when it has its samples and the look its time; never because of what the samples
 *   say. That is what `spending.ts` counts on.
 * - A metric that has its samples is not kept waiting by one that has not: what fails, fails now.
 * - Nothing is a pass for want of data. A stage that has not come to the end of its looks in time, or ends marginal, is rolled back.
 */
import type {
  CanaryConfig,
  CanaryLook,
  CanaryMetric,
  CanaryStage,
  CanaryVerdict,
  MetricVerdict,
} from '@firebreak/contract';
import { figuresOf, judgeMetric, verdictOf } from './judge.ts';
import { countOf, type Seen, unseen } from './observed.ts';
import { lineOf } from './spending.ts';

/** Stages in which there is a baseline to compare with; one that takes all the traffic is the promotion. */
export function judgedStages({ stages }: Pick<CanaryConfig, 'stages'>): readonly CanaryStage[] {
  return stages.filter(({ percent }) => percent < 100);
}

export function plannedLooks(config: Pick<CanaryConfig, 'stages'>): number {
  return judgedStages(config).reduce((sum, { looks }) => sum + looks, 0);
}

/** A look that is under way. */
export interface OpenLook {
  /** From 0, over all stages. */
  readonly number: number;
  readonly stage: number;
  readonly seen: Seen;
  /** Metrics that were tested in it already. */
  readonly verdicts: Readonly<Record<string, MetricVerdict>>;
}

/** Metrics that the look still lacks samples of. */
export function lackingIn({ metrics, ...config }: CanaryConfig, look: OpenLook): readonly string[] {
  const least = judgedStages(config)[look.stage]?.minSamples ?? 1;
  return metrics.filter((metric) => !hasEnough(metric, look.seen, least)).map(({ name }) => name);
}

function hasEnough({ name }: CanaryMetric, seen: Seen, least: number): boolean {
  const block = seen[name] ?? unseen;
  return Math.min(countOf(block, 'baseline'), countOf(block, 'canary')) >= least;
}

interface LookOptions {
  /** Guard queries that must hold and do not, by metric. */
  readonly broken?: Readonly<Record<string, readonly string[]>>;
  /** The look has had its time; before that only what must hold is told. */
  readonly ripe?: boolean;
  /** Sources of which nothing can be read now: what they measure is tested when they are back. */
  readonly unread?: ReadonlySet<string>;
  readonly terse?: boolean;
}

/**
 * Tests what can be tested and was not yet.
 *
 * @param before what earlier looks saw, oldest first
 */
export function judgeLook(
  config: CanaryConfig,
  before: readonly Seen[],
  look: OpenLook,
  { broken = {}, ripe = true, unread, terse = false }: LookOptions = {},
): { readonly verdicts: OpenLook['verdicts']; readonly verdict: CanaryVerdict } {
  const { metrics, judge } = config;
  const least = judgedStages(config)[look.stage]?.minSamples ?? 1;
  const line = lineOf(config, { look: look.number, looks: plannedLooks(config), metrics: metrics.length });
  const all = [...before, look.seen];
  const verdicts: Record<string, MetricVerdict> = { ...look.verdicts };
  const judged = metrics.map((metric) => {
    const found = Object.hasOwn(verdicts, metric.name) ? verdicts[metric.name] : undefined;
    const holds = broken[metric.name] ?? [];
    if (found !== undefined && holds.length === 0) return found;
    const enough = ripe && hasEnough(metric, look.seen, least);
    const about = { line, tolerance: judge.tolerance, minSamples: least, broken: holds, terse };
    const blocks = all.map((seen) => seen[metric.name] ?? unseen);
    const verdict = judgeMetric(metric, enough ? blocks : [look.seen[metric.name] ?? unseen], about);
    if (unread?.has(metric.source.from) === true && holds.length === 0)
      return { ...verdict, class: 'cannot-tell' as const, failsAlone: false, why: 'Its source cannot be read now.' };
    if (enough) verdicts[metric.name] = verdict;
    return verdict;
  });
  return { verdicts, verdict: verdictOf(judged, judge) };
}

export interface Course {
  readonly decision: CanaryLook['decision'];
  readonly why: string;
}

/**
 * @param overdue the stage has had all the time that it may take
 * @returns null while the look goes on as it is
 */
export function courseAfter(
  config: CanaryConfig,
  look: Pick<OpenLook, 'stage'>,
  verdict: CanaryVerdict,
  { lookInStage, overdue }: { readonly lookInStage: number; readonly overdue: boolean },
): Course | null {
  const stages = judgedStages(config);
  const { percent = 0, looks = 1 } = stages[look.stage] ?? {};
  if (verdict.class === 'fail') {
    const alone = verdict.metrics.some(({ failsAlone }) => failsAlone);
    const score = `The score is ${Math.round(verdict.score ?? 0)}, below ${config.judge.marginal}.`;
    return {
      decision: 'rollback',
      why: alone ? (verdict.reasons[0] ?? score) : `${score} ${verdict.reasons[0] ?? ''}`,
    };
  }
  if (overdue) {
    const why =
      verdict.class === 'cannot-tell'
        ? `Its time at ${percent} % is over and too little was seen to tell: that is no pass.`
        : `Its time at ${percent} % is over without a pass.`;
    return { decision: 'rollback', why };
  }
  if (verdict.class === 'cannot-tell') return null;
  if (lookInStage + 1 < looks) return { decision: 'next-look', why: 'The stage has another look.' };
  if (verdict.class === 'marginal')
    return {
      decision: 'prolong',
      why: `Marginal: the score is ${Math.round(verdict.score ?? 0)}, and ${config.judge.pass} passes.`,
    };
  const next = stages[look.stage + 1];
  return next === undefined
    ? { decision: 'complete', why: 'Every stage has passed.' }
    : { decision: 'next-stage', why: `It passed at ${percent} %; next are ${next.percent} %.` };
}

/** What a look alone saw, for charts. */
export function seenFigures({ metrics }: CanaryConfig, seen: Seen): CanaryLook['seen'] {
  return metrics.map((metric) => ({ metric: metric.name, ...figuresOf(metric, seen[metric.name] ?? unseen) }));
}
