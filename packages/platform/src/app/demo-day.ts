/** The day of the demo's company, sent in as its systems would have sent it, with the moments put before now. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '../kernel/digest.ts';
import { mustHaveField, type Station } from './station.ts';

const folder = new URL('../../../../content/demo-day/', import.meta.url).pathname;

/** Plays it once: a database that has events has a day of its own. */
export async function playDemoDay(station: Station, signal: AbortSignal): Promise<void> {
  if ((await station.storage.eventStore.last()) > 0) return;
  const { graph } = await mustHaveField(station).holder.current(signal);
  const now = station.clock.now().getTime();
  const podOf = (workload: string) =>
    graph.nodes.find(({ id }) => id.startsWith(`kubernetes:Pod/${workload}-`))?.name ?? workload;
  const lines: { readonly id: string; readonly line: string; readonly before: number }[] = [];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.jsonl')))
    for (const [at, line] of (await readFile(join(folder, file), 'utf8')).split('\n').entries())
      if (line !== '')
        lines.push({
          id: `${file}:${at}`,
          line,
          before: Number(/@(?:time|seconds|millis|nanos)-(\d+)/.exec(line)?.[1] ?? 0),
        });
  // In the order in which it happened: logs that are read one after the other come late for correlations.
  lines.sort((a, b) => b.before - a.before || (a.id < b.id ? -1 : 1));
  const events = lines.map(({ id, line }): unknown => JSON.parse(inTime(line, { now, id, podOf })));
  await station.intake.take(events, { source: 'demo', locator: 'demo-day' });
}

interface Place {
  readonly now: number;
  readonly id: string;
  readonly podOf: (workload: string) => string;
}

/** See content/demo-day/README.md. */
function inTime(line: string, { now, id, podOf }: Place): string {
  const before = (seconds: string) => new Date(now - Number(seconds) * 1000);
  return line
    .replace(/"@millis-(\d+)"/g, (_, seconds: string) => String(before(seconds).getTime()))
    .replace(/@time-(\d+)/g, (_, seconds: string) => before(seconds).toISOString())
    .replace(/@seconds-(\d+)/g, (_, seconds: string) =>
      before(seconds)
        .toISOString()
        .replace(/\.\d+Z/, 'Z'),
    )
    .replace(/@nanos-(\d+)/g, (_, seconds: string) => `${before(seconds).getTime()}000000`)
    .replace(/@pod:([a-z-]+\/[a-z-]+)/g, (_, workload: string) => podOf(workload))
    .replaceAll('"@id"', `"${sha256Hex(`${id} ${now}`).slice(0, 32)}"`);
}
