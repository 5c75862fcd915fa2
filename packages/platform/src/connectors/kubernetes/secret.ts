/**
 * Secrets, read so that their values never get here. `list secrets` as a plain list sends every value over the wire; a
 * server-side table with `includeObject=Metadata` sends names, labels and the columns that `kubectl get secrets` shows.
 *
 * The price: which keys a secret holds is then unknown (`dataKeys` is empty), only their number would be. From files the key
 * names are known, and the values are dropped with the parsed document.
 *
 * What must stay true: no value reaches a fact. Two places repeat values outside `data`: the annotation in which
 * `kubectl apply` keeps the whole manifest, and annotations of operators that copy secrets. So a secret keeps only the
 * annotations that tie a token to its account, and those that people write for us (`firebreak.dev/`).
 */

import { record } from '../../intake/foreign.ts';
import type { ApiObject } from './api.ts';

const keptAnnotations = ['kubernetes.io/service-account.name', 'kubernetes.io/service-account.uid'];
/** What people say about an asset for us to read. */
const ourAnnotations = 'firebreak.dev/';

/** Names of the keys of `data` and `stringData`, never a value. */
export function secretData(object: ApiObject): Record<string, unknown> {
  const metadata = record(object.metadata) ?? {};
  const annotations = Object.fromEntries(
    Object.entries(record(metadata.annotations) ?? {}).filter(
      ([name]) => keptAnnotations.includes(name) || name.startsWith(ourAnnotations),
    ),
  );
  const keys = new Set([...Object.keys(record(object.data) ?? {}), ...Object.keys(record(object.stringData) ?? {})]);
  const keyCount = typeof object.keyCount === 'number' ? object.keyCount : keys.size;
  return { metadata: { ...metadata, annotations }, type: object.type, dataKeys: [...keys].sort(), keyCount };
}

/** One row of the server-side table as the secret that it stands for, without data. `columns` are the table's column names. */
export function secretFromRow(
  item: ApiObject,
  columns: readonly string[] | undefined,
  cells: readonly unknown[] | undefined,
): ApiObject {
  const type = cellOf('type', columns, cells);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: item.metadata ?? {},
    ...(typeof type === 'string' ? { type } : {}),
  };
}

/** The same with the number of its keys beside it, which is all that the table tells of them: input of `secretData`. */
export function countedSecretFromRow(
  item: ApiObject,
  columns: readonly string[] | undefined,
  cells: readonly unknown[] | undefined,
): ApiObject {
  const keyCount = cellOf('data', columns, cells);
  return { ...secretFromRow(item, columns, cells), ...(typeof keyCount === 'number' ? { keyCount } : {}) };
}

function cellOf(name: string, columns: readonly string[] | undefined, cells: readonly unknown[] | undefined): unknown {
  return cells?.[columns?.findIndex((column) => column.toLowerCase() === name) ?? -1];
}
