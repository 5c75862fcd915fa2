/**
 * The promotion gate where a real cluster asks: images in a real registry, signed as cosign does, pods and InferenceServices sent to a
 * real API server, which asks our webhook over TLS, which asks a server. What nobody signed does not run, and nothing new runs while
 * the webhook is away.
 */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStation, type Station } from '../../packages/platform/src/app/station.ts';
import { openTarget } from '../../packages/platform/src/app/targets.ts';
import { serveStation } from '../../packages/platform/src/app/testing/served-station.case.ts';
import { makeSigstore } from '../../packages/platform/src/artifacts/signing/testing/sigstore.case.ts';
import { keyHint } from '../../packages/platform/src/artifacts/signing/trust/elliptic.ts';
import { type AdmissionServer, admissionServer } from '../../packages/platform/src/cli/admission-server.ts';
import type { ApiObject, KubernetesApi, ResourceRef } from '../../packages/platform/src/connectors/kubernetes/api.ts';
import kubernetes from '../../packages/platform/src/connectors/kubernetes/index.ts';
import { artifact, image, indexOf, push } from '../../packages/platform/src/connectors/oci/testing/images.case.ts';
import { webhookConfiguration } from '../../packages/platform/src/promotion/admission/configuration.ts';
import { promotionAnnotation } from '../../packages/platform/src/promotion/admission/promoted-objects.ts';
import { signStatement, statementKeyFromPem } from '../../packages/platform/src/promotion/attestations/envelope.ts';
import { testServer } from '../../packages/platform/src/storage/test-database.ts';

const kubeconfig = process.env.FIREBREAK_KUBECONFIG ?? '';
const registry = process.env.FIREBREAK_REGISTRY_OPEN_URL ?? '';
const signal = new AbortController().signal;
const namespace = `firebreak-gate-${randomBytes(3).toString('hex')}`;
const host = registry.replace(/^https?:\/\//, '');
const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

let folder: string;
let api: KubernetesApi;
let station: Station;
let webhook: AdmissionServer;
let database: Awaited<ReturnType<typeof testServer>>;
let closeServer: () => Promise<void>;
let ask: Parameters<typeof admissionServer>[1];
let cert: { cert: string; key: string };
const digests = { good: '', unsigned: '', bundled: '', keyless: '', stranger: '' };
const sigstore = makeSigstore();
const release = { identity: 'https://git.example/acme/.github/workflows/release.yml', issuer: 'https://token.example' };

const core = (plural: string, name?: string): ResourceRef => ({ group: '', version: 'v1', plural, namespace, name });
const services: ResourceRef = {
  group: 'serving.kserve.io',
  version: 'v1beta1',
  plural: 'inferenceservices',
  namespace,
};
const configurations: ResourceRef = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  plural: 'validatingwebhookconfigurations',
};

