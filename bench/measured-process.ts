import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export interface MeasuredRun {
  readonly printed: string;
  readonly exitCode: number | null;
  readonly milliseconds: number;
  readonly peakMegabytes: number;
}

/** Runs a script as a process of its own, to the end, and says how long it took and how much memory it needed at most. */
export async function measuredRun(script: string, args: readonly string[]): Promise<MeasuredRun> {
  const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
  const start = performance.now();
  const child = spawn(process.execPath, ['--import', path('./report-usage.ts'), path(script), ...args], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const usage = child.stdio[3];
  if (child.stdout === null || !(usage instanceof Object) || !('read' in usage)) throw new Error('no pipes');
  const [printed, told, exitCode] = await Promise.all([text(child.stdout), text(usage), ended]);
  const { maxRSS } = JSON.parse(told) as NodeJS.ResourceUsage;
  return { printed, exitCode, milliseconds: performance.now() - start, peakMegabytes: Math.round(maxRSS / 1024) };
}
