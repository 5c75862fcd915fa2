/**
 * Whether the incident would be seen again: its own events are shown to the rules and detectors of today, as they came. A detector that
 * was switched off since, or a rule that was narrowed, is found here and not by the next attack.
 */
import { FirebreakError, type KeptDetection } from '@firebreak/contract';
import type { SigmaEngine } from '../../detection/sigma/engine/sigma-engine.ts';
import { streamDetectors } from '../../detection/stream/index.ts';
import { Watch } from '../../detection/watch.ts';
import type { KeptEvent } from '../../events/kept-event.ts';
import { idsInLogs } from '../../events/node-finder.ts';
import { eventById, eventsThatFit } from '../kept-events.ts';
import { RuleKeeper } from '../rule-keeper.ts';
import type { Station } from '../station.ts';

export interface Seen {
  readonly again: readonly string[];
  readonly silent: readonly string[];
  /** Events of the detections that are not kept any more, or cannot be read. */
  readonly unread: number;
}
export type SeenAgain = (incident: string, detections: readonly KeptDetection[], signal: AbortSignal) => Promise<Seen>;

/** Events that one incident is replayed from. */
const mostEvents = 20_000;
const keptMs = 60_000;

export function createSeenAgain(station: Station): SeenAgain {
  let rules: Promise<{ readonly keeper: RuleKeeper; readonly blank: ReturnType<SigmaEngine['state']> }> | undefined;
  const kept = new Map<string, { readonly at: number; readonly key: string; readonly seen: Promise<Seen> }>();

  async function opened() {
    rules ??= RuleKeeper.open(station.rules, new AbortController().signal).then((keeper) => ({
      keeper,
      blank: keeper.engine.state(),
    }));
    rules.catch(() => {
      rules = undefined;
    });
    return rules;
  }

  async function replay(detections: readonly KeptDetection[]): Promise<Seen> {
    const { keeper, blank } = await opened();
    // Others may wait for the same answer: who asked first does not end it.
    const signal = AbortSignal.any([]);
    await keeper.refresh(signal);
    const events = await eventsOf(station, detections, signal);
    const known = new Set(events.map(({ event }) => event.id));
    keeper.engine.restore(blank);
    const watch = new Watch({ engine: keeper.engine, detectors: streamDetectors });
    const seen = new Set<string>();
    for (const each of events) for (const { detector } of watch.see(each)) seen.add(detector);
    const end = detections.reduce((last, each) => Math.max(last, Date.parse(each.last)), 0);
    for (const { detector } of watch.advance(end + 24 * 3_600_000)) seen.add(detector);
    const wanted = [...new Set(detections.map(({ detector }) => detector))].sort();
    return {
      again: wanted.filter((detector) => seen.has(detector)),
      silent: wanted.filter((detector) => !seen.has(detector)),
      unread: new Set(detections.flatMap((each) => each.events.map(({ id }) => id)).filter((id) => !known.has(id)))
        .size,
    };
  }

  return async (incident, detections) => {
    if (detections.length === 0) return { again: [], silent: [], unread: 0 };
    const now = station.clock.now().getTime();
    const key = detections.map(({ id, count }) => `${id} ${count}`).join('\n');
    const same = kept.get(incident);
    if (same !== undefined && same.key === key && Math.abs(now - same.at) < keptMs) return same.seen;
    const seen = replay(detections);
    kept.set(incident, { at: now, key, seen });
    seen.catch(() => kept.delete(incident));
    const [oldest] = kept.keys();
    if (kept.size > 100 && oldest !== undefined) kept.delete(oldest);
    return seen;
  };
}

/**
 * Events of the same actors and targets in the time of the detections, in the order in which they came in, and those that are cited.
 * They are kept in the database or, of an older incident, in files; what cannot be read there is not seen again.
 */
async function eventsOf(
  station: Station,
  detections: readonly KeptDetection[],
  signal: AbortSignal,
): Promise<readonly KeptEvent[]> {
  const found = new Map<string, KeptEvent>();
  const times = detections.flatMap(({ first, last }) => [first, last]).sort();
  const [since = ''] = times;
  const until = times.at(-1) ?? since;
  const actors = [...new Set(detections.flatMap(({ by }) => by.flatMap(idsInLogs)))];
  const targets = [...new Set(detections.flatMap(({ about }) => about.flatMap(idsInLogs)))];
  for (const wish of [...(actors.length > 0 ? [{ actors }] : []), ...(targets.length > 0 ? [{ targets }] : [])]) {
    const { events } = await eventsThatFit(station, { ...wish, since, until }, mostEvents, signal);
    for (const [id, each] of events) found.set(id, each);
  }
  for (const { id } of detections.flatMap(({ events }) => events)) {
    if (found.has(id)) continue;
    const kept = await eventById(station, id).catch(unreadable);
    if (kept !== undefined) found.set(id, kept);
  }
  return [...found.values()].sort((a, b) => a.no - b.no);
}

/** A file that cannot be read has no event; it counts as one that is not kept. */
function unreadable(error: unknown): undefined {
  if (!(error instanceof FirebreakError && error.code === 'FB-COLD-UNREADABLE')) throw error;
}
