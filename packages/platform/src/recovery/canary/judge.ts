/**
 * The judge: two samples in, a verdict out. Pure. It follows Kayenta's NetflixACAJudge (spinnaker/kayenta: NetflixACAJudge.scala,
 * MannWhitneyClassifier.scala, WeightedSumScorer.scala): a metric is High or Low when the interval of its shift, at 98 %, lies beyond a
 * quarter of the estimate itself; groups get the share of their metrics that pass, the score is their weighted sum, a critical metric
 * that fails makes it 0; 95 passes, below 75 fails.
 *
 * What is different, and why:
 * - Shares (errors, refusals, secrets in answers) are judged by an exact test of counts. Ranks of noughts and ones at small counts are not.
 * - Of a metric that may only be worse in one direction, the other is not tested, as there, and its half of the chance is not spent.
 * - "No data" is no pass, anywhere: it is `cannot-tell`, and so is a verdict that has one.
 * - Blocks (one a look) are compared each by itself, see `shift-test.ts`. With one block it is Kayenta's.
 * - In a run the confidence is what the look may spend (`spending.ts`), so that looking again does not fail good versions.
 */
import type { CanaryVerdict, JudgeSettings, MetricRule, MetricVerdict } from '@firebreak/contract';
import { signTail } from '../../detection/poisoning/tail.ts';
import type { SeenBlock, SeenSide } from './observed.ts';
import { cleaned, percentile } from './outliers.ts';
import type { Block } from './rank-sum.ts';
import { differenceInterval, type ShareBlock, shareInterval, shareTest } from './share-test.ts';
import { commonLanguageEffect, type Shift, shiftOf, shiftTest } from './shift-test.ts';
import { reasonOf, verdictReasons } from './words.ts';

export interface MetricLook {
  /** Metrics of a look may be judged at different lines. One-sided chance; `(1 − confidence) / 2` of a single look. */
  readonly line: number;
  readonly tolerance: number;
  /** Fewer than this of either version: nothing is said. */
  readonly minSamples: number;
  /** Guard queries that must hold and did not, in words; they fail the metric alone. */
  readonly broken?: readonly string[];
  /** Intervals are only worked out where the verdict needs them: for simulations. */
  readonly terse?: boolean;
}

type Judged = Omit<MetricVerdict, 'metric' | 'kind' | 'group' | 'critical' | 'line' | 'why'>;

/** @param blocks what was seen of the metric, a block for each look, oldest first */
export function judgeMetric(rule: MetricRule, blocks: readonly SeenBlock[], look: MetricLook): MetricVerdict {
  const judged =
    rule.kind === 'values'
      ? judgeValues(rule, blocks, look)
      : rule.kind === 'proportion'
        ? judgeShares(rule, blocks, look)
        : judgePairs(blocks, look);
  const broken = look.broken ?? [];
  const verdict = {
    ...judged,
    class: broken.length > 0 ? ('high' as const) : judged.class,
    failsAlone: judged.failsAlone || broken.length > 0 || (rule.critical && isFailure(judged.class)),
    metric: rule.name,
    kind: rule.kind,
    group: rule.group,
    critical: rule.critical,
    line: look.line,
  };
  return { ...verdict, why: reasonOf(rule, verdict, { minSamples: look.minSamples, broken }) };
}

function isFailure(of: MetricVerdict['class']): boolean {
  return of === 'high' || of === 'low';
}

/** Blocks as the tests want them, made once for each: every look asks for all of them again. */
const prepared = new WeakMap<SeenBlock, { readonly key: string; readonly block: Block; readonly sides: CleanSides }>();
type CleanSides = Readonly<Record<'baseline' | 'canary', ReturnType<typeof cleaned>>>;

function blockFor(block: SeenBlock, rule: MetricRule) {
  const key = `${rule.missing} ${rule.outliers}`;
  const found = prepared.get(block);
  if (found?.key === key) return found;
  const sides = { baseline: cleaned(block.baseline.values, rule), canary: cleaned(block.canary.values, rule) };
  const made = { key, sides, block: { baseline: sides.baseline.values, canary: sides.canary.values } };
  prepared.set(block, made);
  return made;
}

