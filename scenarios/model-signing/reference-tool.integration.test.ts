/**
 * The reference tool of the specification (Python) and ours: what one signs the other verifies, and both refuse the same model once
 * a byte of it is changed. Also what it signed before its version 1.0, made with its own code for that form.
 */
import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HashName } from '../../packages/platform/src/artifacts/signing/hashing/hash.ts';
import { readSigningKey, signModel } from '../../packages/platform/src/artifacts/signing/sign-model.ts';
import type { Serialization } from '../../packages/platform/src/artifacts/signing/statement.ts';
import { makeSigstore } from '../../packages/platform/src/artifacts/signing/testing/sigstore.case.ts';
import {
  type Trust,
  trustInCertificates,
  trustInKey,
  trustInSigstore,
} from '../../packages/platform/src/artifacts/signing/trust/trust.ts';
import { verifyModel } from '../../packages/platform/src/artifacts/signing/verify-model.ts';
import { makeAuthority } from './authority.ts';
import { startReferenceTool } from './reference-tool.ts';
import { copyOf, hasCorpus, signedModels, verdictOn } from './signed-models.ts';

const { signal } = new AbortController();

function peer(variable: string): string {
  const path = process.env[variable];
  if (path === undefined) throw new Error(`${variable} is not set: run peers/model-signing/install`);
  return path;
}

let tool: ReturnType<typeof startReferenceTool>;
let work: string;
let model: string;
let signature: string;
beforeAll(async () => {
  tool = startReferenceTool(peer('FIREBREAK_MODEL_SIGNING_PYTHON'));
  work = await mkdtemp(join(tmpdir(), 'firebreak-reference-'));
  model = join(work, 'model');
  signature = join(work, 'model.sig');
  await mkdir(join(model, 'deep', 'er'), { recursive: true });
  const files: Readonly<Record<string, string | Buffer>> = {
    'config.json': '{}\n',
    'weights.bin': Buffer.alloc(300_000, 7),
    'deep/er/ünï 日本.txt': 'text',
    'deep.txt': 'sorts after deep/ by parts',
    'deep/\u{10000}': 'beyond the plane',
    'deep/\uff5e': 'before it by code point, after it in UTF-16',
    '.gitignore': 'left out',
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(model, name), content);
});
afterAll(async () => {
  tool.stop();
  await rm(work, { recursive: true });
});

/** Its command line. @returns whether it ended well. */
async function reference(...cli: readonly string[]): Promise<boolean> {
  return (await tool.ask({ cli })).ok;
}

const ours = async (trust: Trust, of = model) =>
  (await verifyModel({ model: of, signature: await readFile(signature), trust, now: new Date(), signal })).verdict;

/** What `change` does to the model is taken back. */
async function withOneByteMore<T>(what: () => Promise<T>): Promise<T> {
  const weights = join(model, 'weights.bin');
  const before = await readFile(weights);
  await appendFile(weights, '\0');
  try {
    return await what();
  } finally {
    await writeFile(weights, before);
  }
}

async function weSign(pem: string, certificates: string | undefined, how: Partial<Serialization> = {}): Promise<void> {
  const all: Serialization = {
    method: 'files',
    hash: 'sha256',
    allowSymlinks: false,
    ignorePaths: ['.git', '.gitattributes', '.github', '.gitignore'],
    ...how,
  };
  const { bundle } = await signModel({ model, how: all, key: readSigningKey(pem, undefined, certificates), signal });
  await writeFile(signature, bundle);
}

describe.each(['prime256v1', 'secp384r1', 'secp521r1'])('with keys on %s', (curve) => {
  let privateKey: string;
  let publicKey: string;
  beforeAll(() => {
    [privateKey, publicKey] = [join(work, `${curve}.pem`), join(work, `${curve}.pub`)];
    execFileSync('openssl', ['ecparam', '-name', curve, '-genkey', '-noout', '-out', privateKey]);
    execFileSync('openssl', ['ec', '-in', privateKey, '-pubout', '-out', publicKey], { stdio: 'ignore' });
  });
  const theyVerify = () => reference('verify', 'key', model, '--signature', signature, '--public_key', publicKey);

  test('they sign, we verify', async () => {
    expect(await reference('sign', 'key', model, '--signature', signature, '--private_key', privateKey)).toBe(true);
    const trust = trustInKey(await readFile(publicKey, 'utf8'));
    expect(await ours(trust)).toBe('verified');
    expect(await withOneByteMore(() => ours(trust))).toBe('refused');
  });

  test('we sign, they verify', async () => {
    await weSign(await readFile(privateKey, 'utf8'), undefined);
    expect(await ours(trustInKey(await readFile(publicKey, 'utf8')))).toBe('verified');
    expect(await theyVerify()).toBe(true);
    expect(await withOneByteMore(theyVerify)).toBe(false);
  });

  test('a single file, both ways', async () => {
    const file = join(model, 'weights.bin');
    const trust = trustInKey(await readFile(publicKey, 'utf8'));
    expect(await reference('sign', 'key', file, '--signature', signature, '--private_key', privateKey)).toBe(true);
    expect(await ours(trust, file)).toBe('verified');
    const key = readSigningKey(await readFile(privateKey, 'utf8'), undefined, undefined);
    const how: Serialization = { method: 'files', hash: 'sha256', allowSymlinks: false, ignorePaths: [] };
    await writeFile(signature, (await signModel({ model: file, how, key, signal })).bundle);
    expect(await reference('verify', 'key', file, '--signature', signature, '--public_key', publicKey)).toBe(true);
  });
});

