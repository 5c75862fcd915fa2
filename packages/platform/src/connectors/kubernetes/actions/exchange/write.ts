/**
 * One write, described before it is sent. What `preview` shows and what `apply` sends are made from the same value, so
 * they cannot differ; an action builds its writes from the before-state and hands them to both.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Change, NodeId, Outcome } from '@firebreak/contract';
import { at } from '../../../../intake/foreign.ts';
import type { ApiObject, ApiResult, ResourceRef } from '../../api.ts';
import { pathOf } from '../../resources.ts';
import type { PatchOperation } from '../objects/one-field.ts';
import { refused, writeOutcome } from './failure.ts';
import { type KubernetesAttempt, look } from './reading.ts';

export type Write = { readonly object: NodeId; readonly ref: ResourceRef } & (
  | { readonly verb: 'create'; readonly body: ApiObject }
  | { readonly verb: 'patch'; readonly patch: readonly PatchOperation[] }
  /** Deletes this very object: a later one of the same name is left alone. */
  | { readonly verb: 'delete'; readonly uid: string | undefined }
);

export function changeOf(write: Write): Change {
  const shown = { verb: write.verb, object: write.object };
  switch (write.verb) {
    case 'create':
      return { ...shown, request: `POST ${pathOf({ ...write.ref, name: undefined })}`, body: write.body };
    case 'patch':
      return { ...shown, request: `PATCH ${pathOf(write.ref)}`, body: write.patch };
    case 'delete':
      return { ...shown, request: `DELETE ${pathOf(write.ref)}` };
  }
}

/** Sends one write. An object to delete that is not there is as good as deleted. */
export async function send(attempt: KubernetesAttempt, write: Write): Promise<Outcome> {
  const result = await request(attempt, write);
  if (result.ok) return { outcome: 'done' };
  if (write.verb === 'delete' && result.failure === 'not-found') return { outcome: 'done' };
  if (write.verb === 'patch' && result.failure === 'invalid' && (await testFails(attempt, write.ref, write.patch))) {
    return refused('FB-K8S-CONFLICT', 'The object is no longer as it was when it was read.', true);
  }
  return writeOutcome(result);
}

/** Sends writes in order and stops at the first that is not done. */
export async function sendAll(attempt: KubernetesAttempt, writes: readonly Write[]): Promise<Outcome> {
  for (const write of writes) {
    const outcome = await send(attempt, write);
    if (outcome.outcome !== 'done') return outcome;
  }
  return { outcome: 'done' };
}

function request(attempt: KubernetesAttempt, write: Write): Promise<ApiResult<ApiObject>> {
  const { session, signal } = attempt;
  switch (write.verb) {
    case 'create':
      return session.create({ ...write.ref, name: undefined }, write.body, signal);
    case 'patch':
      return session.patch(write.ref, 'json', write.patch, signal);
    case 'delete':
      return session.delete(write.ref, write.uid === undefined ? {} : { uid: write.uid }, signal);
  }
}

/**
 * The API server answers a failed `test` with 422, as it does an invalid object. Which of the two it was, the object
 * itself tells.
 */
async function testFails(
  attempt: KubernetesAttempt,
  ref: ResourceRef,
  patch: readonly PatchOperation[],
): Promise<boolean> {
  const seen = await look(attempt, ref);
  if (!seen.ok) return false;
  return patch.some(({ op, path, value }) => {
    if (op !== 'test') return false;
    const keys = path
      .slice(1)
      .split('/')
      .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
    return !isDeepStrictEqual(at(seen.object, ...keys) ?? null, value);
  });
}
