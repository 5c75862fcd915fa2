/** What was logged around what the attacker did: a log that begins late or ends early looks like one in which nothing happened. */
import type { CouldDid, NormalEvent } from '@firebreak/contract';
import { systemsOf } from '../events/formats/index.ts';
import type { KnownLog } from '../events/store.ts';

/** @param systems those within reach, as in node ids */
export function loggedOf(
  logs: readonly KnownLog[],
  systems: ReadonlySet<string>,
  actors: CouldDid['actors'],
): CouldDid['logged'] {
  const begun = actors.map(({ first }) => first).sort()[0];
  const ended = actors
    .map(({ last }) => last)
    .sort()
    .at(-1);
  return logs.flatMap(({ format, ...span }) =>
    [...systemsOf([format])]
      .filter((system) => systems.has(system))
      .map((system) => {
        const gap = gapOf(span, begun, ended);
        return { system, format, ...span, ...(gap === undefined ? {} : { gap }) };
      }),
  );
}

/** The logs that some events are of. */
export function logsIn(events: readonly NormalEvent[]): KnownLog[] {
  const logs = new Map<string, { events: number; first: string; last: string }>();
  for (const { source, time } of events) {
    const known = logs.get(source.format) ?? { events: 0, first: time, last: time };
    known.events += 1;
    if (time < known.first) known.first = time;
    if (time > known.last) known.last = time;
    logs.set(source.format, known);
  }
  return [...logs].map(([format, span]) => ({ format, ...span }));
}

function gapOf(
  { first, last }: Omit<KnownLog, 'format'>,
  begun: string | undefined,
  ended: string | undefined,
): string | undefined {
  if (begun === undefined || ended === undefined) return undefined;
  const late = first > begun ? `It begins at ${first}, after the first act (${begun}).` : '';
  const early = last < ended ? `It ends at ${last}, before the last act (${ended}).` : '';
  return [late, early].filter((each) => each !== '').join(' ') || undefined;
}
