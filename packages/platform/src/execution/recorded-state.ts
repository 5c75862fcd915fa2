/** The state of an object as an action reads it, kept as a blob of canonical JSON and judged by the action's own words. */
import type { AnyAction } from '@firebreak/contract';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { type Blob, blobOf } from './journal.ts';

/** `undefined` members are dropped, as JSON does: what undo will work from is what comes back from the blob. */
export function stateBlob(name: string, state: unknown): Blob {
  return blobOf(name, 'application/json', Buffer.from(canonicalJson(JSON.parse(JSON.stringify(state)))));
}

/** @throws Error when the blob is not what the action can work from: storage lost it or the action changed its shape. */
export function stateFrom(action: AnyAction, bytes: Uint8Array | undefined): unknown {
  if (bytes === undefined) throw new Error('the recorded state is gone');
  return action.before.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
}

/**
 * Whether two states are the same in what matters to the action. An action that can restore says itself what matters:
 * "`b` is back, except for fields that the server owns".
 */
export function sameState(action: AnyAction, params: unknown, a: unknown, b: unknown): boolean {
  if (canonicalJson(a) === canonicalJson(b)) return true;
  return action.reversal.kind === 'restore' && action.reversal.restored(a, params, b);
}
