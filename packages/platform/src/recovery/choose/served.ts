/** "Which model was in production when": moves that events tell of to the second, and what collections saw, put together. Pure. */
import type { Candidate, NormalEvent } from '@firebreak/contract';
import type { FactVersion, Move, Served, VersionSource } from './sources/source.ts';

type Moment = Candidate['served'][number];

/**
 * By version, when it was served and by what, the newest first. Where an event and a collection tell of the same change the event's
 * time counts: the collection saw it later.
 */
export function servedHistory(
  source: Pick<VersionSource, 'servedBy' | 'moved'>,
  facts: readonly FactVersion[],
  events: readonly NormalEvent[],
): ReadonlyMap<string, Candidate['served']> {
  const moves: (Move & { readonly from: string })[] = [];
  for (const { time, targets, outcome, activity } of events) {
    if (outcome !== 'done' || (activity !== 'change' && activity !== 'delete')) continue;
    const moved = source.moved(targets, activity);
    if (moved !== undefined) moves.push({ ...moved, from: time });
  }
  const found = new Map<string, Moment[]>();
  const note = (version: string, moment: Moment) => found.set(version, [...(found.get(version) ?? []), moment]);
  const seen = joined(facts.flatMap((fact) => source.servedBy(fact)));
  for (const by of new Set([...moves, ...seen].map((each) => each.by))) {
    const told = moves.filter((move) => move.by === by).sort((a, b) => (a.from < b.from ? -1 : 1));
    // A name that was taken away serves nothing until it is given again.
    for (const [at, move] of told.entries())
      if (move.version !== null)
        note(move.version, { by, from: move.from, until: told[at + 1]?.from ?? null, told: 'event' });
    for (const each of seen.filter((one) => one.by === by)) {
      const first = told[0]?.from;
      // What events tell of from the first one on, collections say once more, and later.
      if (first !== undefined && each.from >= first) continue;
      const until = first !== undefined && (each.until === null || each.until > first) ? first : each.until;
      note(each.version, { by, from: each.from, until, told: 'collection' });
    }
  }
  for (const moments of found.values()) moments.sort((a, b) => (a.from < b.from ? 1 : -1));
  return found;
}

/** A fact changes for many reasons: what follows on itself is one span. */
function joined(spans: readonly Served[]): Served[] {
  const whole: Served[] = [];
  for (const span of [...spans].sort((a, b) => (a.by === b.by ? (a.from < b.from ? -1 : 1) : a.by < b.by ? -1 : 1))) {
    const last = whole.at(-1);
    if (last?.by === span.by && last.version === span.version && last.until === span.from)
      whole[whole.length - 1] = { ...last, until: span.until };
    else whole.push(span);
  }
  return whole;
}
