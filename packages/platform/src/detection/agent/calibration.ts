/**
 * Thresholds that hold a chosen rate of false alarms, whatever the scores look like: a new score is compared with those of earlier
 * conversations, and is remarkable when fewer than the chosen share of them were as high. If conversations come from the same
 * source, that share is the rate (conformal prediction; Vovk, Gammerman, Shafer, "Algorithmic Learning in a Random World", 2005).
 *
 * Scores that raised an alarm are counted as if they had just not: left out they would lower the threshold with each alarm, and taken
 * as they are, an attack that is repeated would soon be usual. But when one conversation in seven alarms, for long enough, the agent
 * itself has changed, and people have been told often enough: then they are taken as they are.
 */
export interface Scores {
  /** The newest of them, in no order. */
  values: number[];
  /** Where the next one goes. */
  next: number;
  /** Of those that raised an alarm, as they were. */
  alarmed: number[];
  /** Of late, the share of conversations that alarmed. */
  share: number;
}

const kept = 500;
const mostAlarmed = 100;
const isChange = 0.15;
/** The share is over about so many conversations. */
const over = 100;

export function noScores(): Scores {
  return { values: [], next: 0, alarmed: [], share: 0 };
}

/** @param raised whether the score raised an alarm; the score then counts as the highest that would not have */
export function addScore(scores: Scores, value: number, raised = false): void {
  if (!Number.isFinite(value)) return;
  scores.share += ((raised ? 1 : 0) - scores.share) / over;
  if (!raised) {
    put(scores, value);
    return;
  }
  put(scores, Math.min(value, highestBelow(scores.values, value)));
  scores.alarmed = [...scores.alarmed.slice(1 - mostAlarmed), value];
  if (scores.share < isChange) return;
  for (const each of scores.alarmed) put(scores, each);
  scores.alarmed = [];
}

function put(scores: Scores, value: number): void {
  scores.values[scores.next] = value;
  scores.next = (scores.next + 1) % kept;
}

function highestBelow(values: readonly number[], limit: number): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (const each of values) if (each < limit && each > highest) highest = each;
  return highest === Number.NEGATIVE_INFINITY ? limit : highest;
}

/** Of conversations such as those before, the share that scores as high or higher: 1 where none is known. */
export function shareAsHigh({ values }: Scores, value: number): number {
  let higher = 1;
  for (const each of values) if (each >= value) higher += 1;
  return higher / (values.length + 1);
}

/** One conversation in a hundred may raise a false alarm, and that can be said only where a hundred are known. */
const falseAlarms = 0.01;
export const fewestKnown = 100;

/** Whether enough conversations are known to say of a score how rare it is. */
export function isLearned({ values }: Scores): boolean {
  return values.length >= fewestKnown;
}

/** Whether fewer conversations score as high than may raise a false alarm. */
export function isRare(scores: Scores, value: number): boolean {
  return shareAsHigh(scores, value) <= falseAlarms;
}

/** Median, and the median distance from it made comparable with a standard deviation. */
export function middleOf({ values }: Scores): { readonly median: number; readonly spread: number } {
  const median = medianOf(values);
  return { median, spread: 1.4826 * medianOf(values.map((each) => Math.abs(each - median))) };
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? 0) + upper) / 2;
}
