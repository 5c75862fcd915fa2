/** What the end of a declared call means for a step, and for a reading. */
import { FirebreakError, type Outcome } from '@firebreak/contract';
import { record } from '../../intake/foreign.ts';
import { callCommand, shownCommand } from './calls/call-command.ts';
import { callHttp, shownHttp } from './calls/call-http.ts';
import type { Ended } from './calls/ended.ts';
import { holds } from './definition/comparison.ts';
import type { ChangeCall, CommandCall, Definition, Expectation, HttpCall, ProbeCall } from './definition/definition.ts';
import { valueAt } from './definition/pointer.ts';
import type { Filling } from './definition/template.ts';

interface AnyCall {
  readonly http?: HttpCall | undefined;
  readonly command?: CommandCall | undefined;
}

export function shown(
  { http, command }: AnyCall,
  filling: Filling,
): { readonly request: string; readonly body?: unknown } {
  if (http !== undefined) return shownHttp(http, filling);
  if (command !== undefined) return shownCommand(command, filling);
  throw new TypeError('a call is neither http nor command');
}

async function call({ http, command }: AnyCall, filling: Filling, signal: AbortSignal): Promise<Ended> {
  if (http !== undefined) return callHttp(http, filling, signal);
  if (command !== undefined) return callCommand(command, filling, signal);
  throw new TypeError('a call is neither http nor command');
}

/** What is read of a thing; `state` is empty where it is not there. */
export interface State {
  readonly found: boolean;
  readonly state: Readonly<Record<string, unknown>>;
}
const maxStateBytes = 64 * 1024;

/** @throws FirebreakError where it cannot be told */
export async function readState({ read }: Definition, filling: Filling, signal: AbortSignal): Promise<State> {
  const ended = await call(read, filling, signal);
  if (ended.ended === 'without-answer')
    throw new FirebreakError('FB-HTTP-UNREACHABLE', `It cannot be read. ${ended.reason}`);
  const absent = read.http === undefined ? read.absent.exit : (read.absent.status ?? [404, 410]);
  if (absent?.includes(ended.code) === true) return { found: false, state: {} };
  const isGood = read.http === undefined ? ended.code === 0 : ended.code >= 200 && ended.code < 300;
  if (!isGood)
    throw new FirebreakError(readCodeOf(read.http !== undefined, ended.code), `Reading it ended with ${ended.code}.`);
  const state = Object.fromEntries(
    Object.entries(read.state).map(([name, at]) => [name, valueAt(ended.answer, at) ?? null]),
  );
  if (JSON.stringify(state).length > maxStateBytes)
    throw new FirebreakError('FB-HTTP-TOO-LARGE', `What it says of its state is longer than ${maxStateBytes} bytes.`);
  return { found: true, state };
}

function readCodeOf(isHttp: boolean, code: number) {
  if (!isHttp) return 'FB-STEP-REFUSED';
  if (code === 401) return 'FB-HTTP-UNAUTHORIZED';
  if (code === 403) return 'FB-HTTP-FORBIDDEN';
  if (code === 429) return 'FB-HTTP-THROTTLED';
  return code >= 500 ? 'FB-HTTP-SERVER-ERROR' : 'FB-HTTP-REFUSED';
}

/** Sends a change. What may have taken effect is `unknown`, and is read again. */
export async function change(of: ChangeCall, filling: Filling, signal: AbortSignal): Promise<Outcome> {
  let ended: Ended;
  try {
    ended = await call(of, filling, signal);
  } catch (error) {
    if (!(error instanceof FirebreakError) || error.code === 'FB-CANCELLED') throw error;
    return { outcome: 'refused', code: error.code, reason: error.why, retryable: false };
  }
  if (ended.ended === 'without-answer') {
    if (ended.sent) return { outcome: 'unknown', reason: ended.reason };
    return { outcome: 'refused', code: 'FB-HTTP-UNREACHABLE', reason: ended.reason, retryable: true };
  }
  if (meets(of.expect, ended, of.http !== undefined)) return { outcome: 'done' };
  const reason = `It ended with ${ended.code}, which is not what the declaration expects.`;
  if (of.http === undefined) return { outcome: 'unknown', reason };
  switch (ended.code) {
    case 409:
    case 412:
      return { outcome: 'refused', code: 'FB-STEP-CHANGED', reason, retryable: true };
    case 429:
    case 503:
      return { outcome: 'refused', code: 'FB-HTTP-THROTTLED', reason, retryable: true };
    case 401:
      return { outcome: 'refused', code: 'FB-HTTP-UNAUTHORIZED', reason, retryable: false };
    case 403:
      return { outcome: 'refused', code: 'FB-HTTP-FORBIDDEN', reason, retryable: false };
    default:
      // An error of the server, or a success that was not expected, may have done something.
      return ended.code >= 300 && ended.code < 500
        ? { outcome: 'refused', code: 'FB-STEP-REFUSED', reason, retryable: false }
        : { outcome: 'unknown', reason };
  }
}

function meets(expect: Expectation, ended: Extract<Ended, { ended: 'answered' }>, isHttp: boolean): boolean {
  const codes = isHttp ? expect.status : expect.exit;
  const usual = isHttp ? ended.code >= 200 && ended.code < 300 : ended.code === 0;
  const nothing: Filling = { parameters: {}, before: undefined };
  return (codes?.includes(ended.code) ?? usual) && holds(expect.answer, ended.answer, nothing);
}

/** Tries the real thing. */
export async function tryIt(probe: ProbeCall, filling: Filling, signal: AbortSignal) {
  const { what } = probe;
  try {
    const ended = await call(probe, filling, signal);
    if (ended.ended === 'without-answer') return { what, result: 'cannot-tell' as const, evidence: ended.reason };
    // The statuses by which a server says that it did not look: they show nothing.
    const unheard = probe.http !== undefined && (ended.code === 429 || ended.code >= 500);
    const codes = probe.http === undefined ? probe.holds.exit : probe.holds.status;
    const asked = codes !== undefined || probe.holds.answer.length > 0;
    const good = asked && (codes?.includes(ended.code) ?? true) && holds(probe.holds.answer, ended.answer, filling);
    const evidence = `It was tried and ended with ${ended.code}.`;
    if (good) return { what, result: 'holds' as const, evidence };
    return { what, result: unheard ? ('cannot-tell' as const) : ('fails' as const), evidence };
  } catch (error) {
    if (!(error instanceof FirebreakError) || error.code === 'FB-CANCELLED') throw error;
    return { what, result: 'cannot-tell' as const, evidence: error.why };
  }
}

export function isInEffect({ inEffect, absentIsInEffect }: Definition, now: State, filling: Filling): boolean {
  return now.found ? holds(inEffect, now.state, filling) : absentIsInEffect;
}

/** The record of a state, from the ledger. */
export function stateOf(value: unknown): State {
  return { found: record(value)?.found === true, state: record(record(value)?.state) ?? {} };
}
