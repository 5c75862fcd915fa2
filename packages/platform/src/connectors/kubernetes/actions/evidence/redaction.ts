import { record } from '../../../../intake/foreign.ts';
import type { ApiObject } from '../../api.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
const removed = 'removed by Firebreak';

/**
 * An object as evidence: everything but the values of secrets. A secret keeps the names of its keys; not even digests are
 * kept, because the value of a short secret can be guessed from one. The copy that `kubectl apply` keeps in an annotation
 * goes with the values.
 */
export function redacted(object: ApiObject): ApiObject {
  if (object.kind !== 'Secret') return object;
  const { data, stringData, ...rest } = object;
  const metadata = record(object.metadata) ?? {};
  const annotations = record(metadata.annotations);
  return {
    ...rest,
    ...(data === undefined ? {} : { data: withoutValues(data) }),
    ...(stringData === undefined ? {} : { stringData: withoutValues(stringData) }),
    metadata: {
      ...metadata,
      ...(annotations?.[lastApplied] === undefined ? {} : { annotations: { ...annotations, [lastApplied]: removed } }),
    },
  };
}

function withoutValues(data: unknown): Record<string, string> {
  return Object.fromEntries(Object.keys(record(data) ?? {}).map((key) => [key, removed]));
}
