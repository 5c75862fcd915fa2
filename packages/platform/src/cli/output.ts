/** How a command ends and speaks: results on stdout, everything else on stderr, the exit codes of the contract. */
import { once } from 'node:events';
import { type Completeness, catalogue, FirebreakError } from '@firebreak/contract';
import Table from 'cli-table3';
import ora from 'ora';
import pc from 'picocolors';
import type { Progress } from './world.ts';

export const exitCodes = { done: 0, checkFailed: 1, usage: 2, limited: 3 } as const;

/** One JSON document on stdout. */
export async function printJson(value: unknown): Promise<void> {
  await write(`${JSON.stringify(value, null, 2)}\n`);
}

/** JSON Lines on stdout, honouring back-pressure; stops quietly when the reader has enough (`| head`). */
export async function printLines(values: Iterable<unknown>): Promise<void> {
  let chunk: string[] = [];
  for (const value of values) {
    chunk.push(JSON.stringify(value));
    if (chunk.length < 500) continue;
    await write(`${chunk.join('\n')}\n`);
    chunk = [];
  }
  if (chunk.length > 0) await write(`${chunk.join('\n')}\n`);
}

export async function printText(text: string): Promise<void> {
  await write(`${text}\n`);
}

export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const drawn = new Table({ head: head.map((cell) => pc.bold(cell)), style: { head: [], border: [] } });
  for (const row of rows) drawn.push(row.map((cell) => (typeof cell === 'string' ? visible(cell) : cell)));
  return drawn.toString();
}

/** Foreign text for a terminal: control and formatting characters are shown, not obeyed. */
export function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

/** Says on stderr what a limited answer lacks, and sets the exit code. */
export function reportCompleteness(completeness: Completeness): void {
  if (completeness.answer === 'complete') return;
  const { reasons } = completeness;
  console.error(pc.yellow(`limited: ${reasons.length} ${reasons.length === 1 ? 'thing was' : 'things were'} not read`));
  for (const gap of reasons.slice(0, 20))
    console.error(`  ${gap.code}  ${visible(gap.where)}: ${visible(gap.reason)} ${gap.next}`);
  if (reasons.length > 20) console.error(`  … and ${reasons.length - 20} more (--json has them all)`);
  if (process.exitCode === undefined || process.exitCode === 0) process.exitCode = exitCodes.limited;
}

/** What, why, what next; JSON when the command speaks JSON. Never a stack trace for a coded error. */
export function reportError(error: unknown, json: boolean): void {
  const coded =
    error instanceof FirebreakError
      ? error
      : new FirebreakError('FB-INTERNAL', error instanceof Error ? error.message : String(error), { cause: error });
  const { code, what, why, next } = coded.toJSON();
  if (json) console.error(JSON.stringify({ error: coded.toJSON() }));
  else {
    console.error(`${pc.red(code)} ${what} ${visible(why)}`);
    console.error(`  ${next}`);
    const { candidates } = coded.detail;
    if (Array.isArray(candidates))
      for (const candidate of candidates) console.error(`  - ${visible(String(candidate))}`);
  }
  if (code === 'FB-INTERNAL' && error instanceof Error) console.error(error.stack);
  process.exitCode = catalogue[code].exit;
}

/** Runs work with a spinner on stderr once it takes longer than a second; silent where stderr is not a terminal. */
export async function withProgress<T>(start: string, work: (progress: Progress) => Promise<T>): Promise<T> {
  if (!process.stderr.isTTY) return work(() => {});
  const spinner = ora({ text: start, stream: process.stderr });
  const timer = setTimeout(() => spinner.start(), 1000);
  try {
    return await work((sentence) => {
      spinner.text = visible(sentence);
    });
  } finally {
    clearTimeout(timer);
    spinner.stop();
  }
}

async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}
