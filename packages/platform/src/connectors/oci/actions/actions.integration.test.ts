/**
 * The actions on a real distribution registry. Attackers push and pull by plain HTTP with their own password; what they get is what counts.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { type AnyAction, lever } from '@firebreak/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CommandFailureKind, CommandReply, HttpCommand } from '../../../exchange/http-command.ts';
import { openControl } from '../control.ts';
import oci from '../index.ts';
import { openRegistry } from '../registry.ts';
import type { OciSession } from '../session.ts';
import { targetOf } from '../target.ts';
import { type Artifact, image, push } from '../testing/images.case.ts';
import { as, password, type RegistryPeer, startRegistry } from './cases/registry.case.ts';
import { actions } from './index.ts';

type Live = Extract<OciSession, { kind: 'registry' }>;
const signal = new AbortController().signal;
const attempt = (session: OciSession) => ({ session, signal, key: 'test' });
const registry = 'registry.example';
const here = { registry, repository: 'acme/server' } as const;
const good = image({ version: 'good' }, 'good layer');
const evil = image({ version: 'evil' }, 'evil layer');
const evilDigest = evil.manifest.digest;
let peer: RegistryPeer;

beforeAll(async () => {
  peer = await startRegistry();
});
afterAll(() => peer.stop());

/** The attacker has moved `stable` and `latest` to what is theirs; `v1` is good. */
async function makeWorld(): Promise<Live> {
  await push(peer.url, as('responder'), here.repository, 'v1', good.manifest, good.blobs);
  for (const tag of ['stable', 'latest'])
    await push(peer.url, as('ci'), here.repository, tag, evil.manifest, evil.blobs);
  return session();
}

