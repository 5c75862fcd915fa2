/** The board on a real database: what may be said, what a signature stands for, and that all of it is in the ledger. */
import { type CanaryState, completeness, FirebreakError, type LedgerEntry } from '@firebreak/contract';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { testDesk } from '../testing/desk.case.ts';
import { statementOf } from './attest.ts';
import { createBoards, type KnownInput } from './board.ts';
import { openSignOffPolicy } from './sign-off-policy.ts';

const desk = await testDesk('2026-11-21T12:00:00.000Z');
const { clock, storage, ledger } = desk;
const boards = createBoards({
  store: storage.recoveryStore,
  ledger,
  clock,
  policy: await openSignOffPolicy(),
  followUps: async () => [],
});
let made = 0;
let id = '';
beforeEach(async () => {
  made += 1;
  id = `inc_${made}`;
  await desk.incident(id);
});
afterAll(() => desk.close());

const model = { kind: 'RegisteredModel', id: 'mlflow:RegisteredModel/s/fraud', name: 'fraud' };
function known(changes: Partial<KnownInput> = {}): KnownInput {
  return {
    incident: { id, title: 't' },
    executions: [],
    recoveryPlans: new Set(),
    evidence: [],
    contained: null,
    subjects: [],
    credentials: [],
    rebuild: [],
    agents: [],
    detections: [],
    residual: { reachable: [], limited: false },
    detectors: { again: [], silent: [], unread: 0 },
    canary: null,
    access: 'nothing-held',
    completeness: completeness([], 'any'),
    ...changes,
  };
}
const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof FirebreakError ? error.code : String(error)),
  );
const say = (item: string, state: 'done' | 'not-applicable', of = known()) =>
  boards.say(of, { incident: id, item, state, by: 'Max', note: 'so \0 it is' });
async function waiveAll(of = known()): Promise<void> {
  for (const item of (await boards.board(of)).items)
    if (item.state === 'open') await say(item.id, item.how === 'person' ? 'done' : 'not-applicable', of);
}
const sign = (
  by: string,
  as: 'security' | 'model-owner' | 'service-owner',
  role: 'approver' | 'responder' | 'viewer' = 'approver',
) => boards.sign(known(), { by, as, role });

test('what is to be done follows from the incident, in order, and says what comes first', async () => {
  const board = await boards.board(known({ subjects: [model] }));
  const rollback = board.items.find((item) => item.section === 'rollback');
  expect(rollback).toMatchObject({ state: 'open', how: 'probe', after: ['evidence/taken', `choose/${model.id}`] });
  expect(board.next).toBe('contain/proof');
  expect(board.items.map(({ section }) => section)).toEqual(
    board.items.map(({ section }) => section).toSorted((a, b) => order(a) - order(b)),
  );
});
const order = (section: string) =>
  ['contain', 'evidence', 'choose', 'rollback', 'rotate', 'rebuild', 'canary', 'return'].indexOf(section);

test('nobody’s word makes done what follows from facts, or what a probe decides', async () => {
  expect(await code(say('contain/proof', 'done'))).toBe('FB-RECOVERY-STATE');
  expect(await code(say(`rollback/${model.id}`, 'done', known({ subjects: [model] })))).toBe('FB-RECOVERY-STATE');
  expect(await code(say('no/such', 'done'))).toBe('FB-NOT-FOUND');
  await say('contain/proof', 'not-applicable');
  const item = (await boards.board(known())).items.find((each) => each.id === 'contain/proof');
  expect(item).toMatchObject({ state: 'not-applicable', by: 'Max', note: 'so \ufffd it is' });
});

