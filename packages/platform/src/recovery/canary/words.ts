/** What the judge found, in the words of somebody who has to decide at night. */
import type { MetricRule, MetricVerdict } from '@firebreak/contract';

const digits = (value: number) => Number(value.toPrecision(3)).toLocaleString('en');
const percent = (share: number) => `${Number((100 * share).toPrecision(3))} %`;

/** `p = 0.02`, or below what can be told. */
function chance(p: number): string {
  return p < 1e-12
    ? 'less than one in a trillion'
    : p >= 0.01
      ? percent(p)
      : `one in ${Math.round(1 / p).toLocaleString('en')}`;
}

type Unworded = Omit<MetricVerdict, 'why'>;

export function reasonOf(
  rule: MetricRule,
  verdict: Unworded,
  { minSamples, broken }: { readonly minSamples: number; readonly broken: readonly string[] },
): string {
  if (broken.length > 0) return `Guard queries that must hold failed twice running: ${broken.slice(0, 5).join(', ')}.`;
  const { baseline, canary } = verdict;
  if (verdict.class === 'cannot-tell')
    return `Too little was seen: ${baseline.count} of the baseline and ${canary.count} of the canary, ${minSamples} of each are needed.`;
  const beside =
    rule.kind === 'values'
      ? `median ${digits(canary.centre ?? 0)} beside ${digits(baseline.centre ?? 0)}${shiftWords(verdict)}`
      : rule.kind === 'proportion'
        ? `${percent(canary.centre ?? 0)} beside ${percent(baseline.centre ?? 0)}`
        : `${Math.round((canary.centre ?? 0) * canary.count)} answers that only the canary got wrong, ${Math.round((baseline.centre ?? 0) * baseline.count)} that only the baseline did`;
  if (verdict.class === 'pass') {
    const better =
      verdict.p !== null && verdict.p > verdict.line ? 'no more than chance explains' : 'less than what counts';
    return `${capital(beside)}: ${better}.`;
  }
  const word = verdict.class === 'high' ? 'Higher' : 'Lower';
  return `${word} than it should be: ${beside}. By chance alone: ${chance(verdict.p ?? 1)}; it counts from ${chance(verdict.line)} on.`;
}

function shiftWords({ shift, shiftFrom, shiftTo }: Unworded): string {
  if (shift === null || shiftFrom === null || shiftTo === null) return '';
  const sign = (value: number) => `${value > 0 ? '+' : value < 0 ? '−' : ''}${digits(Math.abs(value))}`;
  return `, a shift of ${sign(shift)} (${sign(shiftFrom)} to ${sign(shiftTo)})`;
}

const capital = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** What fails alone first, then what fails, then what nobody can tell. */
export function verdictReasons(metrics: readonly MetricVerdict[]): string[] {
  const weight = (each: MetricVerdict) =>
    each.failsAlone ? 0 : each.class === 'cannot-tell' ? 2 : each.class === 'pass' ? 3 : 1;
  const told = metrics.filter((each) => weight(each) < 3).sort((a, b) => weight(a) - weight(b));
  return told.length === 0
    ? ['No metric is worse than chance explains.']
    : told.map((each) => `${each.metric}${each.failsAlone ? ', which alone fails the canary' : ''}: ${each.why}`);
}
