/** Against Debian's docker-registry: with htpasswd, and with nobody at the door. It has no referrers API: the tags stand in. */
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import { beforeAll, expect, test } from 'vitest';
import { collectSession } from '../../facts/collect.ts';
import { basic } from '../../intake/http.ts';
import oci from './index.ts';
import { artifact, cosignSignature, image, indexOf, push } from './testing/images.case.ts';

const signal = new AbortController().signal;
const closed = process.env.FIREBREAK_REGISTRY_URL ?? '';
const open = process.env.FIREBREAK_REGISTRY_OPEN_URL ?? '';
const user = process.env.FIREBREAK_REGISTRY_USER ?? '';
const password = process.env.FIREBREAK_REGISTRY_PASSWORD ?? '';
const withCredential = closed.replace('//', `//${user}:${password}@`);
const registry = new URL(closed).host;

const server = image({
  'org.opencontainers.image.source': 'https://ghp_hunter2@github.com/acme/server.git',
  'org.opencontainers.image.revision': 'abc',
  secret: 'hunter2',
});
const arm = image({ 'org.opencontainers.image.source': 'https://github.com/acme/server' }, 'arm layer');
const both = indexOf([
  { of: server, more: { platform: { os: 'linux', architecture: 'amd64' } } },
  { of: arm, more: { platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } } },
]);
const model = artifact(
  'application/vnd.cncf.model.config.v1+json',
  'application/vnd.cncf.model.weight.v1.raw',
  'weights',
);
const sbom = artifact('application/vnd.oci.empty.v1+json', 'application/spdx+json', '{}', {
  artifactType: 'application/spdx+json',
  subject: { mediaType: server.manifest.mediaType, digest: server.manifest.digest, size: server.manifest.size },
});

beforeAll(async () => {
  for (const [base, authorization] of [
    [closed, basic(user, password)],
    [open, undefined],
  ] as const) {
    const all = [...server.blobs, ...arm.blobs];
    await push(base, authorization, 'acme/server', server.manifest.digest, server.manifest, all);
    await push(base, authorization, 'acme/server', arm.manifest.digest, arm.manifest, []);
    await push(base, authorization, 'acme/server', 'stable', both, []);
    await push(base, authorization, 'acme/server', 'amd64', server.manifest, []);
    await push(base, authorization, 'acme/llm', '7', model.manifest, model.blobs);
    const signature = cosignSignature();
    const tag = both.digest.replace(':', '-');
    await push(base, authorization, 'acme/server', `${tag}.sig`, signature.manifest, signature.blobs);
    // What a client leaves behind where the referrers API is missing (distribution 1.1, "Pushing Manifests with Subject").
    await push(base, authorization, 'acme/server', sbom.manifest.digest, sbom.manifest, sbom.blobs);
    const referrers = indexOf([{ of: sbom, more: { artifactType: 'application/spdx+json' } }]);
    await push(base, authorization, 'acme/server', server.manifest.digest.replace(':', '-'), referrers, []);
  }
});

async function read(spec: string) {
  const session = await oci.connect(oci.parse(spec), signal);
  try {
    return await collectSession(oci, session, signal);
  } finally {
    await oci.close(session);
  }
}

connectorConformance({
  name: 'oci over a registry with htpasswd',
  connector: oci,
  open: () => oci.connect(oci.parse(withCredential), signal),
  config: { good: { from: 'registry.example' }, bad: { from: '' } },
  secrets: [password, 'hunter2'],
  expectedGaps: ['FB-ACCESS-UNTOLD'],
});

test('tags, indexes, images, a model, a signature and a referrer behind a password', async () => {
  const { estate, gaps } = await read(withCredential);
  const data = <K extends Parameters<typeof estate.all>[0]>(kind: K) => estate.all(kind).map((fact) => fact.data);
  expect(data('oci.registry')).toEqual([
    { registry, authentication: 'basic', referrersApi: false, catalog: true, readOnly: false },
  ]);
  expect(data('oci.repository').map(({ repository }) => repository)).toEqual(['acme/llm', 'acme/server']);
  expect(data('oci.tag').map(({ repository, tag, digest }) => [repository, tag, digest])).toEqual([
    ['acme/llm', '7', model.manifest.digest],
    ['acme/server', 'amd64', server.manifest.digest],
    ['acme/server', 'stable', both.digest],
  ]);
  const images = new Map(data('oci.image').map((each) => [each.digest, each]));
  expect(images.get(model.manifest.digest)?.form).toBe('model');
  expect(images.get(both.digest)?.manifests).toEqual([
    { digest: server.manifest.digest, platform: 'linux/amd64' },
    { digest: arm.manifest.digest, platform: 'linux/arm64/v8' },
  ]);
  expect(images.get(server.manifest.digest)).toMatchObject({
    form: 'image',
    created: '2026-11-01T10:00:00Z',
    source: 'https://github.com/acme/server.git',
    revision: 'abc',
  });
  expect(
    data('oci.referrer')
      .map(({ subject, says, found, count }) => [subject, says, found, count])
      .sort(),
  ).toEqual(
    [
      [both.digest, 'signature', 'cosign-tag', 1],
      [server.manifest.digest, 'sbom', 'referrers-tag', 1],
    ].sort(),
  );
  expect(data('oci.access').map((each) => [each.repository, each.user, each.pull, each.push])).toEqual([
    [undefined, user, 'yes', 'unknown'],
    ['acme/llm', undefined, 'no', 'no'],
    ['acme/server', undefined, 'no', 'no'],
  ]);
  expect(gaps.map(({ code }) => code)).toEqual(['FB-ACCESS-UNTOLD']);
});

test('a registry without a door: anybody pulls, and whether they push is said to be unknown', async () => {
  const { estate } = await read(`${open}#registry.example`);
  expect(estate.all('oci.registry').map(({ data }) => [data.registry, data.authentication])).toEqual([
    ['registry.example', 'none'],
  ]);
  expect(estate.all('oci.access').map(({ data }) => [data.repository, data.user, data.pull, data.push])).toEqual([
    [undefined, undefined, 'yes', 'unknown'],
  ]);
});

test('one repository by its name; a wrong password and no password are gaps and not an empty estate', async () => {
  const one = await read(`${withCredential}/acme/llm`);
  expect(one.estate.all('oci.repository').map(({ data }) => data.repository)).toEqual(['acme/llm']);
  for (const spec of [closed, closed.replace('//', '//firebreak:wrong@')]) {
    const { estate, gaps } = await read(spec);
    expect(estate.all('oci.repository')).toEqual([]);
    expect(gaps.map(({ code }) => code)).toContain('FB-HTTP-UNAUTHORIZED');
  }
});

test('nothing was written by reading', async () => {
  const before = await read(withCredential);
  const again = await read(withCredential);
  expect(again.estate.size).toBe(before.estate.size);
});
