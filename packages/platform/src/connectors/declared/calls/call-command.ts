/**
 * A declared program: an absolute path and a list of arguments, never a command line. It gets the environment that the declaration
 * names and nothing of ours, runs in a process group of its own, and the whole group ends with it: at the deadline, at too much output,
 * or when nobody waits any more.
 */
import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { FirebreakError } from '@firebreak/contract';
import { secretText, type Used, without } from '../../../intake/secret-reference.ts';
import type { CommandCall } from '../definition/definition.ts';
import { type Filling, filled, filledArgument, filledText } from '../definition/template.ts';
import { parsed } from './call-http.ts';
import type { Ended } from './ended.ts';

export function shownCommand(
  call: CommandCall,
  filling: Filling,
): { readonly request: string; readonly body?: unknown } {
  const words = [call.run, ...call.args.map((each) => filledArgument(each, filling))];
  return {
    request: words.map((word) => JSON.stringify(word)).join(' '),
    ...(call.stdin === undefined ? {} : { body: filled(call.stdin, filling) }),
  };
}

/** @throws FirebreakError before anything runs */
export async function callCommand(call: CommandCall, filling: Filling, signal: AbortSignal): Promise<Ended> {
  const used: Used = new Set();
  const args = call.args.map((each) => filledArgument(each, filling));
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(call.env))
    env[name] = typeof value === 'string' ? filledText(value, filling) : await secretText(value, used);
  await mustBeOurs(call.run);
  const input = call.stdin === undefined ? '' : JSON.stringify(filled(call.stdin, filling));
  const ended = await run({ file: call.run, args, env, cwd: call.cwd, input, ...limitsOf(call) }, signal);
  if (ended.ended === 'without-answer') return ended;
  return { ...ended, answer: without(used, ended.answer) };
}

const limitsOf = ({ timeoutSeconds, maxBytes }: CommandCall) => ({ timeoutMs: timeoutSeconds * 1000, maxBytes });

/** What anybody may rewrite is not what was reviewed. */
async function mustBeOurs(path: string): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new FirebreakError('FB-SOURCE-UNREADABLE', `There is no ${path}.`, { cause });
  });
  if (!found.isFile() || (process.platform !== 'win32' && (found.mode & 0o002) !== 0))
    throw new FirebreakError('FB-LEVER-INVALID', `${path} is no file, or everybody may write to it.`);
}

interface Run {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly input: string;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

async function run(wanted: Run, signal: AbortSignal): Promise<Ended> {
  if (signal.aborted) throw new FirebreakError('FB-CANCELLED', 'A program was not started.');
  const { file, args, env, cwd, input, timeoutMs, maxBytes } = wanted;
  const detached = process.platform !== 'win32';
  const child = spawn(file, args, {
    env,
    cwd,
    shell: false,
    detached,
    stdio: ['pipe', 'pipe', 'ignore'],
    windowsHide: true,
  });
  let started = false;
  let stopped: string | undefined;
  const stop = (reason: string) => {
    stopped ??= reason;
    try {
      if (detached && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      else child.kill('SIGKILL');
    } catch {
      // It ended by itself in the meantime.
    }
    // What left the group and holds the output open must not hold us.
    child.stdout.destroy();
  };
  const timer = setTimeout(() => stop('It did not end in time.'), timeoutMs);
  const onAbort = () => stop('Nobody waits for it any more.');
  signal.addEventListener('abort', onAbort, { once: true });
  const chunks: Buffer[] = [];
  let length = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > maxBytes) stop(`It printed more than ${maxBytes} bytes.`);
    else chunks.push(chunk);
  });
  child.stdin.on('error', () => {});
  child.on('spawn', () => {
    started = true;
    child.stdin.end(input);
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    if (signal.aborted) throw new FirebreakError('FB-CANCELLED', 'A program was stopped.');
    if (stopped !== undefined || code === null)
      return { ended: 'without-answer', sent: true, reason: stopped ?? 'It was ended by a signal.' };
    const output = parsed(Buffer.concat(chunks).toString('utf8'));
    return { ended: 'answered', code, answer: { exit: code, output } };
  } catch (error) {
    if (error instanceof FirebreakError) throw error;
    return { ended: 'without-answer', sent: started, reason: 'It could not be run.' };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