function judgeValues(rule: MetricRule, seen: readonly SeenBlock[], look: MetricLook): Judged {
  const { line, tolerance, minSamples, terse = false } = look;
  const parts = seen.map((block) => blockFor(block, rule));
  const sideOf = terse ? tersely : valuesSide;
  const baseline = sideOf(parts.map(({ sides }) => sides.baseline));
  const canary = sideOf(parts.map(({ sides }) => sides.canary));
  const blocks = parts
    .map(({ block }) => block)
    .filter((block) => block.baseline.length > 0 && block.canary.length > 0);
  if (Math.min(baseline.count, canary.count) < Math.max(1, minSamples) || blocks.length === 0)
    return nothingSaid(baseline, canary);
  const { greater, smaller } = shiftTest(blocks);
  const up = rule.worse !== 'decrease' && greater <= directed(rule, line);
  const down = rule.worse !== 'increase' && smaller <= directed(rule, line);
  const shift = terse && !up && !down ? null : shiftOf(blocks, 1 - 2 * directed(rule, line));
  const margin = tolerance * Math.abs(shift?.estimate ?? 0);
  const effect = effectOf(rule, blocks, baseline.mean, canary.mean);
  const high = up && shift !== null && shift.from > margin && beyond(effect, rule, 'Increase');
  const low = down && shift !== null && shift.to < -margin && beyond(effect, rule, 'Decrease');
  return {
    class: high ? 'high' : low ? 'low' : 'pass',
    failsAlone: (high && critically(effect, rule, 'Increase')) || (low && critically(effect, rule, 'Decrease')),
    baseline,
    canary,
    p: worse(rule, greater, smaller),
    ...shiftFigures(shift),
    effect,
  };
}

/** Of a metric that may be bad either way, each way has half. */
const directed = ({ worse: bad }: MetricRule, line: number) => (bad === 'either' ? line / 2 : line);

function worse({ worse: bad }: MetricRule, greater: number, smaller: number): number {
  return bad === 'increase' ? greater : bad === 'decrease' ? smaller : Math.min(1, 2 * Math.min(greater, smaller));
}

function shiftFigures(shift: Shift | null): Pick<Judged, 'shift' | 'shiftFrom' | 'shiftTo'> {
  return { shift: shift?.estimate ?? null, shiftFrom: shift?.from ?? null, shiftTo: shift?.to ?? null };
}

function effectOf(rule: MetricRule, blocks: readonly Block[], was: number | null, is: number | null): Judged['effect'] {
  if (rule.effect?.measure === 'cles') return { measure: 'cles', value: commonLanguageEffect(blocks) };
  return was === null || is === null || was === 0 ? null : { measure: 'mean-ratio', value: is / was };
}

/** Kayenta's thresholds of the effect size, around 1 of a ratio and around one half of the common-language effect. */
function beyond(effect: Judged['effect'], { effect: asked }: MetricRule, way: 'Increase' | 'Decrease'): boolean {
  if (asked === undefined) return true;
  const wanted = asked[`allowed${way}`];
  return effect === null || (way === 'Increase' ? effect.value >= wanted : effect.value <= wanted);
}

function critically(effect: Judged['effect'], { effect: asked }: MetricRule, way: 'Increase' | 'Decrease'): boolean {
  const wanted = asked?.[`critical${way}`];
  return (
    wanted !== undefined && effect !== null && (way === 'Increase' ? effect.value >= wanted : effect.value <= wanted)
  );
}

function judgeShares(rule: MetricRule, seen: readonly SeenBlock[], look: MetricLook): Judged {
  const blocks: ShareBlock[] = seen.map(({ baseline, canary }) => ({ baseline, canary }));
  const whole = { baseline: added(seen, 'baseline'), canary: added(seen, 'canary') };
  const confidence = 1 - 2 * directed(rule, look.line);
  const sideOf = look.terse === true ? terseShare : shareSide;
  const [baseline, canary] = [sideOf(whole.baseline, confidence), sideOf(whole.canary, confidence)];
  if (Math.min(whole.baseline.total, whole.canary.total) < Math.max(1, look.minSamples))
    return nothingSaid(baseline, canary);
  const { greater, fewer } = shareTest(blocks);
  const interval = look.terse === true && rule.allowedDifference === 0 ? null : differenceInterval(whole, confidence);
  const difference = whole.canary.hits / whole.canary.total - whole.baseline.hits / whole.baseline.total;
  const allowed = rule.allowedDifference;
  const certain = (edge: number | undefined) => allowed === 0 || (edge !== undefined && edge > allowed);
  const high = rule.worse !== 'decrease' && greater <= directed(rule, look.line) && certain(interval?.from);
  const low =
    rule.worse !== 'increase' &&
    fewer <= directed(rule, look.line) &&
    certain(interval === null ? undefined : -interval.to);
  return {
    class: high ? 'high' : low ? 'low' : 'pass',
    failsAlone: false,
    baseline,
    canary,
    p: worse(rule, greater, fewer),
    shift: difference,
    shiftFrom: interval?.from ?? null,
    shiftTo: interval?.to ?? null,
    effect: { measure: 'difference', value: difference },
  };
}

