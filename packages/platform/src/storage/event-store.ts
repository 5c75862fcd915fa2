/** The port of events on PostgreSQL: by COPY into a table of the moment, and from there what is new. */
import { type NormalEvent, normalEventSchema } from '@firebreak/contract';
import { actingNodes, type EventStore } from '../events/store.ts';
import { copyField } from './copy-field.ts';
import type { Database } from './database.ts';

export function createEventStore(database: Database): EventStore {
  return {
    append: (batch, received) =>
      database.transaction(async (tx) => {
        await tx.query(
          'create temporary table incoming (place integer, id text, at timestamptz, format text, form text, raw text) on commit drop',
        );
        await tx.query('create temporary table acting (place integer, node text) on commit drop');
        const first = new Map<string, (typeof batch)[number]>();
        for (const each of batch) if (!first.has(each.event.id)) first.set(each.event.id, each);
        const once = [...first.values()];
        await tx.copyIn('copy incoming from stdin', rows(once));
        await tx.copyIn('copy acting from stdin', actors(once));
        const [kept] = await tx.query<{ kept: number }>(
          `with fresh as (
             insert into event (id, at, received, form, raw)
             select id, at, $1, form, raw from incoming order by place
             on conflict (id) do nothing returning no, id, at),
           named as (
             insert into event_actor (node, at, event)
             select a.node, f.at, f.no from fresh f join incoming i using (id) join acting a using (place)),
           counted as (
             insert into event_format as known (format, events, first, last)
             select i.format, count(*), min(f.at), max(f.at) from fresh f join incoming i using (id) group by i.format
             on conflict (format) do update set events = known.events + excluded.events,
               first = least(known.first, excluded.first), last = greatest(known.last, excluded.last))
           select count(*)::integer as kept from fresh`,
          [received],
        );
        return { kept: kept?.kept ?? 0, duplicates: batch.length - (kept?.kept ?? 0) };
      }),

    byActors: async (nodes, since, limit) => {
      const found = await database.query<{ form: string }>(
        `select e.form from (
           select distinct event, at from event_actor
           where node = any($1::text[]) and at >= coalesce($2::timestamptz, '-infinity') order by at, event limit $3) as theirs
         join event e on e.no = theirs.event order by theirs.at, theirs.event`,
        [nodes.map(withoutNul), since ?? null, limit + 1],
      );
      const events = found.slice(0, limit).map(({ form }): NormalEvent => normalEventSchema.parse(JSON.parse(form)));
      return { events, more: found.length > limit };
    },

    logs: async () =>
      (
        await database.query<{ format: string; events: string; first: Date; last: Date }>(
          'select format, events::text, first, last from event_format order by format',
        )
      ).map(({ format, events, first, last }) => ({
        format,
        events: Number(events),
        first: first.toISOString(),
        last: last.toISOString(),
      })),
  };
}

function* rows(batch: Parameters<EventStore['append']>[0]): Generator<string> {
  for (const [place, { event, raw }] of batch.entries()) {
    const fields = [
      String(place),
      event.id,
      event.time,
      event.source.format,
      JSON.stringify(event),
      JSON.stringify(raw),
    ];
    yield `${fields.map((field) => copyField(withoutNul(field))).join('\t')}\n`;
  }
}

function* actors(batch: Parameters<EventStore['append']>[0]): Generator<string> {
  for (const [place, { event }] of batch.entries())
    for (const node of actingNodes(event)) yield `${place}\t${copyField(withoutNul(node))}\n`;
}

/** PostgreSQL has no text with a NUL; in JSON it is escaped anyway. */
function withoutNul(text: string): string {
  return text.replaceAll('\0', '\ufffd');
}
