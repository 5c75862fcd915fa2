/** An image with everything that belongs to it, out of Debian's docker-registry: as an OCI layout that holds together. */
import { createHash } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { basic } from '../../intake/http.ts';
import { takenBy } from '../../intake/testing/pieces.case.ts';
import oci from './index.ts';
import snapshot from './snapshots/image.ts';
import { artifact, cosignSignature, image, indexOf, push } from './testing/images.case.ts';

const signal = new AbortController().signal;
const closed = process.env.FIREBREAK_REGISTRY_URL ?? '';
const user = process.env.FIREBREAK_REGISTRY_USER ?? '';
const password = process.env.FIREBREAK_REGISTRY_PASSWORD ?? '';
const registry = new URL(closed).host;
const server = image({ stage: 'snapshot' }, 'x'.repeat(200_000));
const arm = image({ stage: 'snapshot' }, 'arm');
const both = indexOf([{ of: server }, { of: arm }]);
const sbom = artifact('application/vnd.oci.empty.v1+json', 'application/spdx+json', '{"snapshot":1}', {
  artifactType: 'application/spdx+json',
  subject: { mediaType: server.manifest.mediaType, digest: server.manifest.digest, size: server.manifest.size },
});
const signature = cosignSignature();

beforeAll(async () => {
  const authorization = basic(user, password);
  const put = (tag: string, manifest: Parameters<typeof push>[4], blobs: Parameters<typeof push>[5]) =>
    push(closed, authorization, 'acme/taken', tag, manifest, blobs);
  await put(server.manifest.digest, server.manifest, [...server.blobs, ...arm.blobs]);
  await put(arm.manifest.digest, arm.manifest, []);
  await put('stable', both, []);
  await put(`${both.digest.replace(':', '-')}.sig`, signature.manifest, signature.blobs);
  await put(sbom.manifest.digest, sbom.manifest, sbom.blobs);
  await put(server.manifest.digest.replace(':', '-'), indexOf([{ of: sbom }]), []);
});

test('index, manifests, configurations, layers, signature and bill of materials, each under its digest', async () => {
  const session = await oci.connect(oci.parse(closed.replace('//', `//${user}:${password}@`)), signal);
  try {
    const { bytes, missing } = await takenBy(snapshot, `oci:Image/${registry}/acme/taken@${both.digest}`, session);
    expect(missing).toEqual([]);
    const blobs = [...bytes].filter(([name]) => name.startsWith('blobs/sha256/'));
    for (const [name, content] of blobs)
      expect(`blobs/sha256/${createHash('sha256').update(content).digest('hex')}`).toBe(name);
    const layout = (digest: string) => bytes.has(`blobs/${digest.replace(':', '/')}`);
    for (const manifest of [both, server.manifest, arm.manifest, signature.manifest, sbom.manifest])
      expect(layout(manifest.digest)).toBe(true);
    for (const blob of [...server.blobs, ...arm.blobs, ...sbom.blobs]) expect(layout(blob.digest)).toBe(true);
    expect(JSON.parse(bytes.get('index.json')?.toString() ?? '')).toMatchObject({
      manifests: [{ digest: both.digest }],
    });
    expect(bytes.get('oci-layout')?.toString()).toContain('1.0.0');
    const gone = await takenBy(snapshot, `oci:Image/${registry}/acme/taken:nowhere`, session);
    expect(gone.missing).toMatchObject([{ code: 'FB-HTTP-NOT-FOUND' }]);
  } finally {
    await oci.close(session);
  }
});
