import type { ApiFailure, ApiObject, ApiResult, KubernetesApi, ResourceRef, WriteOptions } from '../../api.ts';
import { pathOf } from '../../resources.ts';

/** A write as it was sent. */
interface Sent {
  readonly request: string;
  readonly body?: unknown;
}

/** What happens to the nth write (from 0): it never leaves, or it is carried out and the answer is lost. */
export interface Interruption {
  readonly at: number;
  readonly how: 'never-left' | 'answer-lost';
}

export interface Observed {
  readonly api: KubernetesApi;
  readonly sent: Sent[];
}

/**
 * A session that notes every write and may break at one of them. Reviews and token requests are no writes: they change
 * nothing. `writer` carries the writes out when they go out under another credential.
 */
export function observe(api: KubernetesApi, interruption?: Interruption, writer: KubernetesApi = api): Observed {
  const sent: Sent[] = [];
  async function write(note: Sent, carryOut: () => Promise<ApiResult<ApiObject>>): Promise<ApiResult<ApiObject>> {
    const breaks = interruption !== undefined && sent.length === interruption.at;
    if (breaks && interruption.how === 'never-left') {
      sent.push(note);
      return lost('unreachable', false);
    }
    sent.push(note);
    const result = await carryOut();
    return breaks ? lost('timeout', true) : result;
  }
  return {
    sent,
    api: {
      ...api,
      create: (ref, body, signal, options) =>
        ref.subresource !== undefined || ref.plural.endsWith('reviews') || options?.dryRun === true
          ? api.create(ref, body, signal, options)
          : write({ request: `POST ${pathOf(ref)}`, body }, () => writer.create(ref, body, signal)),
      patch: (ref, type, body, signal, options) =>
        options?.dryRun === true
          ? api.patch(ref, type, body, signal, options)
          : write({ request: `PATCH ${pathOf(ref)}`, body }, () => writer.patch(ref, type, body, signal)),
      replace: (ref, body, signal) =>
        write({ request: `PUT ${pathOf(ref)}`, body }, () => writer.replace(ref, body, signal)),
      delete: (ref, options, signal) =>
        write({ request: `DELETE ${pathOf(ref)}` }, () => writer.delete(ref, options, signal)),
    },
  };
}

/** A session in which every write fails in one way without being carried out. */
export function failing(api: KubernetesApi, failure: ApiFailure, sent: boolean): KubernetesApi {
  const fail = async () => lost(failure, sent);
  return {
    ...api,
    create: (ref: ResourceRef, body: ApiObject, signal: AbortSignal, options?: WriteOptions) =>
      ref.subresource !== undefined || ref.plural.endsWith('reviews') || options?.dryRun === true
        ? api.create(ref, body, signal, options)
        : fail(),
    patch: fail,
    replace: fail,
    delete: fail,
  };
}

function lost(failure: ApiFailure, sent: boolean): ApiResult<never> {
  return { ok: false, failure, reason: 'broken off by the test', sent };
}
