/** The other implementations of Sigma: rsigma, asked with events as they are, and pySigma over SQLite, asked with flat ones. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogSource } from '../../packages/platform/src/detection/sigma/language/rule.ts';

export interface AskedEvent {
  readonly logsource: LogSource;
  readonly event: object;
}

export interface FromRsigma {
  /** Ids of rules that it does not take. */
  readonly refused: readonly string[];
  /** Ids of the rules that are true, sorted, for each event. */
  readonly found: readonly (readonly string[])[];
}

export async function askRsigma(rules: readonly string[], events: readonly AskedEvent[]): Promise<FromRsigma> {
  const out = await runRsigma(rules, events, []);
  const [refused = [], ...found] = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as string[]);
  return { refused, found };
}

/** @returns nanoseconds for all rounds. */
export async function timeRsigma(rules: readonly string[], events: readonly AskedEvent[], rounds: number) {
  const out = await runRsigma(rules, events, ['--time', String(rounds)]);
  return JSON.parse(out) as { readonly rules: number; readonly nanoseconds: number; readonly found: number };
}

/** @param events in order, with seconds. @returns ids of the correlations that each completed. */
export async function correlateWithRsigma(
  rules: readonly string[],
  events: readonly { readonly time: number; readonly event: object }[],
) {
  const out = await runRsigma(rules, events, ['--correlate']);
  return out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as string[]);
}

export interface FromPysigma {
  /** Rule id → numbers of events. */
  readonly found: Readonly<Record<string, readonly number[]>>;
  readonly refused: Readonly<Record<string, string>>;
  readonly milliseconds: number;
}

export async function askPysigma(
  rules: readonly string[],
  columns: readonly string[],
  events: readonly object[],
): Promise<FromPysigma> {
  const script = new URL('../../peers/sigma/query.py', import.meta.url).pathname;
  const out = await runWith(peer('FIREBREAK_SIGMA_PYTHON'), [script], JSON.stringify({ rules, columns, events }));
  return JSON.parse(out) as FromPysigma;
}

async function runRsigma(
  rules: readonly string[],
  events: readonly object[],
  options: readonly string[],
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-sigma-'));
  try {
    const file = join(folder, 'rules.yml');
    await writeFile(file, rules.join('\n---\n'));
    return await runWith(
      peer('FIREBREAK_SIGMA_PEER'),
      [file, ...options],
      `${events.map((event) => JSON.stringify(event)).join('\n')}\n`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function peer(variable: string): string {
  const path = process.env[variable];
  if (path === undefined) throw new Error(`${variable} is not set: run peers/sigma/install.`);
  return path;
}

function runWith(program: string, args: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, [...args], { maxBuffer: 1 << 28 }, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(`${program}: ${stderr.slice(0, 2000) || error.message}`)),
    );
    child.stdin?.on('error', reject);
    child.stdin?.end(input);
  });
}
