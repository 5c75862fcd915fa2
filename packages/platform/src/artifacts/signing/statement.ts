/**
 * What is signed: an in-toto statement that lists every file of the model, or every shard, with its digest, and how they were
 * listed. The subject carries one digest over all of them. Source: the reference tool (sigstore/model-transparency 1.1.1,
 * `_signing/signing.py`, `manifest.py`); its older `Digests/v0.1` lists files as subjects and says nothing of the method.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import { type Envelope, inTotoPayloadType, jsonOf } from './bundle/bundle.ts';
import { accepted, type Judged, refused } from './bundle/refusal.ts';
import { type HashName, hashNames } from './hashing/hash.ts';
import { compareResources, isPlainPath, nameOf, type Resource, resourceNamed } from './resource-name.ts';

export const mostResources = 1_000_000;
const statementType = 'https://in-toto.io/Statement/v1';
const predicateType = 'https://model_signing/signature/v1.0';
const predicateBefore1 = 'https://model_signing/Digests/v0.1';

/** What the reference tool leaves out unless it is told otherwise. */
export const gitPaths: readonly string[] = ['.git', '.gitattributes', '.github', '.gitignore'];

export interface Serialization {
  readonly method: 'files' | 'shards';
  readonly hash: HashName;
  /** Bytes; of `shards` alone. */
  readonly shardSize?: number;
  readonly allowSymlinks: boolean;
  /** Below the model; what is under them is left out. */
  readonly ignorePaths: readonly string[];
}

export interface SignedResource extends Resource {
  /** Hex. */
  readonly digest: string;
}

export interface ModelStatement {
  /** What the signer's folder was called; it decides nothing. */
  readonly name: string;
  readonly predicateType: string;
  /** SHA-256 (hex) over the digests in their order. */
  readonly root: string;
  readonly serialization: Serialization;
  readonly resources: readonly SignedResource[];
}