test('what a canary found is nobody’s to waive, and one that was started before the choice says nothing of it', async () => {
  const ran = (state: CanaryState, startedAt = '2999-01-01T00:00:00.000Z') =>
    known({
      subjects: [model],
      canary: { id: 'can_1', state, why: 'errors: 5 % beside 1 %.', startedAt, endedAt: startedAt },
    });
  const item = async (of: KnownInput) => (await boards.board(of)).items.find((each) => each.id === 'canary/verdict');
  await say('canary/verdict', 'not-applicable', known({ subjects: [model] }));
  expect(await item(known({ subjects: [model] }))).toMatchObject({ state: 'not-applicable' });
  expect(await item(ran('rolled-back'))).toMatchObject({
    state: 'failed',
    proof: { what: 'Canary can_1 is rolled-back: errors: 5 % beside 1 %.' },
  });
  expect(await code(say('canary/verdict', 'not-applicable', ran('rolled-back')))).toBe('FB-RECOVERY-STATE');
  expect(await item(ran('promoted'))).toMatchObject({ state: 'done' });
  await boards.mark({ incident: id, item: `choose/${model.id}`, state: 'done', by: 'Max', note: 'another' });
  expect(await item(ran('rolled-back', '2000-01-01T00:00:00.000Z'))).toMatchObject({
    proof: { what: expect.stringContaining('so') },
  });
});

test('signed by role, one person one role, and only when nothing is open; a change of the board ends it', async () => {
  expect(await code(sign('Grace', 'security'))).toBe('FB-RECOVERY-SIGN-OFF');
  await waiveAll();
  expect(await code(sign('Vera', 'security', 'viewer'))).toBe('FB-RECOVERY-SIGN-OFF');
  expect(await code(sign('Max', 'security', 'responder'))).toBe('FB-RECOVERY-SIGN-OFF');
  await sign('Grace', 'security');
  expect(await code(sign('grace', 'model-owner'))).toBe('FB-RECOVERY-SIGN-OFF');
  await sign('Olga', 'model-owner');
  expect((await boards.board(known())).missing).toEqual(['service-owner']);
  await sign('Max', 'service-owner', 'responder');
  expect((await boards.board(known())).missing).toEqual([]);

  const changed = known({ evidence: [{ entry: 3, at: '2026-11-21T11:00:00.000Z', what: 'Snapshot x was taken.' }] });
  const after = await boards.board(changed);
  expect(after.missing).toEqual(['security', 'model-owner', 'service-owner']);
  expect(after.signOffs.every(({ stands }) => !stands)).toBe(true);
});

test('the attestation wants everything over, everybody’s signature, and a digest', async () => {
  const subject = { name: 'fraud/2', digest: { sha256: 'ab'.repeat(32) } };
  const attest = async (subjects = [subject]) =>
    statementOf(await boards.board(known()), subjects, clock.now().toISOString());
  expect(await code(attest())).toBe('FB-RECOVERY-STATE');
  await waiveAll();
  expect(await code(attest())).toBe('FB-RECOVERY-STATE');
  await sign('Grace', 'security');
  await sign('Olga', 'model-owner');
  await sign('Ada', 'service-owner');
  expect(await code(attest([]))).toBe('FB-RECOVERY-STATE');
  const { predicate } = await attest();
  const board = await boards.board(known());
  expect(predicate.board.sha256).toBe(board.digest);
  expect(predicate.steps.map((step) => step.id)).toEqual(board.items.map((item) => item.id));
  expect(predicate.signedOffBy.map(({ name }) => name).sort()).toEqual(['Ada', 'Grace', 'Olga']);
});

test('every word and every signature is an entry of the ledger, with the board that was signed', async () => {
  await waiveAll();
  const { entry } = await sign('Grace', 'security');
  const entries: (LedgerEntry & { index: number })[] = [];
  for await (const each of ledger.entries(id)) entries.push({ ...each.entry, index: each.index });
  expect(entries.filter(({ kind }) => kind === 'recovery.item').length).toBeGreaterThan(3);
  const signed = entries.find(({ kind }) => kind === 'recovery.signed-off');
  expect(signed).toMatchObject({ index: entry, actor: 'Grace', body: { role: 'security' } });
  expect(signed?.blobs[0]?.sha256).toBe((await boards.board(known())).digest);
});
