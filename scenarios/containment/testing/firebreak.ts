/**
 * `firebreak` as people run it: a process of its own. It also leads a process group of its own, so that a test can kill it
 * as a whole, the way a machine goes down.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';

const main = fileURLToPath(new URL('../../../packages/platform/src/app/main.ts', import.meta.url));

/** A command that hangs fails its test with what it said so far, and not by the test's own time limit, which says nothing. */
const longestMs = 150_000;

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly ended: Promise<Ended>;
  /** Resolves with the match once standard output has it; rejects when the process ends without. */
  says(text: RegExp): Promise<RegExpMatchArray>;
  /** To the whole process group; nothing when it has ended. */
  kill(signal: NodeJS.Signals): void;
}

/** Starts a command and leaves it running. */
export function start(...args: readonly string[]): Running {
  const child = spawn(process.execPath, [main, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', NODE_COMPILE_CACHE: join(tmpdir(), 'firebreak-compile-cache') },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    stdout += piece;
  });
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    stderr += piece;
  });
  let over = false;
  const watchdog = setTimeout(() => {
    stderr += `still running after ${longestMs / 1000} s: killed`;
    kill('SIGKILL');
  }, longestMs);
  function kill(signal: NodeJS.Signals): void {
    if (over || child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // It ended in this very moment.
    }
  }
  const ended = once(child, 'close').then(([code, signal]): Ended => {
    over = true;
    clearTimeout(watchdog);
    return { code: code as number | null, signal: signal as NodeJS.Signals | null, stdout, stderr };
  });
  return {
    ended,
    async says(text) {
      for (;;) {
        const match = stdout.match(text);
        if (match !== null) return match;
        if (over) throw new Error(`${args.join(' ')} ended without saying ${text}: ${stdout}${stderr}`);
        await Promise.race([once(child.stdout, 'data'), ended]);
      }
    },
    kill,
  };
}

/** Runs a command to its end. */
export function firebreak(...args: readonly string[]): Promise<Ended> {
  return start(...args).ended;
}

/** Runs a command that speaks JSON and must end with `code`; what it says must have the documented shape. */
export async function answerOf<T>(schema: z.ZodType<T>, code: number, ...args: readonly string[]): Promise<T> {
  return parsed(schema, code, await firebreak(...args, '--json'));
}

/** What an ended command said, which must be JSON of the documented shape. */
export function parsed<T>(schema: z.ZodType<T>, code: number, ended: Ended): T {
  if (ended.code !== code)
    throw new Error(
      `ended with ${ended.code ?? ended.signal}, not ${code}: ${ended.stderr}${ended.stdout.slice(0, 4000)}`,
    );
  return schema.parse(JSON.parse(ended.stdout));
}