test('there are a real API server and a real registry', () => {
  expect(kubeconfig).not.toBe('');
  expect(registry).not.toBe('');
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'firebreak-gate-'));
  digests.good = await pushed('good', 'a layer');
  digests.unsigned = await pushed('unsigned', 'another layer');
  // As `cosign sign --key` leaves it at a tag of the registry.
  const payload = simpleSigning('good', digests.good);
  const signature = sign('sha256', Buffer.from(payload), keys.privateKey).toString('base64');
  await pushAtTag('good', digests.good, payload, { 'dev.cosignproject.cosign/signature': signature });

  // As `cosign sign` without a key: the right person, and another one of the same Sigstore.
  for (const [name, by] of [
    ['keyless', release],
    ['stranger', { ...release, identity: 'mallory@example.com' }],
  ] as const) {
    digests[name] = await pushed(name, `a layer of ${name}`);
    const { signature: made, keyless } = sigstore.signPayload(Buffer.from(simpleSigning(name, digests[name])), by);
    await pushAtTag(name, digests[name], simpleSigning(name, digests[name]), {
      'dev.cosignproject.cosign/signature': made,
      'dev.sigstore.cosign/certificate': keyless.certificate,
      'dev.sigstore.cosign/bundle': keyless.promise,
    });
  }

  digests.bundled = await pushed('bundled', 'a third layer');
  await pushBundle(digests.bundled);

  mkdirSync(join(folder, 'data', 'promotion'), { recursive: true });
  const trust = {
    signers: [
      { name: 'ml-release', key: keys.publicKey.export({ type: 'spki', format: 'pem' }), may: ['sign', 'vouch'] },
      { name: 'release-workflow', ...release, may: ['sign'] },
    ],
    sigstoreRoot: 'trusted_root.json',
    registries: [registry],
  };
  writeFileSync(join(folder, 'data', 'promotion', 'trusted_root.json'), sigstore.trustedRoot);
  writeFileSync(join(folder, 'data', 'promotion', 'trust.json'), JSON.stringify(trust));
  mkdirSync(join(folder, 'cluster'));
  writeFileSync(join(folder, 'cluster', 'pod.json'), '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"x"}}');

  database = await testServer();
  station = await openStation({
    data: join(folder, 'data'),
    database: await database.database(),
    target: await openTarget([`kubernetes:${join(folder, 'cluster')}`], signal),
  });
  const served = await serveStation(station);
  closeServer = () => served.close();
  // What sends events may ask, and can do nothing else.
  const client = await served.as('sensor');
  ask = async (question) => {
    const body = {
      ...question,
      attestations: [...question.attestations],
      stage: 'staging',
      face: 'admission' as const,
    };
    return (await client.call('decidePromotion', { body }, AbortSignal.timeout(8000))).decision;
  };
  cert = certificate();
  webhook = await admissionServer({ host: '127.0.0.1', port: 0, ...cert }, ask);
  api = await kubernetes.connect(kubernetes.parse(kubeconfig), signal);
  await made(
    { ...core('namespaces'), namespace: undefined },
    { metadata: { name: namespace, labels: { gate: namespace } } },
  );
  const configuration = webhookConfiguration({
    namespace: 'firebreak',
    service: 'gate',
    url: webhook.address,
    ca: cert.cert,
    except: ['kube-system'],
  }) as { metadata: { name: string }; webhooks: { namespaceSelector: object }[] };
  // Other suites use the same API server: this webhook is asked about our namespace only.
  const [first] = configuration.webhooks;
  configuration.metadata.name = namespace;
  if (first !== undefined) Object.assign(first.namespaceSelector, { matchLabels: { gate: namespace } });
  await made(configurations, configuration as unknown as ApiObject);
  // The API server takes a moment to know of it.
  for (let looks = 0; looks < 100; looks += 1) {
    const tried = await create(core('pods'), pod('probe', `${host}/acme/unsigned@${digests.unsigned}`), true);
    if (!tried.ok) break;
    await sleep(100);
  }
});

