/**
 * Stores among the services of a Compose file, by their image. A service's name is known in its own network only, so it is no
 * address; the store is named by its file.
 */
import type { Collected, StoreSoftware } from '@firebreak/contract';
import { array, field, record, text, textAt } from '../../../intake/foreign.ts';
import { made, type Place, upTo } from '../made.ts';
import { accessOfVariables } from './settings.ts';

/** By the repository of the image, without its registry. */
const images: readonly (readonly [pattern: RegExp, software: StoreSoftware])[] = [
  [/^qdrant\/qdrant(-.+)?$/, 'qdrant'],
  [/^semitechnologies\/weaviate$/, 'weaviate'],
  [/^milvusdb\/milvus(-.+)?$/, 'milvus'],
  [/^(chromadb|chroma-core)\/chroma$/, 'chroma'],
  [/^(pgvector|ankane)\/pgvector$/, 'pgvector'],
];

function softwareOfImage(image: string): StoreSoftware | undefined {
  const repository = image
    .slice(0, 512)
    .replace(/@.*$/, '')
    .replace(/:[^/]*$/, '');
  const [first = '', ...rest] = repository.split('/');
  const path = rest.length > 0 && /[.:]|^localhost$/.test(first) ? rest.join('/') : repository;
  return images.find(([pattern]) => pattern.test(path))?.[1];
}

export function* readCompose(value: unknown, place: Place): Generator<Collected> {
  const services = Object.entries(record(field(value, 'services')) ?? {});
  const { first, gaps } = upTo(5000, services, ['store.store'], place.locator);
  yield* gaps;
  for (const [name, service] of first) {
    const image = textAt(service, 'image');
    const software = image === undefined ? undefined : softwareOfImage(image);
    if (image === undefined || software === undefined) continue;
    const settings = accessOfVariables(software, variablesOf(field(service, 'environment')));
    const version = /:([\w][\w.-]{0,127})(?:@|$)/.exec(image.slice(image.lastIndexOf('/') + 1))?.[1];
    // A mounted configuration may say more than the variables, and an env file too.
    const open = array(field(service, 'volumes')).some(
      (volume) => typeof volume === 'string' && /config|\.ya?ml/.test(volume),
    );
    const mayBeClosed = settings?.anonymous === 'write' && (open || field(service, 'env_file') !== undefined);
    const data = {
      name,
      software,
      address: undefined,
      version,
      anonymous: 'unknown',
      authentication: [],
      keysInFile: [],
      ...settings,
      ...(mayBeClosed ? { anonymous: 'unknown' } : {}),
      backends: [],
      repository: place.repository,
    };
    yield made('store.store', `store:VectorStore/${place.home}/${place.path}/${name}`, data, place.locator);
  }
}

/** A map, or a list of `NAME=value`. */
function variablesOf(written: unknown): Readonly<Record<string, unknown>> {
  const map = record(written);
  if (map !== undefined) return map;
  return Object.fromEntries(
    array(written).flatMap((entry) => {
      const line = text(entry) ?? '';
      const equals = line.indexOf('=');
      return equals < 1 ? [] : [[line.slice(0, equals), line.slice(equals + 1)]];
    }),
  );
}
