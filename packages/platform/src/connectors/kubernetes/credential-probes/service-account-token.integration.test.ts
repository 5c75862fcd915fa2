/** Tokens of service accounts on a real API server: kept in a secret, bound to a pod, and made for somebody else than the API server. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { textAt } from '../../../intake/foreign.ts';
import type { ApiObject, KubernetesApi, ResourceRef } from '../api.ts';
import kubernetes from '../index.ts';
import probe from './service-account-token.ts';

const signal = new AbortController().signal;
const kubeconfig = process.env.FIREBREAK_KUBECONFIG ?? '';
const namespace = `firebreak-probe-${randomBytes(3).toString('hex')}`;
const core = (plural: string, name?: string): ResourceRef => ({ group: '', version: 'v1', plural, namespace, name });
let api: KubernetesApi;

async function make(ref: ResourceRef, body: ApiObject): Promise<ApiObject> {
  const made = await api.create(ref, body, signal);
  if (!made.ok) throw new Error(made.reason);
  return made.value;
}
beforeAll(async () => {
  api = await kubernetes.connect(kubernetes.parse(kubeconfig), signal);
  await make({ ...core('namespaces'), namespace: undefined }, { metadata: { name: namespace } });
  await make(core('serviceaccounts'), { metadata: { name: 'trainer' } });
});
afterAll(async () => {
  await api.delete({ ...core('namespaces', namespace), namespace: undefined }, {}, signal);
  await api.close();
});

async function tried(node: string | null, secret: string, session: KubernetesApi = api) {
  const verdict = await probe.probe({ session, about: { node, kind: null }, secret, signal });
  expect(verdict.evidence).not.toContain(secret);
  return verdict.result;
}
/** A deleted token is remembered as good for some seconds (--token cache of the API server). */
const soon = { timeout: 60_000, interval: 500 };

async function keptToken(name: string): Promise<string> {
  await make(core('secrets'), {
    metadata: { name, annotations: { 'kubernetes.io/service-account.name': 'trainer' } },
    type: 'kubernetes.io/service-account-token',
  });
  let token = '';
  await expect
    .poll(async () => {
      const found = await api.get(core('secrets', name), signal);
      token = Buffer.from((found.ok ? textAt(found.value, 'data', 'token') : undefined) ?? '', 'base64').toString();
      return token;
    }, soon)
    .not.toBe('');
  return token;
}
async function boundToken(audiences: readonly string[] | undefined, boundTo?: object): Promise<string> {
  const made = await make(
    { ...core('serviceaccounts', 'trainer'), subresource: 'token' },
    {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {
        expirationSeconds: 600,
        ...(audiences === undefined ? {} : { audiences }),
        ...(boundTo === undefined ? {} : { boundObjectRef: boundTo }),
      },
    },
  );
  return textAt(made, 'status', 'token') ?? '';
}

test.concurrent('one that is kept in a secret lives until the secret is deleted', async () => {
  const token = await keptToken('trainer-token');
  const node = `kubernetes:Secret/${namespace}/trainer-token`;
  expect(await tried(node, token)).toBe('alive');
  await api.delete(core('secrets', 'trainer-token'), {}, signal);
  await expect.poll(() => tried(node, token), soon).toBe('dead');
});

test.concurrent('one that is bound to an object dies with it, and one for somebody else is not dead because the API server refuses it', async () => {
  const held = await make(core('secrets'), { metadata: { name: 'holder' }, type: 'Opaque' });
  const boundTo = { kind: 'Secret', apiVersion: 'v1', name: 'holder', uid: textAt(held, 'metadata', 'uid') };
  const account = `kubernetes:ServiceAccount/${namespace}/trainer`;
  const ours = await boundToken(undefined, boundTo);
  const theirs = await boundToken(['sts.example.com'], boundTo);
  expect(await tried(account, ours)).toBe('alive');
  expect(await tried(account, theirs)).toBe('alive');
  await api.delete(core('secrets', 'holder'), {}, signal);
  await expect.poll(() => tried(account, ours), soon).toBe('dead');
  await expect.poll(() => tried(account, theirs), soon).toBe('dead');
});

test('another token, or what is none, says nothing about this one', async () => {
  const token = await boundToken(undefined);
  expect(await tried(`kubernetes:ServiceAccount/${namespace}/somebody-else`, token)).toBe('cannot-tell');
  expect(await tried(`kubernetes:Secret/${namespace}/database`, token)).toBe('cannot-tell');
  expect(await tried(`kubernetes:Secret/${namespace}/database`, 'hunter2')).toBe('cannot-tell');
  expect(await tried(null, token)).toBe('alive');
});

test('an API server that cannot be reached tells nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-probe-'));
  try {
    const away = join(folder, 'config');
    const text = await readFile(kubeconfig, 'utf8');
    await writeFile(away, text.replace(/(server: )[^\s,}]+/, '$1https://127.0.0.1:1'));
    const session = await kubernetes.connect(kubernetes.parse(away), signal);
    const token = await boundToken(undefined);
    expect(await tried(`kubernetes:ServiceAccount/${namespace}/trainer`, token, session)).toBe('cannot-tell');
    await session.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});
