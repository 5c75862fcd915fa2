import type { Attempt } from '@firebreak/contract';
import type { ApiObject, ApiResult, KubernetesApi, ListOptions, ResourceRef } from '../../api.ts';
import { pathOf } from '../../resources.ts';
import { asRecord } from '../objects/object-meta.ts';
import { type Failed, readError } from './failure.ts';

export type KubernetesAttempt = Attempt<KubernetesApi>;

/** The object, null when there is none, or the failure. */
export async function look(
  attempt: KubernetesAttempt,
  ref: ResourceRef,
): Promise<{ ok: true; object: ApiObject | null } | Failed> {
  const result = await attempt.session.get(ref, attempt.signal);
  if (result.ok) return { ok: true, object: result.value };
  return result.failure === 'not-found' ? { ok: true, object: null } : result;
}

/** The object, or null when there is none. Throws when it cannot be told. */
export async function readObject(attempt: KubernetesAttempt, ref: ResourceRef): Promise<ApiObject | null> {
  const seen = await look(attempt, ref);
  if (!seen.ok) throw readError(seen, pathOf(ref));
  return seen.object === null ? null : asRecord(seen.object);
}

/** All objects of a list; the first failed page makes the whole a failure. */
export async function listAll(
  attempt: KubernetesAttempt,
  ref: ResourceRef,
  options: Pick<ListOptions, 'labelSelector' | 'form'> = {},
): Promise<ApiResult<readonly ApiObject[]>> {
  const items: ApiObject[] = [];
  for await (const page of attempt.session.list(ref, options, attempt.signal)) {
    if (!page.ok) return page;
    items.push(...page.value.items);
  }
  return { ok: true, value: items };
}

/** All objects of a list. Throws when any page cannot be read. */
export async function readAll(
  attempt: KubernetesAttempt,
  ref: ResourceRef,
  options: Pick<ListOptions, 'labelSelector' | 'form'> = {},
): Promise<readonly ApiObject[]> {
  const result = await listAll(attempt, ref, options);
  if (!result.ok) throw readError(result, pathOf(ref));
  return result.value;
}
