/** Stores from the files that set them up: own configuration, Compose, Helm values, Feast. */
import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { Collected, StoreSoftware } from '@firebreak/contract';
import { checkouts } from '../../intake/checkout.ts';
import { readDocuments } from '../../intake/documents/read-documents.ts';
import { field, printable, record } from '../../intake/foreign.ts';
import { gap } from '../../intake/gap.ts';
import { makeGapTally } from '../../intake/gap-tally.ts';
import { made, type Place, storeFactKinds } from './made.ts';
import { readCompose } from './software/compose.ts';
import { isRegistryDump, readFeatureStore, readRegistry } from './software/feast.ts';
import { type Access, helmValues, milvusFile, qdrantFile } from './software/settings.ts';

export async function* readStoreFiles(path: string, signal: AbortSignal): AsyncGenerator<Collected> {
  const isFolder = path !== '-' && (await stat(path)).isDirectory();
  const root = path === '-' ? undefined : resolve(isFolder ? path : dirname(path));
  const checkoutOf = root === undefined ? async () => undefined : checkouts(root);
  const tally = makeGapTally(20);
  const seen = new Set<string>();
  for await (const read of readDocuments({ path, kinds: storeFactKinds, maxDocumentBytes: 32 * 1024 * 1024 }, signal)) {
    if ('gap' in read) {
      for (const told of tally.add(read.gap)) yield { gap: told };
      continue;
    }
    const { value, file, locator } = read.document;
    const checkout = await checkoutOf(file);
    const home = printable(checkout?.name ?? (root === undefined ? 'stdin' : basename(root)), 512);
    const below = checkout === undefined || checkout.folder === '' ? file : file.slice(checkout.folder.length + 1);
    const place: Place = { home, path: printable(below, 512), repository: checkout?.address, locator };
    let found = 0;
    for (const collected of readValue(value, place)) {
      found += 1;
      if ('gap' in collected) for (const told of tally.add(collected.gap)) yield { gap: told };
      else if (!seen.has(collected.fact.id)) {
        seen.add(collected.fact.id);
        yield collected;
      }
    }
    if (found === 0 && !isFolder)
      yield { gap: gap('FB-OBJECT-IGNORED', [], locator, 'It sets up no store that we know.') };
  }
  for (const counted of tally.rest()) yield { gap: counted };
}

function* readValue(value: unknown, place: Place): Generator<Collected> {
  if (record(field(value, 'services')) !== undefined) yield* readCompose(value, place);
  else if (isRegistryDump(value)) yield* readRegistry(value, place);
  else if (/(^|\/)feature_store[\w.-]*\.ya?ml$/.test(place.path)) yield* readFeatureStore(value, place);
  else {
    const found = ownFile(value);
    if (found === undefined) return;
    const { software, access } = found;
    const name = basename(place.path);
    const data = { name, software, address: undefined, ...access, backends: [], repository: place.repository };
    yield made('store.store', `store:VectorStore/${place.home}/${place.path}`, data, place.locator);
  }
}

function ownFile(value: unknown): { readonly software: StoreSoftware; readonly access: Access } | undefined {
  const values = helmValues(value);
  if (values !== undefined) return values;
  const milvus = milvusFile(value);
  if (milvus !== undefined) return { software: 'milvus', access: milvus };
  const qdrant = qdrantFile(value);
  return qdrant === undefined ? undefined : { software: 'qdrant', access: qdrant };
}
