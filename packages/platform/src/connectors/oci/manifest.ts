/**
 * The bytes of a manifest → what it is and what it names. The digest is always computed from the bytes and never believed.
 * OCI image specification 1.1; Docker's manifest version 2 in its two forms, which differ by media types only.
 */
import { createHash } from 'node:crypto';
import { array, at, type Foreign, field, record, stringMap, text, textAt } from '../../intake/foreign.ts';

export interface Descriptor {
  readonly digest: string;
  readonly mediaType: string;
  readonly artifactType: string | undefined;
  readonly size: number;
  readonly platform: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Manifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly artifactType: string | undefined;
  readonly form: 'image' | 'index' | 'model' | 'artifact';
  readonly config: Descriptor | undefined;
  readonly layers: readonly Descriptor[];
  readonly manifests: readonly Descriptor[];
  readonly subject: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

/** In the order that we like them; without it a registry may convert. */
export const acceptedManifests = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** Children of an index, or layers of a manifest, that are looked at. */
const maxParts = 500;
const digestForm = /^sha(256|512):[0-9a-f]{64,128}$/;
const modelType = /^application\/vnd\.(cncf\.model|kitops\.modelkit|docker\.ai|ollama\.image\.model)\b/;
const imageConfig = /^application\/vnd\.(oci\.image\.config|docker\.container\.image)\./;

export function digestOf(bytes: Buffer, like = 'sha256:'): string {
  const algorithm = like.startsWith('sha512:') ? 'sha512' : 'sha256';
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

/** Undefined when it is no manifest of version 2. `expected`: the digest that it was asked by, for its algorithm. */
export function manifestOf(bytes: Buffer, expected?: string): Manifest | undefined {
  let value: Foreign | undefined;
  try {
    value = record(JSON.parse(bytes.toString('utf8')));
  } catch {
    return undefined;
  }
  if (value === undefined || field(value, 'schemaVersion') !== 2) return undefined;
  const manifests = descriptors(field(value, 'manifests'));
  const layers = descriptors(field(value, 'layers'));
  const config = descriptorOf(field(value, 'config'));
  const isIndex = Array.isArray(field(value, 'manifests'));
  const artifactType = textAt(value, 'artifactType') ?? (isIndex ? undefined : ownType(config?.mediaType));
  return {
    digest: digestOf(bytes, expected),
    mediaType: textAt(value, 'mediaType') ?? `application/vnd.oci.image.${isIndex ? 'index' : 'manifest'}.v1+json`,
    artifactType,
    form: isIndex ? 'index' : formOf(artifactType, config, layers),
    config,
    layers,
    manifests,
    subject: digestIn(at(value, 'subject', 'digest')),
    annotations: stringMap(field(value, 'annotations')),
  };
}

/** Before artifactType existed, the media type of the configuration said what an artifact is. */
function ownType(config: string | undefined): string | undefined {
  return config === undefined || imageConfig.test(config) || config.includes('.empty.') ? undefined : config;
}

function formOf(
  artifactType: string | undefined,
  config: Descriptor | undefined,
  layers: readonly Descriptor[],
): Manifest['form'] {
  const types = [artifactType ?? '', config?.mediaType ?? '', ...layers.map(({ mediaType }) => mediaType)];
  if (types.some((type) => modelType.test(type))) return 'model';
  return artifactType === undefined && config !== undefined && imageConfig.test(config.mediaType)
    ? 'image'
    : 'artifact';
}

function descriptors(value: unknown): readonly Descriptor[] {
  return array(value)
    .slice(0, maxParts)
    .flatMap((each) => descriptorOf(each) ?? []);
}

function descriptorOf(value: unknown): Descriptor | undefined {
  const digest = digestIn(field(value, 'digest'));
  if (digest === undefined) return undefined;
  const size = field(value, 'size');
  const os = textAt(value, 'platform', 'os');
  const parts = [os, textAt(value, 'platform', 'architecture'), textAt(value, 'platform', 'variant')];
  return {
    digest,
    mediaType: textAt(value, 'mediaType') ?? '',
    artifactType: textAt(value, 'artifactType'),
    size: typeof size === 'number' && size >= 0 ? size : 0,
    platform: os === undefined ? undefined : parts.filter((part) => part !== undefined).join('/'),
    annotations: stringMap(field(value, 'annotations')),
  };
}

function digestIn(value: unknown): string | undefined {
  const found = text(value);
  return found !== undefined && digestForm.test(found) ? found : undefined;
}
