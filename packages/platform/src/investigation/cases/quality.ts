/**
 * How good each detector is. Silence is an answer only of a detector that looked: one that never saw an event of what it needs cannot
 * tell, and says so.
 */
import { type Detection, type DetectorQuality, detectionVerdicts, type Quality } from '@firebreak/contract';
import type { KnownLog } from '../../events/store.ts';
import type { Delays, DetectorCounts } from './store.ts';
import { rank } from './traits.ts';
import { wilson } from './wilson.ts';

/** What a detector says of itself. */
export interface KnownDetector {
  readonly id: string;
  readonly title: string;
  readonly status: Detection['status'];
  readonly severity: Detection['severity'];
  /** Event formats; empty for one that looks at all. */
  readonly needs: readonly string[];
}

export interface QualityQuestion {
  readonly since: string | null;
  readonly detectors: readonly KnownDetector[];
  readonly counts: readonly DetectorCounts[];
  readonly logs: readonly KnownLog[];
  readonly delays: Delays;
}

export function qualityOf({ since, detectors, counts, logs, delays }: QualityQuestion): Quality {
  const byId = new Map(counts.map((each) => [each.detector, each]));
  const rows = detectors.map((detector) => rowOf(detector, byId.get(detector.id), logs));
  const known = new Set(detectors.map(({ id }) => id));
  const strangers = counts.filter(({ detector }) => !known.has(detector)).map((each) => rowOf(undefined, each, logs));
  const all = [...rows, ...strangers].sort(
    (a, b) => b.detections - a.detections || rank(b.severity) - rank(a.severity) || (a.detector < b.detector ? -1 : 1),
  );
  const sum = (of: (row: DetectorQuality) => number) => all.reduce((total, row) => total + of(row), 0);
  const told = sum(toldApart);
  return {
    since,
    detectors: all,
    timeToDetect: spreadOf(delays.toDetect),
    timeToVerdict: spreadOf(delays.toVerdict),
    detections: sum(({ detections }) => detections),
    judged: sum(({ verdicts }) => Object.values(verdicts).reduce((total, count) => total + count, 0)),
    falsePositives: wilson(
      sum(({ verdicts }) => verdicts['false-positive']),
      told,
    ),
  };
}

function rowOf(
  detector: KnownDetector | undefined,
  counts: DetectorCounts | undefined,
  logs: readonly KnownLog[],
): DetectorQuality {
  const needs = [...(detector?.needs ?? [])];
  const looked = logs.filter(({ format }) => needs.length === 0 || needs.includes(format));
  const events = looked.reduce((total, log) => total + log.events, 0);
  const verdicts = Object.fromEntries(
    detectionVerdicts.map((verdict) => [verdict, counts?.verdicts[verdict] ?? 0]),
  ) as DetectorQuality['verdicts'];
  const told = verdicts['true-positive'] + verdicts['benign-true-positive'] + verdicts['false-positive'];
  return {
    detector: detector?.id ?? counts?.detector ?? '',
    title: detector?.title ?? counts?.title ?? '',
    status: detector?.status ?? null,
    severity: detector?.severity ?? counts?.severity ?? 'info',
    ...answerOf(detector, counts?.detections ?? 0, events, needs),
    needs,
    has: looked.filter(({ format }) => needs.includes(format)).map(({ format }) => format),
    detections: counts?.detections ?? 0,
    suppressed: counts?.suppressed ?? 0,
    incidents: counts?.incidents ?? 0,
    verdicts,
    precision: wilson(verdicts['true-positive'] + verdicts['benign-true-positive'], told),
    attacks: wilson(verdicts['true-positive'], told),
    // Of somebody else's detector nobody here knows at how many events it looked.
    falsePositiveRate: detector === undefined ? null : wilson(Math.min(verdicts['false-positive'], events), events),
    newest: counts?.newest ?? null,
  };
}

function answerOf(
  detector: KnownDetector | undefined,
  detections: number,
  events: number,
  needs: readonly string[],
): Pick<DetectorQuality, 'answer' | 'why'> {
  if (detections > 0)
    return { answer: 'found', why: `${detections} ${detections === 1 ? 'detection' : 'detections'}.` };
  if (detector === undefined || events === 0)
    return {
      answer: 'cannot-tell',
      why:
        needs.length === 0
          ? 'No event came in that it could look at.'
          : `It looks at ${needs.join(', ')}, and none of these came in: that it found nothing says nothing.`,
    };
  return { answer: 'silent', why: `It looked at ${events} events and found nothing.` };
}

function toldApart({ verdicts }: DetectorQuality): number {
  return verdicts['true-positive'] + verdicts['benign-true-positive'] + verdicts['false-positive'];
}

function spreadOf(values: readonly number[]): Quality['timeToDetect'] {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const [median, p90] = [at(0.5), at(0.9)];
  if (median === undefined || p90 === undefined) return null;
  return { median, p90, mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length, of: sorted.length };
}
