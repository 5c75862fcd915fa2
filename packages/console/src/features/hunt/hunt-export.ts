/**
 * What a hunt found, as a file for other tools. What must stay true: events hold text that strangers chose, and a table that is opened in
 * a spreadsheet computes what looks like a formula; such a cell begins with an apostrophe here (OWASP, CSV injection).
 */
import type { Hunt } from '@firebreak/contract/answers/hunt';

type Found = Hunt['events'][number];

const fixed: readonly (readonly [title: string, of: (found: Found) => string])[] = [
  ['time', ({ event }) => event.time],
  ['received', ({ received }) => received],
  ['id', ({ event }) => event.id],
  ['actor', ({ event }) => event.actor.id ?? event.actor.name],
  ['name', ({ event }) => event.actor.name],
  ['operation', ({ event }) => event.operation],
  ['activity', ({ event }) => event.activity],
  ['outcome', ({ event }) => event.outcome],
  ['targets', ({ event }) => event.targets.join(' ')],
  ['address', ({ event }) => event.actor.address ?? ''],
  ['format', ({ event }) => event.source.format],
];

/** RFC 4180. @param titles of the further columns that were asked for */
export function asCsv(events: readonly Found[], titles: readonly string[]): string {
  const rows = [
    [...fixed.map(([title]) => title), ...titles],
    ...events.map((found) => [
      ...fixed.map(([, of]) => of(found)),
      ...titles.map((_, at) => (found.values?.[at] ?? []).join(' | ')),
    ]),
  ];
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** A line an event, with all that the answer says of it. @param titles of the further columns that were asked for */
export function asJsonLines(events: readonly Found[], titles: readonly string[]): string {
  return events
    .map(({ no, received, event, values }) => {
      const fields = Object.fromEntries(titles.map((title, at) => [title, values?.[at] ?? []]));
      return `${JSON.stringify({ no, received, ...event, ...(titles.length === 0 ? {} : { fields }) })}\n`;
    })
    .join('');
}

/** Always in quotes. Blanks before a formula do not keep a spreadsheet from computing it. */
function cell(text: string): string {
  const plain = /^[\s\uFEFF]*[=+\-@|%\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/.test(text) ? `'${text}` : text;
  return `"${plain.replaceAll('"', '""')}"`;
}
