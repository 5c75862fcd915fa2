/**
 * OCI image layouts in a folder, as `skopeo copy … oci:`, `buildah push`, `docker buildx --output type=oci` and ORAS write
 * them. A layout does not say where its images belong: the reference in an annotation does, if it is a whole one, or the
 * caller does. Without either they are on the registry `layout`, which nothing can join with.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type Collected, type Gap, ociId } from '@firebreak/contract';
import { gap } from '../../intake/gap.ts';
import { codeOf } from '../../intake/walk.ts';
import { imageFact, type Place, referrerFact, repositoryFact, tagFact } from './describe.ts';
import { type Descriptor, digestOf, type Manifest, manifestOf } from './manifest.ts';

const maxBytes = 4 * 1024 * 1024;
const maxDepth = 5;
const maxManifests = 20_000;
const kinds = ['oci.repository', 'oci.tag', 'oci.image', 'oci.referrer'];
const repositoryForm = /^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/;

/** `name`: registry and repository that the layouts are copies of. */
export async function* collectLayouts(
  folder: string,
  name: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Collected> {
  let layouts = 0;
  for await (const found of layoutsIn(folder, 0, signal)) {
    if (typeof found !== 'string') {
      yield { gap: found };
      continue;
    }
    layouts += 1;
    yield* readLayout(found, name, signal);
  }
  if (layouts === 0)
    yield { gap: gap('FB-SOURCE-UNREADABLE', kinds, folder, 'The folder holds no OCI layout (a file oci-layout).') };
}

async function* layoutsIn(folder: string, depth: number, signal: AbortSignal): AsyncGenerator<string | Gap> {
  signal.throwIfAborted();
  const entries = await readdir(folder, { withFileTypes: true }).catch(codeOf);
  if (typeof entries === 'string') {
    yield gap('FB-SOURCE-UNREADABLE', kinds, folder, `The folder cannot be read (${entries}).`);
    return;
  }
  if (entries.some((entry) => entry.isFile() && entry.name === 'oci-layout')) {
    yield folder;
    return;
  }
  if (depth === maxDepth) return;
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  for (const { name } of folders.sort((a, b) => (a.name < b.name ? -1 : 1)))
    yield* layoutsIn(join(folder, name), depth + 1, signal);
}

async function* readLayout(folder: string, name: string | undefined, signal: AbortSignal): AsyncGenerator<Collected> {
  const gaps: Gap[] = [];
  const index = await readManifest(folder, join(folder, 'index.json'), undefined, gaps);
  const told = new Set<string>();
  const queue: { readonly descriptor: Descriptor; readonly place: Place }[] = [];
  for (const descriptor of index?.manifests ?? []) {
    const { place, tag } = placeOf(folder, name, descriptor);
    if (place === undefined) {
      const reason = 'A name in it is not the name of a repository.';
      gaps.push(gap('FB-OBJECT-INVALID', kinds, join(folder, 'index.json'), reason));
      continue;
    }
    yield repositoryFact(place);
    if (tag !== undefined) yield tagFact(place, tag, descriptor.digest);
    queue.push({ descriptor, place });
  }
  for (let next = queue.shift(); next !== undefined && told.size < maxManifests; next = queue.shift()) {
    signal.throwIfAborted();
    const { descriptor, place } = next;
    const key = ociId('Image', place.registry, `${place.repository}@${descriptor.digest}`);
    if (told.has(key)) continue;
    told.add(key);
    const manifest = await readManifest(folder, blobOf(folder, descriptor.digest), descriptor.digest, gaps);
    if (manifest === undefined) continue;
    const config =
      manifest.form === 'image' && manifest.config !== undefined
        ? await readJson(folder, manifest.config.digest, gaps)
        : undefined;
    yield imageFact(place, manifest, config);
    if (manifest.subject !== undefined) yield referrerFact(place, manifest.subject, manifest, 'subject');
    for (const child of manifest.manifests) {
      const about = child.annotations['vnd.docker.reference.digest'];
      if (child.annotations['vnd.docker.reference.type'] === 'attestation-manifest' && about !== undefined)
        yield referrerFact(place, about, child, 'index');
      else queue.push({ descriptor: child, place });
    }
  }
  for (const each of gaps) yield { gap: each };
}

/** The annotation is a tag by the specification, and a whole reference by custom (containerd, buildah). */
function placeOf(
  folder: string,
  name: string | undefined,
  { annotations }: Descriptor,
): { readonly place: Place | undefined; readonly tag: string | undefined } {
  const reference = annotations['io.containerd.image.name'] ?? annotations['org.opencontainers.image.ref.name'];
  const whole = /^([^/]*[.:][^/]*|localhost)\/([^:@]+)(?::([\w][\w.-]{0,127}))?$/.exec(reference ?? '');
  const short = /^[\w][\w.-]{0,127}$/.test(reference ?? '') ? reference : undefined;
  const tag = whole?.[3] ?? short;
  const given = name === undefined ? undefined : /^([^/]+)\/(.+)$/.exec(name);
  const registry = given?.[1] ?? whole?.[1]?.toLowerCase() ?? 'layout';
  const repository = given?.[2] ?? whole?.[2] ?? folderName(folder);
  const place = repositoryForm.test(repository) ? { registry, repository, at: folder } : undefined;
  return { place, tag };
}

function folderName(folder: string): string {
  return basename(resolve(folder))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

/** The form of a digest was checked: it is no path. */
function blobOf(folder: string, digest: string): string {
  return join(folder, 'blobs', ...digest.split(':'));
}

async function readManifest(
  folder: string,
  file: string,
  digest: string | undefined,
  gaps: Gap[],
): Promise<Manifest | undefined> {
  const bytes = await readBounded(file, gaps);
  if (bytes === undefined) return undefined;
  const manifest = manifestOf(bytes, digest);
  if (manifest === undefined) {
    gaps.push(gap('FB-OBJECT-INVALID', kinds, file, 'It is no manifest of version 2.'));
    return undefined;
  }
  if (digest !== undefined && manifest.digest !== digest) {
    gaps.push(gap('FB-OBJECT-INVALID', kinds, file, `The content is not what its digest says, in ${folder}.`));
    return undefined;
  }
  return manifest;
}

async function readJson(folder: string, digest: string, gaps: Gap[]): Promise<unknown> {
  const file = blobOf(folder, digest);
  const bytes = await readBounded(file, gaps);
  if (bytes === undefined) return undefined;
  try {
    if (digestOf(bytes, digest) === digest) return JSON.parse(bytes.toString('utf8'));
  } catch {
    // Told below.
  }
  gaps.push(
    gap('FB-OBJECT-INVALID', ['oci.image'], file, 'The configuration is not what its digest says, or no JSON.'),
  );
  return undefined;
}

async function readBounded(file: string, gaps: Gap[]): Promise<Buffer | undefined> {
  try {
    const found = await stat(file);
    if (found.isFile() && found.size <= maxBytes) return await readFile(file);
    gaps.push(gap('FB-FILE-TOO-LARGE', kinds, file, `It is no file of at most ${maxBytes} bytes.`));
  } catch (error) {
    gaps.push(gap('FB-SOURCE-UNREADABLE', kinds, file, `It cannot be read (${codeOf(error)}).`));
  }
  return undefined;
}
