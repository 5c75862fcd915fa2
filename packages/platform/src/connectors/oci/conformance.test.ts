/** From a folder; against a registry with a token service; and against registries that lie, page for ever, drip and throttle. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collectSession } from '../../facts/collect.ts';
import { basic } from '../../intake/http.ts';
import {
  type Handler,
  sendJson,
  sendWithoutEnd,
  startServer,
  type TestServer,
} from '../../intake/testing/server.case.ts';
import { credentialFor } from './credentials.ts';
import oci from './index.ts';
import { targetOf } from './target.ts';
import { artifact, type Blob, cosignSignature, image, indexOf, writeLayout } from './testing/images.case.ts';

const signal = new AbortController().signal;
const config = { good: { from: 'registry.example' }, bad: { from: '' } };
const folder = mkdtempSync(join(tmpdir(), 'firebreak-oci-'));
afterAll(() => rmSync(folder, { recursive: true }));

const server = image({ 'org.opencontainers.image.source': 'https://github.com/acme/server', secret: 'hunter2' });
const attestation = artifact('application/vnd.oci.image.config.v1+json', 'application/vnd.in-toto+json', '{}');
const index = indexOf([
  { of: server, more: { platform: { os: 'linux', architecture: 'amd64' } } },
  {
    of: attestation,
    more: {
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: {
        'vnd.docker.reference.type': 'attestation-manifest',
        'vnd.docker.reference.digest': server.manifest.digest,
      },
    },
  },
]);

async function read(spec: string) {
  const session = await oci.connect(oci.parse(spec), signal);
  try {
    return await collectSession(oci, session, signal);
  } finally {
    await oci.close(session);
  }
}
const codes = ({ gaps }: { readonly gaps: readonly { readonly code: string }[] }) => gaps.map(({ code }) => code);

describe('layouts', () => {
  const layout = join(folder, 'layouts', 'server');
  mkdirSync(layout, { recursive: true });
  writeLayout(
    layout,
    [
      { manifest: index, annotations: { 'org.opencontainers.image.ref.name': 'stable' } },
      { manifest: server.manifest, annotations: { 'io.containerd.image.name': 'registry.example/acme/server:1' } },
    ],
    [...server.blobs, attestation.manifest, ...attestation.blobs],
  );
  const bad = join(folder, 'layouts', 'bad');
  mkdirSync(bad);
  writeLayout(bad, [{ manifest: server.manifest }], []);
  writeFileSync(join(bad, 'blobs', ...server.manifest.digest.split(':')), '{"schemaVersion":2,"layers":[]}');

  connectorConformance({
    name: 'oci over layouts',
    connector: oci,
    open: () => oci.connect(oci.parse(join(folder, 'layouts')), signal),
    config,
    secrets: ['hunter2'],
    expectedGaps: ['FB-OBJECT-INVALID'],
  });

  test('a whole reference says where an image belongs; a tag alone does not', async () => {
    const { estate } = await read(layout);
    expect(estate.all('oci.tag').map(({ id }) => id)).toEqual([
      'oci:Tag/layout/server:stable',
      'oci:Tag/registry.example/acme/server:1',
    ]);
    expect(estate.all('oci.referrer').map(({ data }) => [data.subject, data.says, data.found])).toEqual([
      [server.manifest.digest, 'attestation', 'index'],
    ]);
    const named = await read(`${layout}#ghcr.io/acme/server`);
    expect(named.estate.all('oci.repository').map(({ id }) => id)).toEqual(['oci:Repository/ghcr.io/acme/server']);
  });

  test('what is no layout, and what is no source, is said', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    expect(codes(await read(empty))).toEqual(['FB-SOURCE-UNREADABLE']);
    await expect(read('nothing')).rejects.toThrow('FB-SOURCE-UNREADABLE');
    expect(() => oci.parse('')).toThrow('FB-USAGE');
  });
});

/** A registry of one repository, as far as reading goes. */
function registryOf(contents: Readonly<Record<string, Blob>>, tags: readonly string[]): Handler {
  return (request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://x');
    if (pathname === '/v2/') return sendJson(response, {});
    if (pathname === '/v2/_catalog') return sendJson(response, { repositories: ['acme/server'] });
    if (pathname === '/v2/acme/server/tags/list') return sendJson(response, { name: 'acme/server', tags });
    const found = contents[pathname.split('/').at(-1) ?? ''];
    if (found === undefined) return sendJson(response, { errors: [] }, 404);
    response
      .writeHead(200, { 'content-type': found.mediaType, 'docker-content-digest': found.digest })
      .end(found.bytes);
  };
}
const contents: Readonly<Record<string, Blob>> = {
  stable: server.manifest,
  [server.manifest.digest]: server.manifest,
  ...Object.fromEntries(server.blobs.map((each) => [each.digest, each])),
};

