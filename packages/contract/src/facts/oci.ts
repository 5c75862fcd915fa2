/**
 * Registries of images and artifacts as facts, in the words of the OCI distribution and image specifications 1.1. A registry is
 * named as in image references (`ghcr.io`, `localhost:5000`, `docker.io`); what was read from a folder without a registry is on
 * `layout`, which no reference can name. What must stay true: layers are never fetched, and of configurations and annotations
 * only what is named here is kept, because people put credentials into both.
 */
import { z } from 'zod';
import { line, list, maybe } from './lenient.ts';

const registry = line(255);
const repository = line(255).regex(/^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/, 'not the name of a repository');
const digest = z.string().regex(/^sha(256|512):[0-9a-f]{64,128}$/, 'not a digest');
const mediaType = line(255);

export const ociRegistry = z.object({
  registry,
  /** How it asks who you are: not at all, name and password, or tokens of a service. */
  authentication: z.enum(['none', 'basic', 'token', 'unknown']),
  /** Whether it answers the referrers API; without it, referrers are found by tags. */
  referrersApi: maybe(z.boolean()),
  /** Whether it lists its repositories for our credential. */
  catalog: maybe(z.boolean()),
  /** Whether it takes nothing from anybody at the moment, as far as its `Allow` header tells. */
  readOnly: maybe(z.boolean()),
});

export const ociRepository = z.object({ registry, repository });

export const ociTag = z.object({ registry, repository, tag: line(128), digest });

/** A manifest or an index, by its digest: the thing that a tag points to. */
export const ociImage = z.object({
  registry,
  repository,
  digest,
  mediaType,
  artifactType: maybe(mediaType),
  /** `image`, `index` of several, or an artifact: a model by its media types, or something else. */
  form: z.enum(['image', 'index', 'model', 'artifact']),
  /** Bytes of all that it names. */
  size: maybe(z.number()),
  /** What an index holds. */
  manifests: list(z.object({ digest, platform: maybe(line(128)) })),
  created: maybe(line(64)),
  /** `org.opencontainers.image.*` from annotations or labels. */
  source: maybe(line(2048)),
  revision: maybe(line(256)),
  version: maybe(line(256)),
  vendor: maybe(line(256)),
  title: maybe(line(256)),
  licenses: maybe(line(256)),
  baseName: maybe(line(1024)),
});

/** Something that speaks of an image: found, not verified. */
export const ociReferrer = z.object({
  registry,
  repository,
  subject: digest,
  digest,
  says: z.enum(['signature', 'attestation', 'sbom', 'other']),
  /** The artifact type, or that of the first layer where there is none. */
  artifactType: maybe(mediaType),
  /** Predicate of an attestation, where the manifest tells. */
  predicateType: maybe(line(1024)),
  /** How it was found: by the referrers API, its fallback tag, cosign's tag, an index that holds it, or its own word. */
  found: z.enum(['referrers-api', 'referrers-tag', 'cosign-tag', 'index', 'subject']),
  /** Signatures or statements in it. */
  count: z.number(),
});

const answer = z.enum(['yes', 'no', 'unknown']);
/** What a subject may do, as far as the registry tells without anything being written. */
export const ociAccess = z.object({
  registry,
  /** Absent: all repositories of the registry. */
  repository: maybe(repository),
  /** Absent: anybody who reaches the registry. */
  user: maybe(line(255)),
  pull: answer,
  push: answer,
  /** Why we say so. */
  because: line(512),
});

export const ociFactSchemas = {
  'oci.registry': ociRegistry,
  'oci.repository': ociRepository,
  'oci.tag': ociTag,
  'oci.image': ociImage,
  'oci.referrer': ociReferrer,
  'oci.access': ociAccess,
} as const;

/** Ids of facts and nodes; `name` is `<repository>`, `<repository>:<tag>` or `<repository>@<digest>`. */
export function ociId(kind: 'Registry', registry: string): string;
export function ociId(kind: 'Repository' | 'Tag' | 'Image' | 'Referrer', registry: string, name: string): string;
export function ociId(kind: 'User', registry: string, name: string): string;
export function ociId(kind: string, registry: string, name?: string): string {
  return `oci:${kind}/${registry}${name === undefined ? '' : `/${name}`}`;
}

/** Anybody who can reach the registry. */
export function anonymousPullerId(registry: string): string {
  return `oci:Anonymous/${registry}`;
}
