/** Entries of a server by the contract of SPIRE's API: what a workload gets before, while and after the entry is gone. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { collectSession } from '../../../facts/collect.ts';
import { type SpireWorld, startSpire } from '../cases/server.case.ts';
import spiffe from '../index.ts';
import { notTheServer, serverAddress } from '../server/server-client.ts';
import deleteEntry from './delete-entry.ts';

const signal = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), 'fb-spire-'));
afterAll(() => rmSync(folder, { recursive: true }));

const trainer = ['k8s:ns:ml', 'k8s:sa:trainer', 'k8s:pod-name:t'];
const of = deleteEntry.params.parse({
  entryId: 'e-trainer',
  spiffeId: 'spiffe://example.org/ns/ml/sa/trainer',
  parentId: 'spiffe://example.org/node',
  selectors: ['k8s:ns:ml', 'k8s:sa:trainer'],
});
let world: SpireWorld;
let count = 0;
const open = () => spiffe.connect(spiffe.parse(world.address), signal);

describe('a server that does not change', () => {
  beforeAll(async () => {
    world = await startSpire(join(folder, 'still.sock'));
  });
  afterAll(() => world.stop());
  connectorConformance({
    name: 'spiffe over a server',
    connector: spiffe,
    open,
    config: { good: { from: 'unix:/x' }, bad: { from: '' } },
    secrets: [],
  });
});

describe('spiffe.delete-entry', () => {
  const { reversal } = deleteEntry;
  if (reversal.kind !== 'restore') throw new Error('no undo');
  const { restore, restored } = reversal;
  let session: Awaited<ReturnType<typeof open>>;
  beforeEach(async () => {
    count += 1;
    world = await startSpire(join(folder, `${count}.sock`));
    session = await open();
  });
  afterEach(async () => {
    await spiffe.close(session);
    await world.stop();
  });
  const attempt = () => ({ session, signal, key: 'k' });
  const collected = async () => {
    const { estate } = await collectSession(spiffe, session, signal);
    return estate.all('spiffe.entry').map(({ data }) => data.entryId);
  };

  test.each([false, true])(
    'the workload gets its SVID before, none after, and again after undo (server gives ids: %s)',
    async (givesIds) => {
      world.givesIds = givesIds;
      expect(world.fetch(trainer)).toEqual([of.spiffeId]);
      const start = structuredClone([...world.entries.values()]);
      const before = await deleteEntry.read(attempt(), of);
      deleteEntry.before.parse(JSON.parse(JSON.stringify(before.record)));
      expect(deleteEntry.preview(of, before.record)).toMatchObject([{ verb: 'delete', body: { ids: ['e-trainer'] } }]);
      expect(world.changes).toEqual([]);

      expect(await deleteEntry.apply(attempt(), of, before.record)).toEqual({ outcome: 'done' });
      expect(world.fetch(trainer)).toEqual([]);
      expect(await collected()).toEqual(['e-admin']);
      expect(deleteEntry.inEffect((await deleteEntry.read(attempt(), of)).record, of, before.record)).toBe(true);
      expect((await deleteEntry.probe(attempt(), of, before)).map(({ result }) => result)).toEqual([
        'holds',
        'cannot-tell',
      ]);
      expect(await deleteEntry.apply(attempt(), of, before.record)).toEqual({ outcome: 'done' });
      expect(world.changes).toEqual(['delete']);

      expect(await restore(attempt(), of, before.record)).toEqual({ outcome: 'done' });
      expect(world.fetch(trainer)).toEqual([of.spiffeId]);
      expect(await restore(attempt(), of, before.record)).toEqual({ outcome: 'done' });
      expect(world.changes, 'restoring twice is restoring once').toEqual(['delete', 'create']);
      const bare = (all: readonly object[]) =>
        all.map((each) => ({ ...each, revision_number: '', created_at: '', ...(givesIds ? { id: '' } : {}) }));
      expect(bare([...world.entries.values()]).sort()).toEqual(bare([start[1] ?? {}, start[0] ?? {}]).sort());
      expect(restored((await deleteEntry.read(attempt(), of)).record, of, before.record)).toBe(true);
    },
  );

  test.each([
    ['lose', 'unknown', undefined],
    [status.INTERNAL, 'unknown', undefined],
    [status.DEADLINE_EXCEEDED, 'unknown', undefined],
    [status.PERMISSION_DENIED, 'refused', false],
    [status.UNAUTHENTICATED, 'refused', false],
    [status.RESOURCE_EXHAUSTED, 'refused', true],
    [status.UNIMPLEMENTED, 'refused', false],
  ] as const)('a change that ends in %s, there and back', async (how, outcome, retryable) => {
    const before = (await deleteEntry.read(attempt(), of)).record;
    world.next = how;
    expect(await deleteEntry.apply(attempt(), of, before)).toMatchObject({
      outcome,
      ...(retryable === undefined ? {} : { retryable }),
    });
    expect(await deleteEntry.apply(attempt(), of, before)).toEqual({ outcome: 'done' });
    world.next = how;
    expect(await restore(attempt(), of, before)).toMatchObject({ outcome });
    expect(await restore(attempt(), of, before)).toEqual({ outcome: 'done' });
    expect(world.fetch(trainer)).toEqual([of.spiffeId]);
  });

  test('what somebody else changed since is neither deleted nor replaced', async () => {
    const before = (await deleteEntry.read(attempt(), of)).record;
    const entry = world.entries.get('e-trainer');
    if (entry === undefined) throw new Error('no entry');
    world.entries.set('e-trainer', { ...entry, admin: true });
    expect(await deleteEntry.apply(attempt(), of, before)).toMatchObject({
      outcome: 'refused',
      code: 'FB-STEP-CHANGED',
      retryable: true,
    });
    world.entries.delete('e-trainer');
    world.entries.set('theirs', { ...entry, id: 'theirs', admin: true });
    expect(await restore(attempt(), of, before)).toMatchObject({ outcome: 'refused', code: 'FB-UNDO-CHANGED' });
    world.entries.set('e-trainer', { ...entry, spiffe_id: { trust_domain: 'example.org', path: '/other' } });
    await expect(deleteEntry.read(attempt(), of)).rejects.toMatchObject({ code: 'FB-STEP-CHANGED' });
  });

  test('a server that is not there, and a file', async () => {
    await world.stop();
    const before = { entry: { id: 'e-trainer' } };
    expect(await deleteEntry.apply(attempt(), of, before)).toMatchObject({ outcome: 'refused', retryable: true });
    const file = { ...attempt(), session: { from: 'x', server: undefined, trustDomain: undefined } };
    await expect(deleteEntry.read(file, of)).rejects.toMatchObject({ code: 'FB-SOURCE-READ-ONLY' });
    expect(spiffe.canAct?.(file.session)).toBe(false);
  }, 20_000);

  test('it answers for its own trust domain', () => {
    expect(spiffe.answersFor?.(session, of)).toBe(true);
    expect(spiffe.answersFor?.(session, { ...of, spiffeId: 'spiffe://example.org.evil/x' })).toBe(false);
  });
});

test('addresses, and who is a SPIRE server', () => {
  expect(['unix:/run/a.sock', 'unix:///run/a.sock', 'grpcs://spire.example:8081'].map(serverAddress)).toEqual([
    'unix:/run/a.sock',
    'unix:/run/a.sock',
    'grpcs://spire.example:8081',
  ]);
  expect(
    ['grpc://spire.example:8081', './entries.json', 'grpcs://u:p@spire:1', 'unix:relative'].map(serverAddress),
  ).toEqual([undefined, undefined, undefined, undefined]);
  expect(notTheServer({ subjectaltname: 'URI:spiffe://example.org/spire/server' })).toBeUndefined();
  for (const subjectaltname of [
    'URI:spiffe://example.org/ns/ml',
    'DNS:spire.example.org',
    'URI:spiffe://example.org/spire/server/x',
    '',
  ])
    expect(notTheServer({ subjectaltname })).toBeInstanceOf(Error);
});

test('parameters name one entry, to the letter', () => {
  for (const bad of [
    { ...of, entryId: 'static/x' },
    { ...of, entryId: '' },
    { ...of, spiffeId: 'https://x/y' },
    { ...of, spiffeId: 'spiffe://example.org' },
    { ...of, more: 1 },
  ])
    expect(deleteEntry.params.safeParse(bad).success, JSON.stringify(bad)).toBe(false);
});
