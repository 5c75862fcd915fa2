/** What speaks of an image, found and not verified: by the referrers API, by the tag that stands in for it, by cosign's tags. */
import type { Collected } from '@firebreak/contract';
import { gapOfHttp } from '../../intake/http.ts';
import { type Place, referrerFact } from './describe.ts';
import { acceptedManifests, manifestOf } from './manifest.ts';
import type { Reading } from './reading.ts';
import type { Registry } from './registry.ts';

/** `sha256-<digest>`, with cosign's ending or as the tag of the referrers. */
export const digestTag = /^sha(256|512)-([0-9a-f]{64,128})(?:\.(sig|att|sbom))?$/;

/** By the API where there is one; else by the tag that stands in for it, which is asked for only if it is there. */
export async function* referrersOf(
  registry: Registry,
  place: Place,
  digests: readonly string[],
  tags: ReadonlySet<string>,
  told: { referrersApi: boolean | undefined },
  reading: Reading,
  signal: AbortSignal,
): AsyncGenerator<Collected> {
  const scope = `repository:${place.repository}:pull`;
  for (const digest of digests) {
    const path = `/v2/${place.repository}/referrers/${digest}`;
    if (told.referrersApi !== false) {
      const answer = await registry.get({ path, headers: { accept: acceptedManifests } }, scope, signal);
      const index = answer.ok ? manifestOf(answer.body) : undefined;
      if (index?.form === 'index') {
        told.referrersApi = true;
        for (const each of index.manifests) yield referrerFact(place, digest, each, 'referrers-api');
        continue;
      }
      // "If the registry does not support the referrers API, it answers 404" (distribution 1.1); some answer 400 or 405.
      if (answer.ok || ['not-found', 'refused'].includes(answer.failure)) told.referrersApi ??= false;
      else reading.gaps.push(gapOfHttp(answer, ['oci.referrer'], `${registry.target.base}${path}`));
    }
    const fallback = digest.replace(':', '-');
    if (told.referrersApi === true || !tags.has(fallback)) continue;
    const index = await reading.manifest(fallback);
    for (const each of index?.manifests ?? []) yield referrerFact(place, digest, each, 'referrers-tag');
  }
}

/** `sha256-<digest>.sig` and its kin: what cosign 1 and 2 write. */
export async function cosignReferrers(place: Place, tag: string, reading: Reading): Promise<readonly Collected[]> {
  const [, algorithm = '', hex = '', kind] = digestTag.exec(tag) ?? [];
  if (kind === undefined) return [];
  const manifest = await reading.manifest(tag);
  return manifest === undefined ? [] : [referrerFact(place, `sha${algorithm}:${hex}`, manifest, 'cosign-tag')];
}
