/** The six signed models of the shared corpus, each with what its signature is judged by. */
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelVerdict } from '@firebreak/contract';
import {
  type Trust,
  trustInCertificates,
  trustInKey,
  trustInSigstore,
} from '../../packages/platform/src/artifacts/signing/trust/trust.ts';
import { verifyModel } from '../../packages/platform/src/artifacts/signing/verify-model.ts';

const corpus = new URL('../../../shared/data/model-signing/', import.meta.url).pathname;
export const hasCorpus = existsSync(corpus);

const keyFile = (name: string) => readFileSync(join(corpus, 'keys/certificate', name), 'utf8');
/** The trusted root of the public Sigstore as its own client libraries carry it (github.com/sigstore/root-signing, Apache-2.0). */
const publicRoot = () => readFileSync(new URL('./public-trusted-root.json', import.meta.url), 'utf8');

const trusts: Readonly<Record<string, () => Trust>> = {
  'elliptic-key': () => trustInKey(keyFile('signing-key-pub.pem')),
  certificate: () => trustInCertificates(keyFile('ca-cert.pem')),
  sigstore: () => trustInSigstore(publicRoot(), 'stefanb@us.ibm.com', 'https://sigstore.verify.ibm.com/oauth2'),
};

export interface SignedModel {
  readonly name: string;
  readonly trust: Trust;
  /** Signed as one file, not as a folder. */
  readonly single: boolean;
  /** Names of the files that are signed. */
  readonly files: readonly string[];
}

export const signedModels: readonly SignedModel[] = hasCorpus
  ? ['v1.0.0', 'v1.0.1'].flatMap((version) =>
      Object.entries(trusts).map(([by, trust]) => {
        const single = version === 'v1.0.0' && by === 'elliptic-key';
        const files = single ? ['signme-1'] : ['signme-1', 'signme-2'];
        return { name: `${version}-${by}`, trust: trust(), single, files };
      }),
    )
  : [];

/** A copy of the model that a test may change. */
export async function copyOf({ name }: SignedModel): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-model-'));
  await cp(join(corpus, name), folder, { recursive: true });
  return folder;
}

/** The verdict on a copy. `signature`: instead of the one that lies there. Version 1.0.1 was signed beside a file to ignore. */
export async function verdictOn(
  { trust, single }: SignedModel,
  folder: string,
  signature?: Uint8Array,
): Promise<ModelVerdict> {
  const signaturePath = join(folder, 'model.sig');
  return verifyModel({
    model: single ? join(folder, 'signme-1') : folder,
    signature: signature ?? (await readFile(signaturePath)),
    signaturePath,
    trust,
    ignorePaths: ['ignore-me'],
    now: new Date('2026-01-01T00:00:00Z'),
    signal: new AbortController().signal,
  });
}
