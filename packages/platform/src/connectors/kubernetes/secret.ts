/**
 * Secrets, read so that their values never get here. `list secrets` as a plain list sends every value over the wire; a
 * server-side table with `includeObject=Metadata` sends names, labels and the columns that `kubectl get secrets` shows.
 *
 * The price: which keys a secret holds is then unknown (`dataKeys` is empty), only their number would be. From files the key
 * names are known, and the values are dropped with the parsed document.
 *
 * What must stay true: no value reaches a fact. Two places repeat values outside `data`: the annotation in which
 * `kubectl apply` keeps the whole manifest, and annotations of operators that copy secrets. So a secret keeps only the
 * annotations that tie a token to its account.
 */
import type { ApiObject } from './api.ts';
import { field, record } from './foreign.ts';

const keptAnnotations = ['kubernetes.io/service-account.name', 'kubernetes.io/service-account.uid'] as const;

/** Names of the keys of `data` and `stringData`, never a value. */
export function secretData(object: ApiObject): Record<string, unknown> {
  const metadata = record(object.metadata) ?? {};
  const annotations = Object.fromEntries(
    keptAnnotations.flatMap((name) => {
      const value = field(metadata.annotations, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const keys = new Set([...Object.keys(record(object.data) ?? {}), ...Object.keys(record(object.stringData) ?? {})]);
  return { metadata: { ...metadata, annotations }, type: object.type, dataKeys: [...keys].sort() };
}

/** One row of the server-side table as the secret that it stands for. `columns` are the table's column names. */
export function secretFromRow(
  item: ApiObject,
  columns: readonly string[] | undefined,
  cells: readonly unknown[] | undefined,
): ApiObject {
  const type = cells?.[columns?.findIndex((column) => column.toLowerCase() === 'type') ?? -1];
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: item.metadata ?? {},
    ...(typeof type === 'string' ? { type } : {}),
  };
}