async function against(handler: Handler, path = '') {
  const started = await startServer(handler);
  try {
    return { ...(await read(`${started.url}${path}`)), requests: started.seen };
  } finally {
    await started.stop();
  }
}

describe('a token service', () => {
  const token = (access: object) => `x.${Buffer.from(JSON.stringify({ access })).toString('base64url')}.y`;
  let started: TestServer;
  const asked: string[] = [];
  beforeAll(async () => {
    const registry = registryOf(contents, ['stable']);
    started = await startServer((request, response, count) => {
      const url = new URL(request.url ?? '', 'http://x');
      if (url.pathname === '/token') {
        const scope = url.searchParams.get('scope') ?? '';
        const ours = request.headers.authorization === basic('ci', 'hunter2');
        asked.push(`${ours ? 'ci' : 'anybody'} ${scope}`);
        const [type, name, actions = ''] = scope.split(':');
        const granted = actions.split(',').filter((action) => ours || action === 'pull');
        return sendJson(response, { token: token([{ type, name, actions: granted }]) });
      }
      if (!request.headers.authorization?.startsWith('Bearer x.')) {
        const challenge = `Bearer realm="${started.url}/token",service="registry"`;
        return sendJson(response, {}, 401, { 'www-authenticate': challenge });
      }
      registry(request, response, count);
    });
  });
  afterAll(() => started.stop());

  test('tells who may push without anything being pushed', async () => {
    const { estate, gaps } = await read(started.url.replace('//', '//ci:hunter2@'));
    expect(
      estate
        .all('oci.access')
        .map(({ data }) => [data.user, data.pull, data.push])
        .sort(),
    ).toEqual([
      [undefined, 'yes', 'no'],
      ['ci', 'yes', 'yes'],
    ]);
    expect(gaps).toEqual([]);
    expect(estate.all('oci.registry')[0]?.data.authentication).toBe('token');
    expect(asked).toContain('ci repository:acme/server:pull');
    expect(started.seen.map(({ method }) => method)).not.toContain('POST');
  });
});

describe('a bad registry', () => {
  test('content that is not what its digest says is not believed', async () => {
    const other = image({}, 'other');
    const lies = { ...contents, stable: { ...other.manifest, digest: server.manifest.digest } };
    const found = await against(registryOf(lies, ['stable']));
    expect(codes(found)).toContain('FB-HTTP-RESPONSE-INVALID');
    expect(found.estate.all('oci.tag')).toEqual([]);
  });
  test('pages without end, in a circle and straight on', async () => {
    const registry = registryOf(contents, ['stable']);
    for (const next of [() => 'a', (count: number) => `a${count}`]) {
      const found = await against((request, response, count) => {
        if (!request.url?.startsWith('/v2/_catalog')) return registry(request, response, count);
        const link = `</v2/_catalog?last=${next(count)}>; rel="next"`;
        sendJson(response, { repositories: ['acme/server'] }, 200, { link });
      });
      expect(codes(found)).toContain('FB-HTTP-ENDLESS');
      expect(found.estate.all('oci.repository')).toHaveLength(1);
    }
  });
  test('pages that lead to another server are not followed', async () => {
    const other = await startServer((_, response) => sendJson(response, {}));
    const registry = registryOf(contents, ['stable']);
    const found = await against((request, response, count) => {
      if (!request.url?.startsWith('/v2/_catalog')) return registry(request, response, count);
      sendJson(response, { repositories: [] }, 200, { link: `<${other.url}/steal>; rel="next"` });
    });
    await other.stop();
    expect(codes(found)).toContain('FB-HTTP-RESPONSE-INVALID');
    expect(other.seen).toHaveLength(0);
  });
  test('bodies without end, names that are none, lists that are none', async () => {
    const registry = registryOf(contents, ['stable']);
    const huge = await against((request, response, count) =>
      request.url?.endsWith('/manifests/stable') ? sendWithoutEnd(response) : registry(request, response, count),
    );
    expect(codes(huge)).toContain('FB-HTTP-TOO-LARGE');
    const names = await against((request, response, count) =>
      request.url?.startsWith('/v2/_catalog')
        ? sendJson(response, { repositories: ['../../etc', 'a b', 7, 'acme/server', 'x\u0007'] })
        : registry(request, response, count),
    );
    expect(names.estate.all('oci.repository').map(({ data }) => data.repository)).toEqual(['acme/server']);
    const odd = await against((request, response, count) =>
      request.url?.startsWith('/v2/_catalog') ? sendJson(response, ['x']) : registry(request, response, count),
    );
    expect(codes(odd)).toContain('FB-HTTP-RESPONSE-INVALID');
  });
  test('a credential that is no longer good midway: what came before is kept, the rest is told once', async () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`t${at}`, server.manifest]));
    const registry = registryOf({ ...contents, ...many }, Object.keys(many));
    const found = await against((request, response, count) =>
      count > 32 ? sendJson(response, {}, 401) : registry(request, response, count),
    );
    expect(found.estate.all('oci.tag').length).toBeGreaterThan(10);
    const refused = found.gaps.filter(({ code }) => code === 'FB-HTTP-UNAUTHORIZED');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(20);
  });
  test('more tags than are read is said', async () => {
    const tags = Array.from({ length: 400 }, (_, at) => `t${String(at).padStart(3, '0')}`);
    const many = Object.fromEntries(tags.map((tag) => [tag, server.manifest]));
    const found = await against(registryOf({ ...contents, ...many }, tags));
    expect(found.estate.all('oci.tag')).toHaveLength(300);
    expect(codes(found)).toContain('FB-LIMIT-REACHED');
  });
});

