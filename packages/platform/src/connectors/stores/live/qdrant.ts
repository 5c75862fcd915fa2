/** A running Qdrant by its REST interface: collections, and whether anybody may list them without a key. */
import type { Collected } from '@firebreak/contract';
import { array, at, field, record, textAt } from '../../../intake/foreign.ts';
import { gapOfHttp, openHttp } from '../../../intake/http.ts';
import { made, restOf, storeFactKinds, upTo } from '../made.ts';

const maxCollections = 20_000;

/** @param key sent as `api-key`; without one it is asked as anybody */
export async function* readQdrant(
  url: string,
  key: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Collected> {
  const client = openHttp({ base: url, ...(key === undefined ? {} : { headers: { 'api-key': key } }) });
  const { address } = client;
  const stranger = key === undefined ? client : openHttp({ base: url });
  try {
    const listed = await client.json({ path: '/collections' }, signal);
    if (!listed.ok) {
      yield { gap: gapOfHttp(listed, storeFactKinds, `${address}/collections`) };
      return;
    }
    const about = await client.json({ path: '/' }, signal);
    const asked = key === undefined ? listed : await stranger.json({ path: '/collections' }, signal);
    // Without a key Qdrant knows no readers: whoever lists also writes.
    const anonymous = asked.ok
      ? 'write'
      : asked.failure === 'unauthorized' || asked.failure === 'forbidden'
        ? 'nothing'
        : 'unknown';
    const store = `store:VectorStore/${nameOf(address)}`;
    const data = {
      name: nameOf(address),
      software: 'qdrant',
      address,
      version: about.ok ? textAt(about.value, 'version') : undefined,
      anonymous,
      authentication: anonymous === 'nothing' ? ['api-key'] : [],
      tls: address.startsWith('https:'),
      keysInFile: [],
      backends: [],
    };
    yield made('store.store', store, data, address);
    const names = array(at(listed.value, 'result', 'collections')).flatMap((each) => textAt(each, 'name') ?? []);
    const { first, gaps } = upTo(maxCollections, names, ['store.collection'], `${address}/collections`);
    yield* gaps;
    for (const name of first) {
      const path = `/collections/${encodeURIComponent(name)}`;
      const answer = await client.json({ path }, signal);
      if (!answer.ok) yield { gap: gapOfHttp(answer, ['store.collection'], `${address}${path}`) };
      const result = answer.ok ? field(answer.value, 'result') : undefined;
      const collection = {
        store,
        name,
        content: 'vectors',
        dimensions: dimensionsOf(at(result, 'config', 'params', 'vectors')),
        entries: numberAt(result, 'points_count'),
        sources: [],
        tags: {},
      };
      yield made('store.collection', `store:Collection/${restOf(store)}/${name}`, collection, `${address}${path}`);
    }
  } finally {
    await client.close();
    if (stranger !== client) await stranger.close();
  }
}

/** `host:port` as `storeName` would say it. */
export const nameOf = (address: string) => address.replace(/^[a-z]+:\/\//, '').replace(/\/.*$/, '');

/** One vector, or several by name: then the largest. */
function dimensionsOf(vectors: unknown): number | undefined {
  const own = numberAt(vectors, 'size');
  if (own !== undefined) return own;
  const named = Object.values(record(vectors) ?? {}).flatMap((each) => numberAt(each, 'size') ?? []);
  return named.length === 0 ? undefined : Math.max(...named);
}

function numberAt(value: unknown, name: string): number | undefined {
  const found = field(value, name);
  return typeof found === 'number' && Number.isSafeInteger(found) && found >= 0 ? found : undefined;
}
