/**
 * Whether a model is what somebody signed. First the signature, then what it says, then the files: nothing of a statement is used
 * before its signature holds. `verified` needs every step; whatever cannot be told is `unknown`, never a yes.
 */
import { relative, resolve, sep } from 'node:path';
import { catalogue, type ModelVerdict } from '@firebreak/contract';
import { sha256Hex } from '../../kernel/digest.ts';
import { readBundle, type SignatureBundle } from './bundle/bundle.ts';
import { type Judged, type Refusal, refused } from './bundle/refusal.ts';
import { type HashedModel, hashModel } from './hashing/hash-model.ts';
import { isPlainPath, nameOf } from './resource-name.ts';
import { type ModelStatement, readStatement } from './statement.ts';
import { judgeByCertificate } from './trust/certificate.ts';
import { judgeByKey } from './trust/key.ts';
import type { Signed } from './trust/signed.ts';
import { judgeBySigstore } from './trust/sigstore.ts';
import type { Trust } from './trust/trust.ts';

export interface VerifyOptions {
  /** A folder, or one file. */
  readonly model: string;
  /** The bundle. */
  readonly signature: Uint8Array;
  /** Where the bundle lies: in a model it is no part of it. */
  readonly signaturePath?: string;
  readonly trust: Trust;
  /** Paths below the model that are not compared, besides those that the signed statement names. */
  readonly ignorePaths?: readonly string[];
  readonly now: Date;
  readonly signal: AbortSignal;
}

/** @throws FirebreakError FB-CANCELLED */
export async function verifyModel(options: VerifyOptions): Promise<ModelVerdict> {
  const { model, signature, trust, now, signal } = options;
  const start = { kind: 'firebreak/model-verdict' as const, model, signature: sha256Hex(signature) };
  const no = (refusal: Refusal, rest: Partial<ModelVerdict> = {}) =>
    verdictOf({ ...nothing, ...start, ...rest }, [refusal]);
  const bundle = readBundle(signature);
  if (!bundle.ok) return no(bundle.refusal);
  const signed = judgeSigner(bundle.value, trust, now);
  if (!signed.ok) return no(signed.refusal);
  const { signer, notes } = signed.value;
  const read = readStatement(bundle.value.envelope);
  if (!read.ok) return no(read.refusal, { signer, notes: [...notes] });
  const statement = read.value;
  const { serialization, resources, name, predicateType, root } = statement;
  const ignorePaths = [
    ...serialization.ignorePaths,
    ...(options.ignorePaths ?? []).filter(isPlainPath),
    ...placeIn(model, options.signaturePath),
  ];
  const found = await hashModel(model, { ...serialization, ignorePaths }, signal);
  const differences = compare(statement, found);
  const different = differences.missing.length + differences.extra.length + differences.changed.length;
  return verdictOf(
    {
      ...start,
      signer,
      statement: {
        name,
        predicateType,
        root,
        method: serialization.method,
        hash: serialization.hash,
        resources: resources.length,
      },
      ...differences,
      ignored: [...found.ignored],
      notes: [
        ...notes,
        ...(found.uncovered.length === 0
          ? []
          : [`${found.uncovered.length} empty files: a list of shards says nothing of them.`]),
      ],
      files: found.files,
      bytes: found.bytes,
    },
    [
      ...found.refusals,
      ...(different === 0 ? [] : [{ code: 'FB-SIGNATURE-MISMATCH', why: sentenceOf(differences) } satisfies Refusal]),
    ],
  );
}

const mostReasons = 100;

type Differences = Pick<ModelVerdict, 'missing' | 'extra' | 'changed'>;

const nothing = { missing: [], extra: [], changed: [], ignored: [], notes: [], files: 0, bytes: 0 };

function judgeSigner({ envelope, material }: SignatureBundle, trust: Trust, now: Date): Judged<Signed> {
  if (material.by === 'key' && trust.by === 'key') return judgeByKey(envelope, material, trust.key);
  if (material.by === 'certificate' && trust.by === 'certificate')
    return judgeByCertificate(envelope, material.chain, trust.anchors, now);
  if (material.by === 'sigstore' && trust.by === 'sigstore') return judgeBySigstore(material, trust);
  const by = { key: 'a key', certificate: 'a certificate', sigstore: 'an identity, by Sigstore' };
  return refused(
    'FB-SIGNATURE-TRUST',
    `It is signed by ${by[material.by]}, and ${by[trust.by]} was given to judge it by.`,
  );
}

/** A refusal outweighs a doubt: what was seen to be wrong is not made unknown by what was not seen. */
function verdictOf(rest: Omit<ModelVerdict, 'verdict' | 'reasons'>, refusals: readonly Refusal[]): ModelVerdict {
  const isNo = refusals.some(({ code }) => catalogue[code].exit === 1);
  const verdict = refusals.length === 0 ? 'verified' : isNo ? 'refused' : 'unknown';
  return { ...rest, verdict, reasons: refusals.slice(0, mostReasons).map(({ code, why }) => ({ code, why })) };
}

function compare({ resources }: ModelStatement, found: HashedModel): Differences {
  const left = new Map(found.resources.map((resource) => [nameOf(resource), resource.digest]));
  const missing: string[] = [];
  const changed: ModelVerdict['changed'] = [];
  for (const resource of resources) {
    const name = nameOf(resource);
    const digest = left.get(name);
    left.delete(name);
    if (digest === undefined) {
      // What could not be looked for is not known to be missing.
      if (found.unread?.has(name) === false) missing.push(name);
    } else if (digest !== resource.digest) changed.push({ name, signed: resource.digest, found: digest });
  }
  return { missing, extra: [...left.keys()], changed };
}

function sentenceOf({ missing, extra, changed }: Differences): string {
  return `${missing.length} missing, ${extra.length} extra, ${changed.length} changed.`;
}

/** Where a file lies below a model, as its plain path; nothing when it lies elsewhere. */
export function placeIn(model: string, file: string | undefined): readonly string[] {
  if (file === undefined) return [];
  const path = relative(resolve(model), resolve(file)).split(sep).join('/');
  return isPlainPath(path) ? [path] : [];
}