/** Of pairs, `hits` are those where only this version was wrong. */
function judgePairs(seen: readonly SeenBlock[], { line, minSamples, terse = false }: MetricLook): Judged {
  const whole = { baseline: added(seen, 'baseline'), canary: added(seen, 'canary') };
  const sideOf = terse ? terseShare : shareSide;
  const [baseline, canary] = [sideOf(whole.baseline, 1 - 2 * line), sideOf(whole.canary, 1 - 2 * line)];
  if (whole.canary.total < Math.max(1, minSamples)) return nothingSaid(baseline, canary);
  const p = signTail(whole.canary.hits, whole.canary.hits + whole.baseline.hits);
  const difference = (whole.canary.hits - whole.baseline.hits) / whole.canary.total;
  return {
    class: p <= line ? 'high' : 'pass',
    failsAlone: false,
    baseline,
    canary,
    p,
    shift: difference,
    shiftFrom: null,
    shiftTo: null,
    effect: { measure: 'difference', value: difference },
  };
}

function added(seen: readonly SeenBlock[], variant: 'baseline' | 'canary') {
  return {
    hits: seen.reduce((sum, block) => sum + block[variant].hits, 0),
    total: seen.reduce((sum, block) => sum + block[variant].total, 0),
  };
}

function shareSide(share: { hits: number; total: number }, confidence: number): Judged['baseline'] {
  const interval = shareInterval(share, confidence);
  const centre = share.total === 0 ? null : share.hits / share.total;
  return {
    count: share.total,
    missing: 0,
    outliers: 0,
    centre,
    mean: centre,
    from: interval?.from ?? null,
    to: interval?.to ?? null,
  };
}

function terseShare({ hits, total }: { hits: number; total: number }): Judged['baseline'] {
  const centre = total === 0 ? null : hits / total;
  return { count: total, missing: 0, outliers: 0, centre, mean: centre, from: null, to: null };
}

function valuesSide(parts: readonly ReturnType<typeof cleaned>[]): Judged['baseline'] {
  const values = joined(parts.map((part) => part.values)).sort();
  const at = (percent: number) => (values.length === 0 ? null : percentile(values, percent));
  return {
    count: values.length,
    missing: parts.reduce((sum, { missing }) => sum + missing, 0),
    outliers: parts.reduce((sum, { outliers }) => sum + outliers, 0),
    centre: at(50),
    from: at(5),
    to: at(95),
    mean: values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length,
  };
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Without quantiles, which nothing is decided by. */
function tersely(parts: readonly ReturnType<typeof cleaned>[]): Judged['baseline'] {
  const count = parts.reduce((sum, { values }) => sum + values.length, 0);
  const sum = parts.reduce((of, { values }) => values.reduce((total, value) => total + value, of), 0);
  return { count, missing: 0, outliers: 0, centre: null, from: null, to: null, mean: count === 0 ? null : sum / count };
}

function nothingSaid(baseline: Judged['baseline'], canary: Judged['baseline']): Judged {
  return {
    class: 'cannot-tell',
    failsAlone: false,
    baseline,
    canary,
    p: null,
    shift: null,
    shiftFrom: null,
    shiftTo: null,
    effect: null,
  };
}

/** What one block saw of a metric, for charts. */
export function figuresOf(rule: MetricRule, block: SeenBlock): Pick<MetricVerdict, 'baseline' | 'canary'> {
  const side = (of: SeenSide, clean: () => ReturnType<typeof cleaned>) =>
    rule.kind === 'values' ? valuesSide([clean()]) : shareSide(of, 0.95);
  return {
    baseline: side(block.baseline, () => blockFor(block, rule).sides.baseline),
    canary: side(block.canary, () => blockFor(block, rule).sides.canary),
  };
}

/** The score and class of the whole, from its metrics. */
export function verdictOf(metrics: readonly MetricVerdict[], settings: JudgeSettings): CanaryVerdict {
  const told = metrics.filter((each) => each.class !== 'cannot-tell');
  const names = [...new Set(metrics.map(({ group }) => group))];
  const given = names.reduce((sum, name) => sum + (settings.groupWeights[name] ?? 0), 0);
  const without = names.filter((name) => settings.groupWeights[name] === undefined);
  const rest = without.length === 0 ? 0 : Math.max(0, 100 - given) / without.length;
  const groups = names.map((group) => {
    const own = told.filter((each) => each.group === group);
    const score = own.length === 0 ? null : (100 * own.filter((each) => each.class === 'pass').length) / own.length;
    return { group, score, weight: settings.groupWeights[group] ?? rest };
  });
  const scored = groups.filter(({ score }) => score !== null);
  const weights = scored.reduce((sum, { weight }) => sum + weight, 0);
  const alone = metrics.some(({ failsAlone }) => failsAlone);
  // What nobody could tell has no weight: the score is of what was seen.
  const weighed = scored.reduce((sum, { score, weight }) => sum + (score ?? 0) * weight, 0);
  const score = alone ? 0 : scored.length === 0 || weights === 0 ? null : weighed / weights;
  const failed = score !== null && score < settings.marginal;
  const known = told.length === metrics.length && score !== null;
  return {
    class: failed ? 'fail' : !known ? 'cannot-tell' : score >= settings.pass ? 'pass' : 'marginal',
    score,
    groups,
    metrics: [...metrics],
    reasons: verdictReasons(metrics),
  };
}
