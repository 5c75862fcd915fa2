/**
 * What cutting out costs: microseconds an event to prepare it for the store, on one core, without rules and with each, over events as
 * platforms log them; a second in which nothing is declared is the same as without.
 *
 *     node bench/redact.ts [--events 4000] [--runs 5]
 */
import { parseArgs } from 'node:util';
import { openRedactor } from '../packages/platform/src/detection/redaction/redactor.ts';
import type { RedactionSpec } from '../packages/platform/src/detection/redaction/spec.ts';
import { prepareText, type Redact } from '../packages/platform/src/events/prepare.ts';
import { cloudTrailEvent, kubernetesEvent } from './event-bodies.ts';
import { printTable } from './measure.ts';

const { values: options } = parseArgs({
  options: { events: { type: 'string', default: '4000' }, runs: { type: 'string', default: '5' } },
});
const events = Number(options.events);
const place = { locator: 'bench', received: '2026-11-21T00:00:00.000Z' };
const lines = Array.from({ length: events }, (_, at) =>
  JSON.stringify(at % 2 === 0 ? cloudTrailEvent(at) : kubernetesEvent(at)),
).join('\n');
const key = Buffer.alloc(32, 1);
const redactor = (redact: RedactionSpec['redact']): Redact => openRedactor({ spec: { redact, keep: [] }, key });
const ways: readonly (readonly [string, Redact | undefined])[] = [
  ['without', undefined],
  ['secrets', redactor([{ preset: 'secrets' }])],
  ['e-mail', redactor([{ preset: 'email' }])],
  ['cards', redactor([{ preset: 'card' }])],
  ['a field', redactor([{ kind: 'agent', fields: ['userAgent'] }])],
  ['all of them', redactor([{ preset: 'secrets' }, { preset: 'email' }, { preset: 'card' }])],
];

const times = new Map<string, number[]>();
// In turns, so that what disturbs the machine disturbs all alike.
for (let run = 0; run <= Number(options.runs); run += 1)
  for (const [name, redact] of ways) {
    const bytes = Buffer.from(lines);
    const began = performance.now();
    prepareText(bytes, place, redact);
    if (run > 0) times.set(name, [...(times.get(name) ?? []), ((performance.now() - began) * 1000) / events]);
  }
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
const plain = median(times.get('without') ?? []);
printTable(
  ['cut out', 'µs an event', 'more than without'],
  ways.map(([name]) => {
    const each = median(times.get(name) ?? []);
    return [
      name,
      each.toFixed(1),
      name === 'without' ? '' : `${(each - plain).toFixed(1)} (${(each / plain).toFixed(2)}×)`,
    ];
  }),
);
