/**
 * The manifests of one repository, each read once and checked against its digest: a registry that answers something else is
 * told of and not believed.
 */
import type { Collected, Gap } from '@firebreak/contract';
import { gap } from '../../intake/gap.ts';
import { gapOfHttp, type HttpFailure, type HttpReply } from '../../intake/http.ts';
import { imageFact, type Place, referrerFact } from './describe.ts';
import { acceptedManifests, digestOf, type Manifest, manifestOf } from './manifest.ts';
import type { Registry } from './registry.ts';

/** What is incomplete when a repository cannot be read. */
export const contentKinds: readonly string[] = ['oci.tag', 'oci.image', 'oci.referrer'];
const maxManifestBytes = 4 * 1024 * 1024;
/** Manifests of one repository, children of indexes and referrers included. */
const maxManifests = 2000;

export interface Reading {
  readonly gaps: Gap[];
  /** By tag or digest; undefined when it could not be read, which is then a gap. */
  manifest(reference: string): Promise<Manifest | undefined>;
  /** The manifests given, and then what the indexes among them hold; each once. */
  images(roots: readonly Manifest[]): AsyncGenerator<{ readonly manifest: Manifest }>;
  described(manifest: Manifest): Promise<readonly Collected[]>;
}

export function makeReading(registry: Registry, place: Place, signal: AbortSignal): Reading {
  const { base } = registry.target;
  const scope = `repository:${place.repository}:pull`;
  const known = new Map<string, Manifest>();
  const gaps: Gap[] = [];
  let read = 0;

  async function manifest(reference: string): Promise<Manifest | undefined> {
    const before = known.get(reference);
    if (before !== undefined) return before;
    const where = `${base}/v2/${place.repository}/manifests/${reference}`;
    if (read >= maxManifests) {
      if (read === maxManifests)
        gaps.push(
          gap('FB-LIMIT-REACHED', contentKinds, where, `Read were ${maxManifests} manifests of the repository.`),
        );
      read += 1;
      return undefined;
    }
    read += 1;
    const call = {
      path: `/v2/${place.repository}/manifests/${reference}`,
      headers: { accept: acceptedManifests },
      maxBytes: maxManifestBytes,
    };
    const answer = await registry.get(call, scope, signal);
    const found = judged(answer, reference, where);
    if ('code' in found) {
      gaps.push(found);
      return undefined;
    }
    known.set(found.digest, found);
    return found;
  }

  return {
    gaps,
    manifest,
    async *images(roots) {
      const told = new Set<string>();
      const queue = [...roots];
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        if (told.has(next.digest)) continue;
        told.add(next.digest);
        yield { manifest: next };
        for (const child of next.manifests) {
          if (isAttestation(child.annotations)) continue;
          const inner = await manifest(child.digest);
          if (inner !== undefined) queue.push(inner);
        }
      }
    },
    async described(image) {
      const facts: Collected[] = [];
      for (const child of image.manifests) {
        const about = child.annotations['vnd.docker.reference.digest'];
        if (isAttestation(child.annotations) && about !== undefined)
          facts.push(referrerFact(place, about, child, 'index'));
      }
      if (image.subject !== undefined) facts.push(referrerFact(place, image.subject, image, 'subject'));
      const config = image.form === 'index' ? undefined : await configOf(registry, place, image, scope, gaps, signal);
      return [imageFact(place, image, config), ...facts];
    },
  };
}

/** What BuildKit hangs into an index besides the images. */
function isAttestation(annotations: Readonly<Record<string, string>>): boolean {
  return annotations['vnd.docker.reference.type'] === 'attestation-manifest';
}

function judged(answer: HttpReply | HttpFailure, reference: string, where: string): Manifest | Gap {
  if (!answer.ok) return gapOfHttp(answer, contentKinds, where);
  const asked = reference.includes(':') ? reference : undefined;
  const found = manifestOf(answer.body, asked ?? answer.header('docker-content-digest'));
  if (found === undefined) return gap('FB-OBJECT-IGNORED', contentKinds, where, 'It is no manifest of version 2.');
  const said = asked ?? answer.header('docker-content-digest');
  if (said !== undefined && said !== found.digest)
    return gap('FB-HTTP-RESPONSE-INVALID', contentKinds, where, 'The content is not what its digest says.');
  return found;
}

/** The configuration of an image, for its age and labels. Registries keep content elsewhere; its digest says that it is right. */
async function configOf(
  registry: Registry,
  { repository }: Place,
  { config, form }: Manifest,
  scope: string,
  gaps: Gap[],
  signal: AbortSignal,
): Promise<unknown> {
  if (config === undefined || form !== 'image' || config.size > maxManifestBytes) return undefined;
  const path = `/v2/${repository}/blobs/${config.digest}`;
  const where = `${registry.target.base}${path}`;
  const answer = await registry.get(
    { path, headers: { accept: '*/*' }, elsewhere: true, maxBytes: maxManifestBytes },
    scope,
    signal,
  );
  if (!answer.ok) {
    gaps.push(gapOfHttp(answer, ['oci.image'], where));
    return undefined;
  }
  if (digestOf(answer.body, config.digest) !== config.digest) {
    gaps.push(gap('FB-HTTP-RESPONSE-INVALID', ['oci.image'], where, 'The content is not what its digest says.'));
    return undefined;
  }
  try {
    return JSON.parse(answer.body.toString('utf8'));
  } catch {
    return undefined;
  }
}