afterAll(async () => {
  await api?.delete({ ...configurations, name: namespace }, {}, signal);
  await api?.delete({ ...core('namespaces', namespace), namespace: undefined }, {}, signal);
  await api?.close();
  await webhook?.close().catch(() => undefined);
  await closeServer?.();
  await station?.close();
  await database?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('a signed image is admitted by its digest, not by its tag', async () => {
  expect(await create(core('pods'), pod('good', `${host}/acme/good@${digests.good}`))).toMatchObject({ ok: true });
  expect(await create(core('pods'), pod('bundled', `${host}/acme/bundled@${digests.bundled}`))).toMatchObject({
    ok: true,
  });
  const byTag = await create(core('pods'), pod('by-tag', `${host}/acme/good:1`));
  expect(byTag).toMatchObject({ ok: false, reason: expect.stringContaining('failed by-digest') });
});

test('an unsigned image is refused with what is missing, in a pod and in a template', async () => {
  const name = `${host}/acme/unsigned@${digests.unsigned}`;
  for (const refused of [
    await create(core('pods'), pod('unsigned', name)),
    await create({ ...core('deployments'), group: 'apps' }, deployment('unsigned', name)),
  ])
    expect(refused).toMatchObject({
      ok: false,
      reason: expect.stringContaining('missing signed: There is no signature.'),
    });
  const elsewhere = await create(core('pods'), pod('elsewhere', `other.example/x@${digests.good}`));
  expect(elsewhere).toMatchObject({ ok: false, reason: expect.stringContaining('may not be asked') });
  const [latest] = await station.storage.promotionStore.decisions(50, `other.example/x@${digests.good}`);
  expect(latest?.decision).toMatchObject({ decision: 'deny', request: { face: 'admission', environment: namespace } });
});

test('an image that was signed without a key is admitted for the identity that the trust file names, and no other', async () => {
  const from = (name: 'keyless' | 'stranger') => `${host}/acme/${name}@${digests[name]}`;
  expect(await create(core('pods'), pod('keyless', from('keyless')))).toMatchObject({ ok: true });
  const stranger = await create(core('pods'), pod('stranger', from('stranger')));
  expect(stranger).toMatchObject({
    ok: false,
    reason: expect.stringContaining('failed signed: It is signed by nobody'),
  });
});

const good = () => container(`${host}/acme/good@${digests.good}`);
const bad = () => container(`${host}/acme/unsigned@${digests.unsigned}`);
const refusedUnsigned = { ok: false, reason: expect.stringContaining('missing signed: There is no signature.') };

test.each([
  ['containers', () => ({ containers: [good(), { ...bad(), name: 'side' }] })],
  ['init containers', () => ({ initContainers: [{ ...bad(), name: 'init' }], containers: [good()] })],
] as const)('an unsigned image among the %s of a pod is refused', async (_, spec) => {
  const name = `pod-${randomBytes(2).toString('hex')}`;
  expect(await create(core('pods'), { metadata: { name }, spec: spec() } as ApiObject)).toMatchObject(refusedUnsigned);
});

test('an unsigned image as an ephemeral container of a pod that runs is refused, a signed one is not', async () => {
  const name = 'debugged';
  expect(await create(core('pods'), pod(name, good().image))).toMatchObject({ ok: true });
  const ref = { ...core('pods', name), subresource: 'ephemeralcontainers' };
  const debug = (from: object) => ({ spec: { ephemeralContainers: [{ ...from, name: 'debug' }] } });
  expect(await api.patch(ref, 'merge', debug(bad()), signal)).toMatchObject(refusedUnsigned);
  expect(await api.patch(ref, 'merge', debug(good()), signal)).toMatchObject({ ok: true });
});

const template = (name: string, more: object = {}) => ({
  metadata: { labels: { app: name } },
  spec: { containers: [good()], ...more },
});
const selected =
  (name: string, more: object = {}) =>
  (spec: object) => ({
    selector: { matchLabels: { app: name } },
    template: spec,
    ...more,
  });
const workloads: readonly (readonly [string, string, (name: string) => (template: object) => object])[] = [
  ['apps', 'deployments', (name) => selected(name)],
  ['apps', 'statefulsets', (name) => selected(name, { serviceName: name })],
  ['apps', 'daemonsets', (name) => selected(name)],
  ['apps', 'replicasets', (name) => selected(name)],
  ['', 'replicationcontrollers', (name) => (spec) => ({ selector: { app: name }, template: spec })],
  ['batch', 'jobs', () => (spec) => ({ template: spec })],
  ['batch', 'cronjobs', () => (spec) => ({ schedule: '0 0 1 1 *', jobTemplate: { spec: { template: spec } } })],
];
test.each(workloads)(
  '%s %s: an unsigned image is refused when it is made and when it is changed',
  async (group, plural, specOf) => {
    const name = `work-${randomBytes(2).toString('hex')}`;
    const spec = specOf(name);
    const ref = { ...core(plural), group };
    const job = group === 'batch' ? { restartPolicy: 'Never' } : {};
    const unsigned = { metadata: { name }, spec: spec(template(name, { ...job, containers: [bad()] })) } as ApiObject;
    expect(await create(ref, unsigned)).toMatchObject(refusedUnsigned);
    const inside = spec(template(name, { ...job, initContainers: [{ ...bad(), name: 'init' }] }));
    expect(await create(ref, { metadata: { name }, spec: inside } as ApiObject)).toMatchObject(refusedUnsigned);
    const made = await create(ref, { metadata: { name }, spec: spec(template(name, job)) } as ApiObject);
    expect(made).toMatchObject({ ok: true });
    // A job's template cannot be changed at all.
    if (plural === 'jobs') return;
    const patch = { spec: spec(template(name, { ...job, containers: [{ ...bad(), name: 'main' }] })) };
    expect(await api.patch({ ...ref, name }, 'merge', patch, signal)).toMatchObject(refusedUnsigned);
    const labelled = { metadata: { labels: { seen: 'yes' } } };
    expect(await api.patch({ ...ref, name }, 'merge', labelled, signal)).toMatchObject({ ok: true });
  },
);

test('an InferenceService: a model that is changed, and images of every component', async () => {
  const digest = randomBytes(32).toString('hex');
  const uri = `s3://models/churn/${digest}`;
  expect(await create(services, service('changing', uri, envelope(uri, digest)))).toMatchObject({ ok: true });
  const ref = { ...services, name: 'changing' };
  const moved = { spec: { predictor: { model: { storageUri: 's3://evil/churn' } } } };
  expect(await api.patch(ref, 'merge', moved, signal)).toMatchObject({
    ok: false,
    reason: expect.stringContaining('model s3://evil/churn is not promoted'),
  });
  for (const component of ['transformer', 'explainer']) {
    const added = { spec: { [component]: { containers: [bad()] } } };
    expect(await api.patch(ref, 'merge', added, signal)).toMatchObject(refusedUnsigned);
  }
  const aside = { spec: { predictor: { containers: [{ ...bad(), name: 'side' }] } } };
  expect(await api.patch(ref, 'merge', aside, signal)).toMatchObject(refusedUnsigned);
});

test('a model is admitted with what a gate that saw its files signed, and refused without, or for another place', async () => {
  const digest = randomBytes(32).toString('hex');
  const uri = `s3://models/churn/${digest}`;
  const bare = await create(services, service('bare', uri));
  expect(bare).toMatchObject({ ok: false, reason: expect.stringContaining(`model ${uri} is not promoted to staging`) });
  const vouched = envelope(uri, digest);
  expect(await create(services, service('vouched', uri, vouched))).toMatchObject({ ok: true });
  const moved = await create(services, service('moved', 's3://models/other', vouched));
  expect(moved).toMatchObject({ ok: false, reason: expect.stringContaining('missing by-digest') });
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const forged = envelope(uri, digest, stranger.export({ type: 'pkcs8', format: 'pem' }) as string);
  expect(await create(services, service('forged', uri, forged))).toMatchObject({ ok: false });
});

test('what runs already can be labelled; while the webhook is away nothing new runs', async () => {
  const image = `${host}/acme/good@${digests.good}`;
  await webhook.close();
  const away = await create(core('pods'), pod('away', image));
  expect(away).toMatchObject({ ok: false, reason: expect.stringMatching(/failed calling webhook/) });
  const port = Number(new URL(webhook.address).port);
  const gone = () => Promise.reject(new Error('the server is away'));
  webhook = await admissionServer({ host: '127.0.0.1', port, ...cert }, gone);
  const labelled = { metadata: { labels: { seen: 'yes' } } };
  expect(await api.patch(core('pods', 'good'), 'merge', labelled, signal)).toMatchObject({ ok: true });
  const unjudged = await create(core('pods'), pod('unjudged', image));
  expect(unjudged).toMatchObject({
    ok: false,
    reason: expect.stringContaining('could not be judged: the server is away'),
  });
  await webhook.close();
  webhook = await admissionServer({ host: '127.0.0.1', port, ...cert }, ask);
  expect(await create(core('pods'), pod('back', image))).toMatchObject({ ok: true });
});

async function made(ref: ResourceRef, body: ApiObject): Promise<void> {
  const answer = await api.create(ref, body, signal);
  if (!answer.ok) throw new Error(answer.reason);
}

async function create(ref: ResourceRef, body: ApiObject, dryRun = false) {
  return api.create(ref, body, signal, ...((dryRun ? [{ dryRun: true }] : []) as []));
}

function container(name: string) {
  return { name: 'main', image: name };
}
const pod = (name: string, from: string): ApiObject =>
  ({ metadata: { name }, spec: { containers: [container(from)] } }) as ApiObject;
const deployment = (name: string, from: string): ApiObject =>
  ({
    metadata: { name },
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [container(from)] } },
    },
  }) as ApiObject;