test('the referrers API is used where there is one, and signatures are found', async () => {
  const signature = cosignSignature();
  const referrers = indexOf([
    {
      of: signature,
      more: {
        artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
        annotations: { 'dev.sigstore.bundle.predicateType': 'https://sigstore.dev/cosign/sign/v1' },
      },
    },
  ]);
  const registry = registryOf(contents, ['stable']);
  const found = await against((request, response, count) =>
    request.url === `/v2/acme/server/referrers/${server.manifest.digest}`
      ? response.writeHead(200, { 'content-type': referrers.mediaType }).end(referrers.bytes)
      : registry(request, response, count),
  );
  expect(found.estate.all('oci.referrer').map(({ data }) => [data.says, data.found])).toEqual([
    ['signature', 'referrers-api'],
  ]);
  expect(found.estate.all('oci.registry')[0]?.data.referrersApi).toBe(true);
});

test.each([
  ['registry.example', { base: 'https://registry.example', registry: 'registry.example', prefix: '' }],
  ['registry.example:5000/team/', { base: 'https://registry.example:5000', prefix: 'team' }],
  ['localhost:5000/x', { base: 'http://localhost:5000', registry: 'localhost:5000', prefix: 'x' }],
  ['http://127.0.0.1:5000#Registry.Example', { base: 'http://127.0.0.1:5000', registry: 'registry.example' }],
  ['registry-1.docker.io/library/nginx', { registry: 'docker.io', prefix: 'library/nginx' }],
])('%s', (spec, target) => expect(targetOf(spec)).toMatchObject(target));
test.each(['models', '', 'https://x.example/UPPER', 'https://x.example/../y z'])('%j is no registry', (spec) =>
  expect(targetOf(spec)).toBeUndefined(),
);

describe('a docker configuration', () => {
  const file = join(folder, 'config.json');
  const target = { base: 'https://registry.example:5000', registry: 'registry.example:5000' };
  const given = (content: unknown) => {
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return credentialFor(target, { FIREBREAK_OCI_CONFIG: file });
  };
  const auth = Buffer.from('ci:hunter2').toString('base64');
  test('by host, by address, as an identity token', async () => {
    const password = { kind: 'password', user: 'ci', password: 'hunter2' };
    expect((await given({ auths: { 'registry.example:5000': { auth } } })).credential).toEqual(password);
    expect((await given({ auths: { 'https://registry.example:5000/v1/': { auth } } })).credential).toEqual(password);
    expect((await given({ auths: { 'registry.example:5000': { identitytoken: 't' } } })).credential).toEqual({
      kind: 'identity-token',
      token: 't',
    });
  });
  test('near misses: another host, a helper that is not run, nothing at all', async () => {
    expect((await given({ auths: { 'registry.example': { auth } } })).credential).toBeUndefined();
    expect((await given({ credHelpers: { 'registry.example:5000': 'x' } })).gaps).toHaveLength(1);
    expect(await given({})).toEqual({ credential: undefined, gaps: [] });
  });
  test('a broken one is refused without being quoted', async () => {
    const error = await given('{"auths": hunter2').catch((each: unknown) => each);
    expect(String(error)).toContain('FB-SOURCE-UNREADABLE');
    expect(String(error)).not.toContain('hunter2');
  });
});