function session(restart: readonly string[] = peer.restart): Live {
  const target = targetOf(`${peer.url.replace('//', `//responder:${password}@`)}#${registry}`);
  if (target === undefined) throw new Error('no target');
  const opened = openRegistry(target, undefined, { timeoutMs: 5000, gaps: [] });
  const [program = '', ...rest] = restart;
  const configuration = { file: peer.configuration, restart: [program, ...rest] as [string, ...string[]] };
  const control = openControl(opened, { htpasswd: peer.htpasswd, configuration }, 5000);
  return { kind: 'registry', registry: opened, limits: { maxRepositories: 10, maxTags: 10 }, control };
}

async function pull(reference: string, user = 'ci'): Promise<string> {
  const response = await fetch(`${peer.url}/v2/${here.repository}/manifests/${reference}`, {
    headers: { authorization: as(user), accept: good.manifest.mediaType },
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  if (!response.ok) return `status ${response.status}`;
  return bytes.equals(evil.manifest.bytes) ? 'evil' : bytes.equals(good.manifest.bytes) ? 'good' : 'something else';
}
/** Pushes a whole image as `docker push` does. */
async function pushes(artifact: Artifact, tag: string): Promise<boolean> {
  return push(peer.url, as('ci'), here.repository, tag, artifact.manifest, artifact.blobs).then(
    () => true,
    () => false,
  );
}

interface Case {
  readonly action: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly probes: readonly string[];
  readonly attack: () => Promise<boolean>;
  readonly legitimate: () => Promise<boolean>;
}
const cases: readonly Case[] = [
  {
    action: 'oci.pin-tag',
    params: { ...here, tag: 'stable', digest: good.manifest.digest },
    probes: ['holds'],
    attack: async () => (await pull('stable')) === 'evil',
    legitimate: async () => (await pull('v1')) === 'good',
  },
  {
    action: 'oci.remove-manifest',
    params: { ...here, digest: evilDigest },
    probes: ['holds'],
    attack: async () => (await pull('stable')) === 'evil' || (await pull(evilDigest)) === 'evil',
    legitimate: async () => (await pull('v1')) === 'good',
  },
  {
    action: 'oci.suspend-user',
    params: { registry, user: 'ci' },
    probes: ['holds', 'holds'],
    attack: async () => (await pushes(image({ by: 'ci' }, 'x'), 'x')) && (await pull('stable', 'ci')) === 'evil',
    legitimate: async () => (await pull('v1', 'city')) === 'good',
  },
  {
    action: 'oci.read-only',
    params: { registry },
    probes: ['holds'],
    attack: () => pushes(image({ by: 'ci' }, 'y'), 'y'),
    legitimate: async () => (await pull('v1')) === 'good',
  },
];

function actionOf(id: string): AnyAction<OciSession> {
  const action = actions.find((each) => each.id === id);
  if (action === undefined) throw new Error(`no action ${id}`);
  return action;
}
const files = () =>
  [peer.htpasswd, peer.configuration].map((file) => [readFileSync(file, 'utf8'), statSync(file).mode]);
const pulled = async () => Promise.all(['v1', 'stable', 'latest', evilDigest].map((each) => pull(each, 'responder')));

describe.each(cases)('$action', (each) => {
  const action = actionOf(each.action);
  const params: unknown = action.params.parse(each.params);

  test('read, preview, apply, prove, restore; the attacker is let in, kept out, let in', async () => {
    const open = await makeWorld();
    const start = [files(), await pulled()];
    expect(await each.attack(), 'before').toBe(true);
    const probes = async () => (await action.probe(attempt(open), params, before)).map(({ result }) => result);
    const before = await action.read(attempt(open), params);
    expect(await probes(), 'probes of what is not cut').toContain('fails');
    action.before.parse(JSON.parse(JSON.stringify(before.record)));
    expect(action.preview(params, before.record).length).toBeGreaterThan(0);
    expect(JSON.stringify([before.record, action.preview(params, before.record)])).not.toMatch(/\$2y\$|only-for-tests/);

    expect(await action.apply(attempt(open), params, before.record)).toEqual({ outcome: 'done' });
    const now = await action.read(attempt(open), params);
    expect(action.inEffect(now.record, params, before.record)).toBe(true);
    expect(await each.attack(), 'after').toBe(false);
    expect(await each.legitimate(), 'others').toBe(true);
    expect(await probes()).toEqual(each.probes);
    expect(await action.apply(attempt(open), params, before.record)).toEqual({ outcome: 'done' });
    expect((await action.read(attempt(open), params)).record, 'applying twice is applying once').toEqual(now.record);

    const { reversal } = action;
    if (reversal.kind === 'none') throw new Error('all of these can be undone');
    expect(await reversal.restore(attempt(open), params, before.record)).toEqual({ outcome: 'done' });
    expect(reversal.restored((await action.read(attempt(open), params)).record, params, before.record)).toBe(true);
    expect([files(), await pulled()], 'byte by byte').toEqual(start);
    expect(await each.attack(), 'after undo').toBe(true);
    expect(await reversal.restore(attempt(open), params, before.record)).toEqual({ outcome: 'done' });
  });
});

/** A session in which a request that changes something ends in one way, carried out or not. */
function breaking(open: Live, at: number, how: CommandFailureKind, carriedOut: boolean): Live {
  let writes = 0;
  const failed = (sent: boolean): CommandReply => ({
    ok: false,
    failure: how,
    reason: 'Broken off by the test.',
    sent,
    header: () => undefined,
    body: Buffer.alloc(0),
  });
  const send = async (command: HttpCommand, scope: string, by: AbortSignal): Promise<CommandReply> => {
    if (command.method === 'GET' || writes++ !== at) return open.control.send(command, scope, by);
    if (carriedOut) await open.control.send(command, scope, by);
    return failed(true);
  };
  return { ...open, control: { ...open.control, send } };
}

test.each(cases.slice(0, 2))('$action, cut off at every request, there and back, resumes', async (each) => {
  const action = actionOf(each.action);
  const params: unknown = action.params.parse(each.params);
  const { reversal } = action;
  if (reversal.kind === 'none') throw new Error('it can be undone');
  for (let at = 0; at < 3; at += 1) {
    const open = await makeWorld();
    const start = await pulled();
    const before = (await action.read(attempt(open), params)).record;
    if (at === 0)
      expect(await action.apply(attempt(breaking(open, 0, 'timeout', true)), params, before)).toMatchObject({
        outcome: 'unknown',
      });
    expect(await action.apply(attempt(open), params, before)).toEqual({ outcome: 'done' });
    await reversal.restore(attempt(breaking(open, at, 'timeout', true)), params, before);
    await reversal.restore(attempt(breaking(open, at, 'unreachable', false)), params, before);
    expect(await reversal.restore(attempt(open), params, before)).toEqual({ outcome: 'done' });
    expect(await pulled()).toEqual(start);
  }
});

test.each([
  ['forbidden', { outcome: 'refused', code: 'FB-HTTP-FORBIDDEN', retryable: false }],
  ['unauthorized', { outcome: 'refused', code: 'FB-HTTP-UNAUTHORIZED', retryable: false }],
  ['throttled', { outcome: 'refused', code: 'FB-HTTP-THROTTLED', retryable: true }],
  ['server-error', { outcome: 'unknown' }],
] as const)('a request that is %s', async (how, expected) => {
  for (const each of cases.slice(0, 2)) {
    const action = actionOf(each.action);
    const params: unknown = action.params.parse(each.params);
    const open = await makeWorld();
    const { record } = await action.read(attempt(open), params);
    expect(await action.apply(attempt(breaking(open, 0, how, false)), params, record)).toMatchObject(expected);
  }
});

test('a tag that somebody moved since is not moved again, there and back', async () => {
  const action = actionOf('oci.pin-tag');
  const params: unknown = action.params.parse(cases[0]?.params);
  const open = await makeWorld();
  const before = (await action.read(attempt(open), params)).record;
  const third = image({ version: 'third' }, 'third');
  expect(await pushes(third, 'stable')).toBe(true);
  const changed = { outcome: 'refused', code: 'FB-STEP-CHANGED', retryable: true };
  expect(await action.apply(attempt(open), params, before)).toMatchObject(changed);
  const again = (await action.read(attempt(open), params)).record;
  expect(await action.apply(attempt(open), params, again)).toEqual({ outcome: 'done' });
  expect(await pushes(third, 'stable')).toBe(true);
  expect(
    action.reversal.kind === 'restore' && (await action.reversal.restore(attempt(open), params, before)),
  ).toMatchObject({ code: 'FB-UNDO-CHANGED' });
});

test('a restart that fails leaves it halfway, which is told, carried on and undone', async () => {
  const action = actionOf('oci.read-only');
  const params: unknown = action.params.parse({ registry });
  const open = await makeWorld();
  const start = files();
  const before = (await action.read(attempt(open), params)).record;
  const broken = session(['/nonexistent/restart']);
  expect(await action.apply(attempt(broken), params, before)).toMatchObject({ outcome: 'unknown' });
  const between = (await action.read(attempt(open), params)).record;
  expect(action.inEffect(between, params, before)).toBe(false);
  expect(action.isHalfway?.(between, params, before)).toBe(true);
  expect(await action.apply(attempt(open), params, before)).toEqual({ outcome: 'done' });
  if (action.reversal.kind === 'none') throw new Error('it can be undone');
  expect(await action.reversal.restore(attempt(broken), params, before)).toMatchObject({ outcome: 'unknown' });
  expect(await action.reversal.restore(attempt(open), params, before)).toEqual({ outcome: 'done' });
  expect(files()).toEqual(start);
});

test('what others changed in the files meanwhile stays, and our own user is not suspended', async () => {
  const open = await makeWorld();
  const suspend = actionOf('oci.suspend-user');
  const us: unknown = suspend.params.parse({ registry, user: 'responder' });
  const ours = (await suspend.read(attempt(open), us)).record;
  expect(suspend.preview(us, ours)).toEqual([]);
  expect(await suspend.apply(attempt(open), us, ours)).toMatchObject({ code: 'FB-STEP-REFUSED' });

  const start = readFileSync(peer.htpasswd, 'utf8');
  const params: unknown = suspend.params.parse({ registry, user: 'ci' });
  const before = (await suspend.read(attempt(open), params)).record;
  expect(await suspend.apply(attempt(open), params, before)).toEqual({ outcome: 'done' });
  writeFileSync(peer.htpasswd, `${readFileSync(peer.htpasswd, 'utf8')}# theirs\n`);
  if (suspend.reversal.kind === 'none') throw new Error('it can be undone');
  expect(await suspend.reversal.restore(attempt(open), params, before)).toEqual({ outcome: 'done' });
  expect(readFileSync(peer.htpasswd, 'utf8')).toBe(`${start}# theirs\n`);
  writeFileSync(peer.htpasswd, start);
});

test('every action is in its own file, is named like it, has a case, and says what it needs', async () => {
  const own = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'index.ts')
    .map((file) => `oci.${file.slice(0, -3)}`);
  expect(actions.map(({ id }) => id).sort()).toEqual(own.sort());
  expect(cases.map(({ action }) => action).sort()).toEqual(own.sort());
  expect(oci.permissions([])).not.toContain('push,');
  expect(oci.permissions(['oci.pin-tag'])).toContain('repository:<repository>:pull,push');
  const open = session();
  for (const each of cases) {
    const action = actionOf(each.action);
    const params = action.params.parse(each.params) as Record<string, unknown>;
    expect(lever(each.action, params)).toEqual(lever(each.action, each.params));
    expect(action.target(params).id).toMatch(/^oci:/);
    const layout = attempt({ kind: 'layout', folder: '/nowhere', name: undefined });
    await expect(action.read(layout, params)).rejects.toMatchObject({ code: 'FB-SOURCE-READ-ONLY' });
    const other = { ...params, registry: 'other.example' };
    await expect(action.read(attempt(open), other)).rejects.toMatchObject({ code: 'FB-SOURCE-OTHER' });
    expect([oci.answersFor?.(open, params), oci.answersFor?.(open, other)]).toEqual([true, false]);
  }
  expect((await oci.lacks?.(open, signal)) ?? []).toEqual([]);
  const bare: Live = {
    ...open,
    control: { ...open.control, house: { htpasswd: undefined, configuration: undefined } },
  };
  expect(((await oci.lacks?.(bare, signal)) ?? []).map(({ action }) => action)).toEqual([
    'oci.suspend-user',
    'oci.read-only',
  ]);
});
