/**
 * What is attached to an image, with its content: signatures and attestations in Sigstore bundles and DSSE envelopes, by the
 * referrers API or the tag that stands in for it, and what cosign 1 and 2 leave at tags of their own. Nothing of it is judged here.
 * What must stay true: everything is bounded, and bytes that are not what their digest says are an error and not evidence.
 */
import { type Foreign, record } from '../../intake/foreign.ts';
import type { HttpFailure } from '../../intake/http.ts';
import { credentialFor } from './credentials.ts';
import { acceptedManifests, type Descriptor, digestOf, type Manifest, manifestOf } from './manifest.ts';
import { openRegistry, type Registry } from './registry.ts';
import { targetOf } from './target.ts';

const mostBytes = 4 * 1024 * 1024;
const mostAttached = 50;
const mostLayers = 20;
const timeoutMs = 10_000;
const statements = /^application\/vnd\.(dev\.sigstore\.bundle|dsse\.envelope|in-toto)/;
const simpleSigning = 'application/vnd.dev.cosign.simplesigning.v1+json';
const simpleSignature = 'dev.cosignproject.cosign/signature';

/** What cosign 1 and 2 leave beside a signature that was made without a key: PEM, and JSON of the log's promise or nothing. */
interface KeylessMarks {
  readonly certificate: string;
  readonly promise: string;
}

export interface AttachedContent {
  /** Envelopes and bundles; `keyless` for envelopes whose certificate stands beside them. */
  readonly envelopes: readonly { readonly value: Foreign; readonly keyless: KeylessMarks | undefined }[];
  readonly simple: readonly {
    readonly payload: Uint8Array;
    readonly signature: string;
    readonly keyless: KeylessMarks | undefined;
  }[];
}

/** Why it cannot be told. */
export interface Untold {
  readonly untold: string;
}

export interface ImageRegistry {
  /** As in image references. */
  readonly name: string;
  /** The digest that a tag, or a digest, names now. */
  resolve(repository: string, reference: string, signal: AbortSignal): Promise<string | Untold>;
  attached(repository: string, digest: string, signal: AbortSignal): Promise<AttachedContent | Untold>;
  close(): Promise<void>;
}

/** @param spec as behind `oci:`. Undefined for what is no registry. @throws FirebreakError FB-SOURCE-UNREADABLE */
export async function openImageRegistry(spec: string): Promise<ImageRegistry | undefined> {
  const target = targetOf(spec);
  if (target === undefined) return undefined;
  const { credential, gaps } = await credentialFor(target, process.env);
  const registry = openRegistry(target, credential, { timeoutMs, gaps });
  return {
    name: target.registry,
    close: () => registry.close(),
    async resolve(repository, reference, signal) {
      const found = await manifest(registry, repository, reference, signal);
      return 'untold' in found ? found : found.digest;
    },
    attached: (repository, digest, signal) => attachedTo(registry, repository, digest, signal),
  };
}

async function attachedTo(
  registry: Registry,
  repository: string,
  digest: string,
  signal: AbortSignal,
): Promise<AttachedContent | Untold> {
  const image = await manifest(registry, repository, digest, signal);
  if ('untold' in image) return image;
  const referrers = await referrersOf(registry, repository, digest, signal);
  if ('untold' in referrers) return referrers;
  const tags = await Promise.all(
    ['sig', 'att'].map((kind) => absentOr(registry, repository, `${digest.replace(':', '-')}.${kind}`, signal)),
  );
  const envelopes: AttachedContent['envelopes'][number][] = [];
  const simple: AttachedContent['simple'][number][] = [];
  const holders: Manifest[] = [];
  for (const tag of tags) {
    if (tag === undefined) continue;
    if ('untold' in tag) return tag;
    holders.push(tag);
  }
  for (const each of referrers.slice(0, mostAttached)) {
    if (each.artifactType !== undefined && !statements.test(each.artifactType)) continue;
    const holder = await manifest(registry, repository, each.digest, signal);
    if ('untold' in holder) return holder;
    if (holder.subject === digest) holders.push(holder);
  }
  for (const layer of holders.flatMap(({ layers }) => layers.slice(0, mostLayers))) {
    const signature = layer.annotations[simpleSignature];
    const isSimple = layer.mediaType === simpleSigning && signature !== undefined;
    if (!isSimple && !statements.test(layer.mediaType)) continue;
    const bytes = await blob(registry, repository, layer, signal);
    if ('untold' in bytes) return bytes;
    const keyless = marksOf(layer);
    if (isSimple) simple.push({ payload: bytes, signature, keyless });
    else envelopes.push(...objectsIn(bytes).map((value) => ({ value, keyless })));
  }
  return { envelopes, simple };
}