const hex = z.string().regex(/^(?:[0-9a-f]{2})+$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const statementSchema = z.object({
  _type: z.literal(statementType),
  predicateType: z.string(),
  subject: z
    .array(z.object({ name: z.string(), digest: z.object({ sha256 }) }))
    .min(1)
    .max(mostResources),
  predicate: z.unknown(),
});
const predicateSchema = z.object({
  serialization: z.object({
    method: z.string(),
    hash_type: z.string(),
    shard_size: z.number().int().positive().max(Number.MAX_SAFE_INTEGER).optional(),
    allow_symlinks: z.boolean().optional(),
    ignore_paths: z.array(z.string()).max(10_000).optional(),
  }),
  resources: z
    .array(z.object({ name: z.string(), algorithm: z.string(), digest: hex }))
    .min(1)
    .max(mostResources),
});

/** The statement in an envelope whose signature was found valid. Codes: FB-SIGNATURE-STATEMENT, -VERSION. */
export function readStatement({ payload, payloadType }: Envelope): Judged<ModelStatement> {
  if (payloadType !== inTotoPayloadType)
    return refused('FB-SIGNATURE-STATEMENT', 'What is signed is no in-toto statement.');
  const json = jsonOf(payload);
  if (!json.ok) return refused('FB-SIGNATURE-STATEMENT', 'What is signed is not JSON.');
  const read = statementSchema.safeParse(json.value);
  if (!read.success) return malformed(read.error);
  const { subject, predicate, ...statement } = read.data;
  if (statement.predicateType === predicateBefore1) return statementBefore1(subject);
  if (statement.predicateType !== predicateType)
    return refused('FB-SIGNATURE-VERSION', 'The statement is of a kind that is not known.');
  const [about, second] = subject;
  if (about === undefined || second !== undefined)
    return refused('FB-SIGNATURE-STATEMENT', `It is about ${subject.length} subjects; there must be one.`);
  const body = predicateSchema.safeParse(predicate);
  if (!body.success) return malformed(body.error);
  const serialization = serializationOf(body.data.serialization);
  if (!serialization.ok) return serialization;
  const listed = resourcesOf(body.data.resources, serialization.value);
  if (!listed.ok) return listed;
  const root = rootOf(listed.value);
  if (root !== about.digest.sha256)
    return refused('FB-SIGNATURE-STATEMENT', 'The digest of the whole does not follow from those of the parts.');
  return accepted({
    name: about.name,
    predicateType,
    root,
    serialization: serialization.value,
    resources: listed.value,
  });
}

function serializationOf(signed: z.infer<typeof predicateSchema>['serialization']): Judged<Serialization> {
  const { method, hash_type: type, shard_size: shardSize, allow_symlinks: allowSymlinks = false } = signed;
  const hash = hashNames.find((name) => name === type);
  if (hash === undefined) return refused('FB-SIGNATURE-VERSION', 'It was hashed by a method that is not known.');
  // What is not written plainly names nothing in the folder, so nothing is left out for it.
  const ignorePaths = (signed.ignore_paths ?? []).filter(isPlainPath);
  if (method === 'files') return accepted({ method, hash, allowSymlinks, ignorePaths });
  if (method !== 'shards') return refused('FB-SIGNATURE-VERSION', 'It was listed by a method that is not known.');
  if (shardSize === undefined) return refused('FB-SIGNATURE-STATEMENT', 'The size of shards is not said.');
  return accepted({ method, hash, shardSize, allowSymlinks, ignorePaths });
}

function resourcesOf(
  signed: z.infer<typeof predicateSchema>['resources'],
  { method, hash, shardSize }: Serialization,
): Judged<readonly SignedResource[]> {
  const algorithm = algorithmOf(hash, shardSize);
  const resources: SignedResource[] = [];
  for (const { name, algorithm: each, digest } of signed) {
    if (each !== algorithm)
      return refused('FB-SIGNATURE-STATEMENT', 'A part was hashed otherwise than the whole says.');
    const resource = resourceNamed(name, method);
    if (!resource.ok) return resource;
    resources.push({ ...resource.value, digest });
  }
  return withoutRepetition(resources);
}

function statementBefore1(subject: z.infer<typeof statementSchema>['subject']): Judged<ModelStatement> {
  const serialization: Serialization = { method: 'files', hash: 'sha256', allowSymlinks: false, ignorePaths: [] };
  const signed = subject.map(({ name, digest }) => ({ name, algorithm: 'sha256', digest: digest.sha256 }));
  const resources = resourcesOf(signed, serialization);
  if (!resources.ok) return resources;
  const root = rootOf(resources.value);
  return accepted({ name: '', predicateType: predicateBefore1, root, serialization, resources: resources.value });
}

function withoutRepetition(resources: readonly SignedResource[]): Judged<readonly SignedResource[]> {
  if (new Set(resources.map(nameOf)).size !== resources.length)
    return refused('FB-SIGNATURE-STATEMENT', 'One part is listed twice.');
  return accepted(resources);
}

function malformed(error: z.ZodError): Judged<never> {
  const [issue] = error.issues;
  return refused('FB-SIGNATURE-STATEMENT', `At ${issue?.path.join('.') || 'the top'}: ${issue?.code ?? 'malformed'}.`);
}

/** What is signed of a model, as text: RFC 8785, parts in the order of the reference tool. */
export function writeStatement(
  name: string,
  serialization: Serialization,
  unsorted: readonly SignedResource[],
): string {
  const resources = unsorted.toSorted(compareResources);
  const { method, hash, shardSize, allowSymlinks, ignorePaths } = serialization;
  return canonicalJson({
    _type: statementType,
    subject: [{ name, digest: { sha256: rootOf(resources) } }],
    predicateType,
    predicate: {
      serialization: {
        method,
        hash_type: hash,
        ...(shardSize === undefined ? {} : { shard_size: shardSize }),
        allow_symlinks: allowSymlinks,
        ...(ignorePaths.length === 0 ? {} : { ignore_paths: ignorePaths }),
      },
      resources: resources.map((resource) => ({
        name: nameOf(resource),
        algorithm: algorithmOf(hash, shardSize),
        digest: resource.digest,
      })),
    },
  });
}

/** SHA-256 (hex) over the digests in the order given. */
export function rootOf(resources: readonly SignedResource[]): string {
  const all = createHash('sha256');
  for (const { digest } of resources) all.update(digest, 'hex');
  return all.digest('hex');
}

function algorithmOf(hash: HashName, shardSize: number | undefined): string {
  return shardSize === undefined ? hash : `${hash}-sharded-${shardSize}`;
}
