/**
 * A window of the request log as evidence: the events of an identity between two times, each with the raw record that it was read from,
 * as lines of JSON. `events:Window/<node id>?since=…&until=…`; without an id, those of everybody. Events that left the database for
 * files are in it too; a file that cannot be read any more is missing, and the snapshot says so.
 */
import { FirebreakError, type Gap, type Snapshotter } from '@firebreak/contract';
import type { KeptEvent } from '../events/kept-event.ts';
import { idsInLogs } from '../events/node-finder.ts';
import type { EventStore, EventWish } from '../events/store.ts';
import { theseBytes } from '../intake/open-body.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';
import type { ColdEvents } from '../storage/cold-events.ts';

export interface KeptLog {
  readonly eventStore: Pick<EventStore, 'search'>;
  readonly coldEvents: Pick<ColdEvents, 'search'>;
}

export const requestLog: Snapshotter<KeptLog> = {
  id: 'events.window',
  title: 'Window of the request log',
  kinds: ['Window'],
  permissions: [],
  takes: () => true,
  async *take({ path, options }, log, signal) {
    const since = timeOf(options.get('since'), 'since');
    const until = timeOf(options.get('until'), 'until');
    const wish: EventWish = { since, until, ...(path === '' ? {} : { actors: idsInLogs(path) }) };
    // Told beforehand, and so each time that a snapshot is gone on with: what is missing must not depend on who reads the events.
    const missing = new Set<string>();
    for await (const found of log.coldEvents.search(wish, Number.MAX_SAFE_INTEGER, undefined)) {
      signal.throwIfAborted();
      if (!('gap' in found)) continue;
      missing.add(found.gap.where);
      yield { missing: found.gap };
    }
    yield { name: 'events.jsonl', mediaType: 'application/x-ndjson', bytes: lines(log, wish, missing, signal) };
    const about = Buffer.from(canonicalJson({ identity: path === '' ? null : path, since, until }));
    yield { name: 'window.json', mediaType: 'application/json', bytes: theseBytes(about) };
  },
};

/** Those that came in last first: of the database, then of files. What moves to a file meanwhile is met there, by its number: once. */
async function* lines(
  { eventStore, coldEvents }: KeptLog,
  wish: EventWish,
  missing: ReadonlySet<string>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let below = Number.MAX_SAFE_INTEGER;
  for await (const found of eventStore.search(wish)) {
    signal.throwIfAborted();
    below = found.at(-1)?.no ?? below;
    yield linesOf(found);
  }
  for await (const found of coldEvents.search(wish, below, undefined)) {
    signal.throwIfAborted();
    if ('gap' in found) mustBeKnown(found.gap, missing);
    else if ('events' in found && found.events.length > 0) yield linesOf(found.events);
  }
}

function linesOf(events: readonly KeptEvent[]): Uint8Array {
  const text = events.map(
    ({ no, received, event, rawText }) =>
      `{"no":${no},"received":${JSON.stringify(received)},"event":${JSON.stringify(event)},"raw":${rawText}}\n`,
  );
  return Buffer.from(text.join(''));
}

/** @throws FirebreakError FB-EVIDENCE-PARTIAL for a file that could be read a moment ago */
function mustBeKnown({ where, reason }: Gap, missing: ReadonlySet<string>): void {
  if (!missing.has(where)) throw new FirebreakError('FB-EVIDENCE-PARTIAL', `${where}: ${reason}`);
}

function timeOf(text: string | undefined, name: string): string {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  if (Number.isNaN(time))
    throw new FirebreakError('FB-EVIDENCE-SUBJECT', `A window of the log needs ${name}=<time> (ISO 8601).`);
  return new Date(time).toISOString();
}