const service = (name: string, storageUri: string, attestation?: string): ApiObject =>
  ({
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { name, ...(attestation === undefined ? {} : { annotations: { [promotionAnnotation]: attestation } }) },
    spec: { predictor: { model: { modelFormat: { name: 'onnx' }, storageUri } } },
  }) as ApiObject;

/** What `firebreak gate promote --attest` writes. */
function envelope(name: string, sha256: string, key = pem): string {
  const read = { state: 'read', why: 'Seen by the gate in CI.', next: '' };
  const none = { state: 'absent', why: 'None.', next: '' };
  const predicate = {
    request: {
      subject: { kind: 'model', name, digest: `sha256:${sha256}`, byDigest: true },
      stage: 'staging',
      environment: '',
      face: 'ci',
      by: { name: 'ci', role: 'pipeline' },
      at: new Date().toISOString(),
    },
    findings: {
      signature: { ...read, verified: true, signer: 'ml-release', by: 'key' },
      scan: { ...read, verdict: 'safe', at: new Date().toISOString(), rules: [] },
      provenance: none,
      lineage: none,
      evaluations: none,
      approvals: none,
      incidents: none,
      recovery: none,
    },
  };
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name, digest: { sha256 } }],
    predicateType: 'https://firebreak.dev/promotion/v1',
    predicate,
  };
  return JSON.stringify(signStatement(statement, statementKeyFromPem(key)));
}

