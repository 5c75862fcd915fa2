/**
 * Which revisions that a model server keeps serve a version: told by the history of facts, since a server says of its newest revision alone
 * what is in it. What it named while a revision was first seen as its newest, that revision serves for as long as there is one; what it
 * names later may be on its way to the next. Pure.
 */
import type { DeliveredVersion, Fact, ServingRevision } from '@firebreak/contract';
import type { FactVersion } from '../choose/sources/source.ts';

/** @param facts of model servers, oldest first */
export function servingRevisions(
  facts: readonly FactVersion[],
  { uris }: DeliveredVersion,
): readonly ServingRevision[] {
  const found = new Map<string, ServingRevision & { readonly uri: string | undefined }>();
  for (const { kind, id, data } of facts) {
    if (kind !== 'kubernetes.model-workload') continue;
    const { revisions, storageUri } = data as Fact<'kubernetes.model-workload'>['data'];
    if (revisions === undefined) continue;
    const key = `${id} ${revisions.newest}`;
    if (!found.has(key)) found.set(key, { server: id, revision: revisions.newest, uri: storageUri });
  }
  return [...found.values()]
    .filter(({ uri }) => uri !== undefined && uris.includes(uri))
    .map(({ server, revision }) => ({ server, revision }));
}
