/**
 * A registry → facts. Repository by repository, tag by tag, manifest by manifest, each manifest once. What must stay true:
 *
 * - every list is bounded, by what the caller allows and by what a sane registry has, and what is left out is a gap;
 * - the content of a digest is checked against it: a registry that answers something else is told of and not believed;
 * - nothing is written. Whether somebody may push is asked of the token service, which hands out a token and does nothing.
 */
import type { Collected } from '@firebreak/contract';
import { gap } from '../../intake/gap.ts';
import { makeGapTally } from '../../intake/gap-tally.ts';
import { gapOfHttp } from '../../intake/http.ts';
import { inOrder } from '../../intake/in-order.ts';
import { accessToAll, accessToRepository, type Mode } from './access.ts';
import { type Place, registryFact, repositoryFact, tagFact } from './describe.ts';
import { listing, repositoriesOf } from './listing.ts';
import type { Manifest } from './manifest.ts';
import { contentKinds, makeReading } from './reading.ts';
import { cosignReferrers, digestTag, referrersOf } from './referrers.ts';
import type { Registry } from './registry.ts';

const width = 4;

export interface CollectLimits {
  readonly maxRepositories: number;
  /** Of one repository. */
  readonly maxTags: number;
}

export async function* collectRegistry(
  registry: Registry,
  limits: CollectLimits,
  signal: AbortSignal,
): AsyncGenerator<Collected> {
  for (const each of registry.gaps) yield { gap: each };
  const greeting = await registry.greeting(signal);
  if (greeting.authentication === 'failed') {
    yield { gap: gapOfHttp(greeting.failure, ['*'], `${registry.target.base}/v2/`) };
    return;
  }
  const tally = makeGapTally();
  const told = { referrersApi: undefined as boolean | undefined };
  const { names, gaps, catalog } = await repositoriesOf(registry, limits.maxRepositories, signal);
  for (const each of gaps) yield { gap: each };
  const readOnly = names[0] === undefined ? undefined : await registry.readOnly(names[0], signal);
  // A password that is not accepted opens nothing, whatever its user may do.
  const accepted =
    greeting.authentication !== 'basic' || (await registry.get({ path: '/v2/' }, 'registry:catalog:*', signal)).ok;
  yield* accessToAll(registry, greeting.authentication, { readOnly: readOnly === true, accepted });
  for (const name of names) {
    for await (const collected of readRepository(
      registry,
      name,
      { authentication: greeting.authentication, readOnly: readOnly === true },
      limits.maxTags,
      told,
      signal,
    )) {
      if ('fact' in collected) yield collected;
      else for (const each of tally.add(collected.gap)) yield { gap: each };
    }
  }
  for (const each of tally.rest()) yield { gap: each };
  const data = { authentication: greeting.authentication, referrersApi: told.referrersApi, catalog, readOnly };
  yield registryFact(registry.target.registry, data, registry.target.base);
}

async function* readRepository(
  registry: Registry,
  name: string,
  mode: Mode,
  maxTags: number,
  told: { referrersApi: boolean | undefined },
  signal: AbortSignal,
): AsyncGenerator<Collected> {
  const { base, registry: host } = registry.target;
  const place: Place = { registry: host, repository: name, at: `${base}/${name}` };
  const scope = `repository:${name}:pull`;
  const tags = new Set<string>();
  let exists = true;
  for await (const page of listing(registry, `/v2/${name}/tags/list`, scope, 'tags', signal)) {
    if (page.ok) for (const tag of page.names) tags.add(tag);
    else if (page.failure === 'not-found' && tags.size === 0) exists = false;
    else yield { gap: gapOfHttp(page, contentKinds, `${base}/v2/${name}/tags/list`) };
    if (tags.size > 100 * maxTags) break;
  }
  // A catalogue keeps the names of repositories whose tags are all gone.
  if (!exists) return;
  yield repositoryFact(place);
  yield* accessToRepository(registry, place, mode, signal);

  const reading = makeReading(registry, place, signal);
  const signed = [...tags].filter((tag) => digestTag.test(tag)).sort();
  const plain = [...tags].filter((tag) => !digestTag.test(tag)).sort();
  if (plain.length > maxTags) {
    const reason = `Read were ${maxTags} of ${plain.length} tags, in the order of their names.`;
    yield { gap: gap('FB-LIMIT-REACHED', contentKinds, `${base}/${name}`, reason) };
  }
  const tops: Manifest[] = [];
  for await (const { tag, top } of inOrder(plain.slice(0, maxTags), width, async (tag) => ({
    tag,
    top: await reading.manifest(tag),
  }))) {
    if (top === undefined) continue;
    yield tagFact(place, tag, top.digest);
    tops.push(top);
  }
  for await (const facts of inOrder(reading.images(tops), width, ({ manifest }) => reading.described(manifest)))
    yield* facts;
  yield* referrersOf(
    registry,
    place,
    [...new Set(tops.map(({ digest }) => digest))],
    new Set(tags),
    told,
    reading,
    signal,
  );
  for await (const facts of inOrder(signed.slice(0, maxTags), width, (tag) => cosignReferrers(place, tag, reading)))
    yield* facts;
  for (const each of reading.gaps) yield { gap: each };
}