/** As cosign 3 leaves it: a Sigstore bundle that refers to the image, found by the tag of its referrers. */
async function pushBundle(digest: string): Promise<void> {
  const about = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'bundled', digest: { sha256: digest.slice('sha256:'.length) } }],
    predicateType: 'https://sigstore.dev/cosign/sign/v1',
    predicate: {},
  };
  const signed = signStatement(about, statementKeyFromPem(pem));
  const type = 'application/vnd.dev.sigstore.bundle.v0.3+json';
  const content = JSON.stringify({
    mediaType: type,
    verificationMaterial: { publicKey: { hint: keyHint(keys.publicKey) }, tlogEntries: [] },
    dsseEnvelope: { ...signed, signatures: signed.signatures.map(({ sig }) => ({ sig, keyid: '' })) },
  });
  const subject = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 1 };
  const bundle = artifact('application/vnd.oci.empty.v1+json', type, content, { artifactType: type, subject });
  await push(registry, undefined, 'acme/bundled', bundle.manifest.digest, bundle.manifest, bundle.blobs);
  const index = indexOf([{ of: bundle, more: { artifactType: type } }]);
  await push(registry, undefined, 'acme/bundled', digest.replace(':', '-'), index, []);
}

/** What cosign signs for an image. */
function simpleSigning(name: string, digest: string): string {
  return JSON.stringify({
    critical: {
      identity: { 'docker-reference': `${host}/acme/${name}` },
      image: { 'docker-manifest-digest': digest },
      type: 'cosign container image signature',
    },
    optional: null,
  });
}

/** As cosign 1 and 2 leave a signature: at a tag of the registry, with the rest in annotations. */
async function pushAtTag(name: string, digest: string, payload: string, annotations: object): Promise<void> {
  const simple = artifact(
    'application/vnd.oci.image.config.v1+json',
    'application/vnd.dev.cosign.simplesigning.v1+json',
    payload,
  );
  const manifest = JSON.parse(simple.manifest.bytes.toString('utf8')) as { layers: { annotations?: object }[] };
  Object.assign(manifest.layers[0] ?? {}, { annotations });
  const bytes = Buffer.from(JSON.stringify(manifest));
  const whole = { ...simple.manifest, bytes, size: bytes.length };
  await push(registry, undefined, `acme/${name}`, `${digest.replace(':', '-')}.sig`, whole, simple.blobs);
}

async function pushed(name: string, content: string): Promise<string> {
  const { manifest, blobs } = image({ name }, content);
  await push(registry, undefined, `acme/${name}`, '1', manifest, blobs);
  return manifest.digest;
}

function certificate(): { cert: string; key: string } {
  const key = join(folder, 'webhook.key');
  const out = join(folder, 'webhook.crt');
  const command = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
  execFileSync(
    'openssl',
    [...command, '-subj', '/CN=gate', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', out],
    {
      stdio: 'ignore',
    },
  );
  return { cert: readFileSync(out, 'utf8'), key: readFileSync(key, 'utf8') };
}