test('with a certificate and its chain, both ways', async () => {
  const authority = await makeAuthority(work);
  const chain = [authority.leaf, authority.intermediate];
  const trust = trustInCertificates(await readFile(authority.root, 'utf8'));
  const paths = ['--signature', signature];
  const signed = await reference(
    ...['sign', 'certificate', model, ...paths, '--private_key', authority.key],
    ...['--signing_certificate', authority.leaf, '--certificate_chain', authority.intermediate],
  );
  expect(signed).toBe(true);
  expect(await ours(trust)).toBe('verified');
  expect(await withOneByteMore(() => ours(trust))).toBe('refused');

  const texts = await Promise.all(chain.map((path) => readFile(path, 'utf8')));
  await weSign(await readFile(authority.key, 'utf8'), texts.join('\n'));
  expect(await ours(trust)).toBe('verified');
  const theyVerify = () => reference('verify', 'certificate', model, ...paths, '--certificate_chain', authority.root);
  expect(await theyVerify()).toBe(true);
  expect(await withOneByteMore(theyVerify)).toBe(false);
});

/** Its command line signs files by SHA-256 only; its library does the rest. */
test.each<[Serialization['method'], HashName, string]>([
  ['files', 'sha256', 'sha256'],
  ['files', 'blake2b', 'blake2'],
  ['files', 'blake3', 'blake3'],
  ['shards', 'sha256', 'sha256'],
  ['shards', 'blake2b', 'blake2'],
])('%s by %s, both ways', async (method, hash, theirName) => {
  const [privateKey, publicKey] = [join(work, 'prime256v1.pem'), join(work, 'prime256v1.pub')];
  const they = async (verb: 'sign' | 'verify', key: string) =>
    expect(await tool.ask({ verb, model, signature, key, method, algorithm: theirName })).toMatchObject({ ok: true });
  const trust = trustInKey(await readFile(publicKey, 'utf8'));
  await they('sign', privateKey);
  expect(await ours(trust)).toBe('verified');
  expect(await withOneByteMore(() => ours(trust))).toBe('refused');
  await weSign(await readFile(privateKey, 'utf8'), undefined, {
    method,
    hash,
    ...(method === 'shards' ? { shardSize: 70_000 } : {}),
  });
  expect(await ours(trust)).toBe('verified');
  await they('verify', publicKey);
});

test('what it signed before its version 1.0 verifies with both', async () => {
  const [privateKey, publicKey] = [join(work, 'secp384r1.pem'), join(work, 'secp384r1.pub')];
  const type = 'https://model_signing/Digests/v0.1';
  const before1 = { model, signature, key: privateKey, predicate: type };
  expect(await tool.ask({ before1 })).toMatchObject({ ok: true });
  const trust = trustInKey(await readFile(publicKey, 'utf8'));
  const verify = async () =>
    verifyModel({
      model,
      signature: await readFile(signature),
      trust,
      ignorePaths: ['.gitignore'],
      now: new Date(),
      signal,
    });
  expect(await verify()).toMatchObject({ verdict: 'verified', statement: { predicateType: type } });
  expect(await withOneByteMore(async () => (await verify()).verdict)).toBe('refused');
  expect(await reference('verify', 'key', model, '--signature', signature, '--public_key', publicKey)).toBe(true);
});

test('a Sigstore of our own, as the gate’s tests use it, is one to Sigstore’s own library', async () => {
  const own = makeSigstore();
  const by = { identity: 'ci@git.example', issuer: 'https://token.example' };
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'llm', digest: { sha256: 'a1'.repeat(32) } }],
    predicateType: 'https://sigstore.dev/cosign/sign/v1',
    predicate: {},
  };
  const bundle = JSON.stringify(own.bundle(statement, by));
  const judged = (root: string, who: typeof by) => tool.ask({ sigstore: { bundle, root, ...who } });
  expect(await judged(own.trustedRoot, by)).toMatchObject({ ok: true });
  expect(await judged(own.trustedRoot, { ...by, identity: 'other@git.example' })).toMatchObject({ ok: false });
  expect(await judged(makeSigstore().trustedRoot, by)).toMatchObject({ ok: false });
});

test.skipIf(!hasCorpus)('the trusted root that its library carries judges the corpus as ours does', async () => {
  const json = await readFile(peer('FIREBREAK_MODEL_SIGNING_TRUST_ROOT'), 'utf8');
  for (const signed of signedModels.filter(({ name }) => name.endsWith('-sigstore'))) {
    const folder = await copyOf(signed);
    const trust = (who: string) => trustInSigstore(json, who, 'https://sigstore.verify.ibm.com/oauth2');
    expect((await verdictOn({ ...signed, trust: trust('stefanb@us.ibm.com') }, folder)).verdict).toBe('verified');
    // The library would take this as a pattern.
    const other = await verdictOn({ ...signed, trust: trust('stefanb@us.ibm.co.') }, folder);
    expect(other.reasons.map(({ code }) => code)).toEqual(['FB-SIGNATURE-IDENTITY']);
    await rm(folder, { recursive: true });
  }
});
