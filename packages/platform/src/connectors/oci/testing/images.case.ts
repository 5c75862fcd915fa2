/** Small images and what speaks of them, pushed over HTTP or written as a layout: what `docker`, `cosign` and ORAS would make. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from '../manifest.ts';

export interface Blob {
  readonly bytes: Buffer;
  readonly digest: string;
  readonly mediaType: string;
  readonly size: number;
}

export interface Artifact {
  readonly manifest: Blob;
  readonly blobs: readonly Blob[];
}

export function blob(content: unknown, mediaType: string): Blob {
  const bytes = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  return { bytes, digest: digestOf(bytes), mediaType, size: bytes.length };
}

const descriptor = ({ digest, mediaType, size }: Blob, more: object = {}) => ({ mediaType, digest, size, ...more });

/** An image of one layer. */
export function image(labels: Readonly<Record<string, string>>, content = 'layer', more: object = {}): Artifact {
  const config = blob(
    { created: '2026-11-01T10:00:00Z', architecture: 'amd64', os: 'linux', config: { Labels: labels } },
    'application/vnd.oci.image.config.v1+json',
  );
  const layer = blob(content, 'application/vnd.oci.image.layer.v1.tar+gzip');
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = { schemaVersion: 2, mediaType, config: descriptor(config), layers: [descriptor(layer)], ...more };
  return { manifest: blob(manifest, mediaType), blobs: [config, layer] };
}

/** Anything else that a registry stores: `type` says what it is. */
export function artifact(type: string, layerType: string, content: string, more: object = {}): Artifact {
  const config = blob({}, type);
  const layer = blob(content, layerType);
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = { schemaVersion: 2, mediaType, config: descriptor(config), layers: [descriptor(layer)], ...more };
  return { manifest: blob(manifest, mediaType), blobs: [config, layer] };
}

export function indexOf(children: readonly { readonly of: Artifact; readonly more?: object }[]): Blob {
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const manifests = children.map(({ of, more }) => descriptor(of.manifest, more));
  return blob({ schemaVersion: 2, mediaType, manifests }, mediaType);
}

/** What `cosign sign` leaves at the tag `sha256-….sig`. */
export function cosignSignature(): Artifact {
  return artifact(
    'application/vnd.oci.image.config.v1+json',
    'application/vnd.dev.cosign.simplesigning.v1+json',
    JSON.stringify({ critical: {} }),
  );
}

/** Pushes with an authorization header; throws when the registry does not take it. */
export async function push(
  base: string,
  authorization: string | undefined,
  repository: string,
  reference: string,
  manifest: Blob,
  blobs: readonly Blob[],
): Promise<void> {
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  for (const each of blobs) {
    const begun = await fetch(`${base}/v2/${repository}/blobs/uploads/`, { method: 'POST', headers });
    const location = new URL(begun.headers.get('location') ?? '', base);
    location.searchParams.set('digest', each.digest);
    const done = await fetch(location, {
      method: 'PUT',
      headers: { ...headers, 'content-type': 'application/octet-stream' },
      body: new Uint8Array(each.bytes),
    });
    if (done.status !== 201) throw new Error(`blob: ${done.status}`);
  }
  const done = await fetch(`${base}/v2/${repository}/manifests/${reference}`, {
    method: 'PUT',
    headers: { ...headers, 'content-type': manifest.mediaType },
    body: new Uint8Array(manifest.bytes),
  });
  if (done.status !== 201) throw new Error(`manifest: ${done.status} ${await done.text()}`);
}

/** Writes an OCI layout; each entry of `top` is named in its index. */
export function writeLayout(
  folder: string,
  top: readonly { readonly manifest: Blob; readonly annotations?: Readonly<Record<string, string>> }[],
  blobs: readonly Blob[],
): void {
  mkdirSync(join(folder, 'blobs', 'sha256'), { recursive: true });
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const manifests = top.map(({ manifest, annotations }) => descriptor(manifest, { annotations }));
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  for (const each of [...top.map(({ manifest }) => manifest), ...blobs])
    writeFileSync(join(folder, 'blobs', ...each.digest.split(':')), each.bytes);
}
