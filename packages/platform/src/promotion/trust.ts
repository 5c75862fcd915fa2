/**
 * Whom the gate believes, and in what: a file that people write. A signer is a public key, certificates, an identity of Sigstore or
 * a ledger's key, and is believed only in what `may` lists; a builder's SLSA level is what this file says, since no builder can say
 * it of itself.
 *
 *     {"signers": [{"name": "ml-release", "key": "release.pub", "may": ["sign", "provenance"]},
 *                  {"name": "lin", "key": "lin.pub", "may": ["approve"], "role": "approver"}],
 *      "builders": [{"id": "https://builder.example/ml", "slsaLevel": 3, "signer": "ml-release"}],
 *      "registries": ["registry.example"]}
 *
 * Keys and certificates are PEM, or paths of files beside this one.
 */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { FirebreakError } from '@firebreak/contract';
import { z } from 'zod';
import { type Trust, trustInCertificates, trustInKey, trustInSigstore } from '../artifacts/signing/trust/trust.ts';
import { type NoteVerifier, noteVerifier } from '../ledger/note.ts';

/**
 * `sign`: models and images. `evaluate`: test results. `recover`: attestations of recovery. `vouch`: what another gate found, which
 * saw the files.
 */
const trustedIn = ['sign', 'provenance', 'evaluate', 'approve', 'recover', 'vouch'] as const;
export type TrustedIn = (typeof trustedIn)[number];

const name = z.string().min(1).max(200);
const signerSchema = z.strictObject({
  name,
  /** Public key, PEM or a path. */
  key: z.string().max(20_000).optional(),
  certificates: z.string().max(200_000).optional(),
  /** Who signed, as Sigstore names them, and who vouched for that. */
  identity: z.string().max(2000).optional(),
  issuer: z.string().max(2000).optional(),
  /** `<name>+<id>+<base64>` as `firebreak evidence key` prints it. */
  ledgerKey: z.string().max(2000).optional(),
  may: z.array(z.enum(trustedIn)).min(1),
  /** Of somebody who may approve. */
  role: name.optional(),
});
const trustSchema = z.strictObject({
  signers: z.array(signerSchema).max(1000).default([]),
  builders: z
    .array(z.strictObject({ id: z.string().min(1).max(2000), slsaLevel: z.number().int().min(0).max(4), signer: name }))
    .max(1000)
    .default([]),
  /** Where images may be looked at: `registry.example`, or `http://127.0.0.1:5000#registry.example`. */
  registries: z.array(z.string().min(1).max(500)).max(100).default([]),
  /** `trusted_root.json` of the Sigstore, for signers with an identity. */
  sigstoreRoot: z.string().max(4000).optional(),
});

export type TrustedKey =
  | { readonly by: 'sigstore' | 'key' | 'certificate'; readonly trust: Trust }
  | { readonly by: 'ledger'; readonly verifier: NoteVerifier };

export interface TrustedSigner {
  readonly name: string;
  readonly role: string;
  readonly may: readonly TrustedIn[];
  readonly key: TrustedKey;
}

export interface GateTrust {
  readonly signers: readonly TrustedSigner[];
  readonly builders: readonly { readonly id: string; readonly slsaLevel: number; readonly signer: string }[];
  /** No other registry is asked: names of images are foreign, and must not lead anywhere. */
  readonly registries: readonly string[];
}

/** Nobody is believed in anything. */
export const trustInNobody: GateTrust = { signers: [], builders: [], registries: [] };

const mostBytes = 16 * 1024 * 1024;

/** @throws FirebreakError FB-PROMOTION-TRUST, FB-SIGNATURE-TRUST */
export async function openTrust(path: string): Promise<GateTrust> {
  const folder = dirname(resolve(path));
  const text = async (file: string): Promise<string> => {
    const found = await readFile(resolve(folder, file)).catch((cause: unknown) => {
      throw new FirebreakError('FB-PROMOTION-TRUST', `${file} cannot be read.`, { cause });
    });
    if (found.length > mostBytes) throw new FirebreakError('FB-PROMOTION-TRUST', `${file} is too large.`);
    return found.toString('utf8');
  };
  const pem = (value: string) => (value.includes('-----BEGIN') ? Promise.resolve(value) : text(value));
  let json: unknown;
  try {
    json = JSON.parse(await text(resolve(path)));
  } catch (error) {
    if (error instanceof FirebreakError) throw error;
    throw new FirebreakError('FB-PROMOTION-TRUST', `${path} is not JSON.`);
  }
  const read = trustSchema.safeParse(json);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new FirebreakError('FB-PROMOTION-TRUST', `At ${issue?.path.join('.') || 'the top'}: ${issue?.message ?? ''}`);
  }
  const { signers, builders, registries, sigstoreRoot } = read.data;
  const root = sigstoreRoot === undefined ? undefined : await text(sigstoreRoot);
  const keyOf = async (signer: z.infer<typeof signerSchema>): Promise<TrustedKey> => {
    const { key, certificates, identity, issuer, ledgerKey } = signer;
    const ways = [key, certificates, identity, ledgerKey].filter((way) => way !== undefined).length;
    if (ways !== 1) throw wrong(signer.name, 'needs one of key, certificates, identity with issuer, or ledgerKey');
    if (key !== undefined) return { by: 'key', trust: trustInKey(await pem(key)) };
    if (certificates !== undefined) return { by: 'certificate', trust: trustInCertificates(await pem(certificates)) };
    if (ledgerKey !== undefined) {
      const verifier = noteVerifier(ledgerKey);
      if (verifier === undefined) throw wrong(signer.name, 'has a ledgerKey that is none');
      return { by: 'ledger', verifier };
    }
    if (identity === undefined || issuer === undefined || root === undefined)
      throw wrong(signer.name, 'needs identity, issuer and a sigstoreRoot of the file');
    return { by: 'sigstore', trust: trustInSigstore(root, identity, issuer) };
  };
  const twice = signers.find((signer, at) => signers.findIndex((other) => other.name === signer.name) < at);
  if (twice !== undefined) throw wrong(twice.name, 'is named twice');
  const unknown = builders.find(({ signer }) => signers.every((known) => known.name !== signer));
  if (unknown !== undefined) throw wrong(unknown.signer, 'signs for a builder and is no signer');
  return {
    builders,
    registries,
    signers: await Promise.all(
      signers.map(async (signer) => ({
        name: signer.name,
        role: signer.role ?? '',
        may: signer.may,
        key: await keyOf(signer),
      })),
    ),
  };
}

const wrong = (signer: string, why: string) => new FirebreakError('FB-PROMOTION-TRUST', `${signer} ${why}.`);