function marksOf({ annotations }: Descriptor): KeylessMarks | undefined {
  const certificate = annotations['dev.sigstore.cosign/certificate'];
  return certificate === undefined
    ? undefined
    : { certificate, promise: annotations['dev.sigstore.cosign/bundle'] ?? '' };
}

/** By the API where there is one, else by the tag that stands in for it. */
async function referrersOf(
  registry: Registry,
  repository: string,
  digest: string,
  signal: AbortSignal,
): Promise<readonly Descriptor[] | Untold> {
  const call = {
    path: `/v2/${repository}/referrers/${digest}`,
    headers: { accept: acceptedManifests },
    maxBytes: mostBytes,
  };
  const answer = await registry.get(call, `repository:${repository}:pull`, signal);
  const index = answer.ok ? manifestOf(answer.body) : undefined;
  if (index?.form === 'index') return index.manifests;
  if (!answer.ok && !['not-found', 'refused'].includes(answer.failure)) return untold(answer);
  const fallback = await absentOr(registry, repository, digest.replace(':', '-'), signal);
  if (fallback === undefined) return [];
  return 'untold' in fallback ? fallback : fallback.manifests;
}

async function absentOr(registry: Registry, repository: string, tag: string, signal: AbortSignal) {
  const found = await manifest(registry, repository, tag, signal);
  return 'untold' in found && found.missing === true ? undefined : found;
}

async function manifest(
  registry: Registry,
  repository: string,
  reference: string,
  signal: AbortSignal,
): Promise<Manifest | (Untold & { readonly missing?: boolean })> {
  const call = {
    path: `/v2/${repository}/manifests/${reference}`,
    headers: { accept: acceptedManifests },
    maxBytes: mostBytes,
  };
  const answer = await registry.get(call, `repository:${repository}:pull`, signal);
  if (!answer.ok) return { ...untold(answer), missing: answer.failure === 'not-found' };
  const asked = reference.includes(':') ? reference : undefined;
  const found = manifestOf(answer.body, asked);
  if (found === undefined) return { untold: `${repository}:${reference} is no manifest.` };
  return asked !== undefined && found.digest !== asked
    ? { untold: `The registry answers ${asked} with something else.` }
    : found;
}

async function blob(
  registry: Registry,
  repository: string,
  { digest, size }: Descriptor,
  signal: AbortSignal,
): Promise<Buffer | Untold> {
  if (size > mostBytes) return { untold: `An attestation of ${size} bytes is not read.` };
  const call = {
    path: `/v2/${repository}/blobs/${digest}`,
    headers: { accept: '*/*' },
    elsewhere: true,
    maxBytes: mostBytes,
  };
  const answer = await registry.get(call, `repository:${repository}:pull`, signal);
  if (!answer.ok) return untold(answer);
  return digestOf(answer.body, digest) === digest
    ? answer.body
    : { untold: 'The content of an attestation is not what its digest says.' };
}

/** One JSON object, or one a line. */
function objectsIn(bytes: Buffer): readonly Foreign[] {
  const text = bytes.toString('utf8').trim();
  const whole = objectIn(text);
  if (whole !== undefined) return [whole];
  return text.split('\n', mostAttached).flatMap((line) => {
    const object = objectIn(line);
    return object === undefined ? [] : [object];
  });
}

function objectIn(text: string): Foreign | undefined {
  try {
    return record(JSON.parse(text));
  } catch {
    return undefined;
  }
}

const untold = (failure: HttpFailure): Untold => ({ untold: `The registry: ${failure.reason}` });
