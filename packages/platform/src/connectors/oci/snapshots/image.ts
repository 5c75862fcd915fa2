/**
 * An image or artifact as an OCI layout: index and manifests, configurations, layers and what refers to them, each by its digest and
 * checked against it. `oci:Image/<registry>/<repository>@<digest>`, or `:<tag>` for what the tag says now.
 */
import type { Gap, SnapshotPiece, SnapshotSubject, Snapshotter } from '@firebreak/contract';
import { gap } from '../../../intake/gap.ts';
import { gapOfHttp } from '../../../intake/http.ts';
import { openBody, theseBytes } from '../../../intake/open-body.ts';
import { acceptedManifests, type Descriptor, digestOf, type Manifest, manifestOf } from '../manifest.ts';
import type { Registry } from '../registry.ts';
import type { OciSession } from '../session.ts';

const maxManifestBytes = 4 * 1024 * 1024;
const mostManifests = 1_000;

export default {
  id: 'oci.image',
  title: 'Image or artifact of a registry',
  kinds: ['Image', 'Tag'],
  permissions: ['pull'],
  takes: (subject, session) => {
    const wanted = placeOf(subject);
    return session.kind === 'registry' && wanted !== undefined && wanted.registry === session.registry.target.registry;
  },
  async *take(subject, session, signal) {
    const place = placeOf(subject);
    if (session.kind === 'layout' || place === undefined) return;
    yield {
      name: 'oci-layout',
      mediaType: 'application/json',
      bytes: theseBytes(Buffer.from('{"imageLayoutVersion":"1.0.0"}')),
    };
    yield* layoutOf(session.registry, place, signal);
  },
} satisfies Snapshotter<OciSession>;

interface Wanted {
  readonly registry: string;
  readonly repository: string;
  readonly reference: string;
}

/** `<registry>/<repository>@<digest>` or `…:<tag>`; the first part of the path is the registry, as in ids. */
function placeOf({ path }: SnapshotSubject): Wanted | undefined {
  const [, registry, repository, reference] =
    /^([^/]+)\/([a-z0-9]+(?:[._/-]+[a-z0-9]+)*)[@:]((?:sha(?:256|512):[0-9a-f]{64,128})|\w[\w.-]{0,127})$/.exec(path) ??
    [];
  return registry === undefined || repository === undefined || reference === undefined
    ? undefined
    : { registry, repository, reference };
}

interface Read {
  readonly bytes: Buffer;
  readonly manifest: Manifest;
}

async function* layoutOf(
  registry: Registry,
  { repository, reference }: Wanted,
  signal: AbortSignal,
): AsyncGenerator<SnapshotPiece> {
  const scope = `repository:${repository}:pull`;
  const where = (path: string) => `${registry.target.base}${path}`;

  async function read(what: string): Promise<Read | { readonly missing: Gap }> {
    const path = `/v2/${repository}/manifests/${what}`;
    const answer = await registry.get(
      { path, headers: { accept: acceptedManifests }, maxBytes: maxManifestBytes },
      scope,
      signal,
    );
    if (!answer.ok) return { missing: gapOfHttp(answer, ['*'], where(path)) };
    const expected = what.includes(':') ? what : undefined;
    const manifest = manifestOf(answer.body, expected);
    if (manifest === undefined)
      return { missing: gap('FB-EVIDENCE-PARTIAL', ['*'], where(path), 'It is no manifest.') };
    if (expected !== undefined && manifest.digest !== expected)
      return { missing: gap('FB-EVIDENCE-TRUNCATED', ['*'], where(path), 'The content is not what its digest says.') };
    return { bytes: answer.body, manifest };
  }

  const first = await read(reference);
  if ('missing' in first) {
    yield first;
    return;
  }
  const index = {
    schemaVersion: 2,
    manifests: [
      {
        mediaType: first.manifest.mediaType,
        digest: first.manifest.digest,
        size: first.bytes.length,
        annotations: { 'org.opencontainers.image.ref.name': reference },
      },
    ],
  };
  yield { name: 'index.json', mediaType: 'application/json', bytes: theseBytes(Buffer.from(JSON.stringify(index))) };

  const told = new Set<string>();
  const queue: (string | Read)[] = [first];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    signal.throwIfAborted();
    const digest = typeof next === 'string' ? next : next.manifest.digest;
    if (told.has(digest)) continue;
    if (told.size >= mostManifests) {
      yield { missing: gap('FB-EVIDENCE-PARTIAL', ['*'], repository, `More than ${mostManifests} manifests.`) };
      return;
    }
    told.add(digest);
    const found = typeof next === 'string' ? await read(next) : next;
    if ('missing' in found) {
      yield found;
      continue;
    }
    const { manifest, bytes } = found;
    yield {
      name: blobName(digest),
      mediaType: manifest.mediaType,
      size: bytes.length,
      digest,
      bytes: theseBytes(bytes),
    };
    const blobs = [...(manifest.config === undefined ? [] : [manifest.config]), ...manifest.layers];
    for (const blob of blobs) {
      if (told.has(blob.digest)) continue;
      told.add(blob.digest);
      yield blobOf(registry, repository, blob, scope, signal);
    }
    queue.push(...manifest.manifests.map((child) => child.digest));
    queue.push(...(await referrersOf(registry, repository, digest, scope, signal)));
  }
}

function blobName(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function blobOf(
  registry: Registry,
  repository: string,
  { digest, size, mediaType }: Descriptor,
  scope: string,
  signal: AbortSignal,
): SnapshotPiece {
  const path = `/v2/${repository}/blobs/${digest}`;
  const call = { path, headers: { accept: '*/*' }, elsewhere: true, open: true };
  const at = `${registry.target.base}${path}`;
  return {
    name: blobName(digest),
    mediaType,
    size,
    digest,
    at,
    bytes: openBody(() => registry.get(call, scope, signal), at),
  };
}

/** Signatures, attestations, bills of materials: by the API, or by the tags that stand in for it and that cosign writes. */
async function referrersOf(
  registry: Registry,
  repository: string,
  digest: string,
  scope: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const found = new Set<string>();
  const fallback = digest.replace(':', '-');
  const paths = [
    `/v2/${repository}/referrers/${digest}`,
    ...['', '.sig', '.att', '.sbom'].map((end) => `/v2/${repository}/manifests/${fallback}${end}`),
  ];
  for (const path of paths) {
    const answer = await registry.get(
      { path, headers: { accept: acceptedManifests }, maxBytes: maxManifestBytes },
      scope,
      signal,
    );
    if (!answer.ok) continue;
    const manifest = manifestOf(answer.body);
    if (manifest?.form === 'index') for (const child of manifest.manifests) found.add(child.digest);
    else if (manifest !== undefined) found.add(digestOf(answer.body));
  }
  return [...found];
}
