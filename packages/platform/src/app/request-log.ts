/**
 * A window of the request log as evidence: the events of an identity between two times, each with the raw record that it was read from,
 * as lines of JSON. `events:Window/<node id>?since=…&until=…`; without an id, those of everybody.
 */
import { FirebreakError, type NodeId, type Snapshotter } from '@firebreak/contract';
import type { EventStore, EventWish } from '../events/store.ts';
import { canonicalJson } from '../kernel/canonical-json.ts';

export const requestLog: Snapshotter<EventStore> = {
  id: 'events.window',
  title: 'Window of the request log',
  kinds: ['Window'],
  permissions: [],
  takes: () => true,
  async *take({ path, options }, events, signal) {
    const since = timeOf(options.get('since'), 'since');
    const until = timeOf(options.get('until'), 'until');
    const wish: EventWish = { since, until, ...(path === '' ? {} : { actors: [path as NodeId] }) };
    yield { name: 'events.jsonl', mediaType: 'application/x-ndjson', bytes: lines(events, wish, signal) };
    const about = Buffer.from(canonicalJson({ identity: path === '' ? null : path, since, until }));
    yield {
      name: 'window.json',
      mediaType: 'application/json',
      bytes: (async function* () {
        yield about;
      })(),
    };
  },
};

async function* lines(events: EventStore, wish: EventWish, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const found of events.search(wish)) {
    signal.throwIfAborted();
    const text = found.map(
      ({ no, received, event, rawText }) =>
        `{"no":${no},"received":${JSON.stringify(received)},"event":${JSON.stringify(event)},"raw":${rawText}}\n`,
    );
    yield Buffer.from(text.join(''));
  }
}

function timeOf(text: string | undefined, name: string): string {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  if (Number.isNaN(time))
    throw new FirebreakError('FB-EVIDENCE-SUBJECT', `A window of the log needs ${name}=<time> (ISO 8601).`);
  return new Date(time).toISOString();
}
