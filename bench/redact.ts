/**
 * What cutting out costs: microseconds an event to prepare it for the store, on one core, without rules and with each, over events as
 * platforms log them; a second in which nothing is declared is the same as without.
 *
 *     node bench/redact.ts [--events 4000] [--runs 9]
 */
import { parseArgs } from 'node:util';
import { openRedactor } from '../packages/platform/src/detection/redaction/redactor.ts';
import type { RedactionSpec } from '../packages/platform/src/detection/redaction/spec.ts';
import { prepareText, type Redact } from '../packages/platform/src/events/prepare.ts';
import { cloudTrailEvent, kubernetesEvent } from './event-bodies.ts';
import { clearMemory, median, printTable, times } from './measure.ts';

const { values: options } = parseArgs({
  options: { events: { type: 'string', default: '4000' }, runs: { type: 'string', default: '9' } },
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

const used = new Map<string, number[]>();
/** Of the same turn: whatever slows the machine down slows both. */
const ratios = new Map<string, number[]>();
const add = (to: Map<string, number[]>, name: string, value: number) => to.set(name, [...(to.get(name) ?? []), value]);
for (let run = -2; run < Number(options.runs); run += 1) {
  // Each turn begins with another: none is always the one after the collector.
  for (const at of ways.keys()) {
    const [name, redact] = ways[(at + Math.max(run, 0)) % ways.length] as (typeof ways)[number];
    const bytes = Buffer.from(lines);
    clearMemory();
    // Time of the processor and not of the clock: others run beside it.
    const began = process.threadCpuUsage();
    prepareText(bytes, place, { redact });
    const { user, system } = process.threadCpuUsage(began);
    if (run >= 0) add(used, name, (user + system) / events);
  }
  if (run < 0) continue;
  const without = used.get('without')?.at(-1) ?? Number.NaN;
  for (const [name] of ways) add(ratios, name, (used.get(name)?.at(-1) ?? Number.NaN) / without);
}
const plain = median(used.get('without') ?? []);
printTable(
  ['cut out', 'µs an event', 'more than without'],
  ways.map(([name]) => {
    const each = median(used.get(name) ?? []);
    return [
      name,
      each.toFixed(1),
      name === 'without' ? '' : `${(each - plain).toFixed(1)} (${times(median(ratios.get(name) ?? []))})`,
    ];
  }),
);
