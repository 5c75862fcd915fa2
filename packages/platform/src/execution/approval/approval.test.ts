/** Approval on a real database: what people may not do, and what somebody who can write to the database may not. */
import { type Execution, FirebreakError } from '@firebreak/contract';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { newSecret } from '../../http/authenticate.ts';
import { settableClock } from '../../kernel/settable-clock.ts';
import { testServer } from '../../storage/test-database.ts';
import type { Runner } from '../runner.ts';
import { planOf } from '../testing/switchboard.case.ts';
import { openWorkplace, type Workplace } from '../testing/workplace.case.ts';
import { type BreakGlassReviews, createBreakGlassReviews } from './break-glass.ts';
import { type ApprovalLinks, createApprovalLinks } from './links.ts';

const server = await testServer();
const start = '2026-03-01T09:00:00.000Z';
const minute = 60_000;
let clock = settableClock(start);
let place: Workplace;
let admin: pg.Pool;
let runner: Runner;
let links: ApprovalLinks;
let glasses: BreakGlassReviews;
let made = 0;

beforeAll(async () => {
  const url = await server.database();
  place = await openWorkplace(url);
  admin = new pg.Pool({ connectionString: url, max: 1 });
  for (const [name, role] of [
    ['Ada', 'admin'],
    ['Grace', 'approver'],
    ['Bob', 'responder'],
    ['Vera', 'viewer'],
  ])
    await admin.query('insert into principal values ($1, $2, $3, now())', [`prn_${name}`, name, role]);
});
beforeEach(() => {
  clock = settableClock(start);
  runner = place.runner({ clock });
  const { approvalStore: approvals, executionStore } = place.storage;
  const parts = {
    approvals,
    transaction: executionStore.transaction.bind(executionStore),
    ledger: place.ledger,
    clock,
  };
  links = createApprovalLinks(parts);
  glasses = createBreakGlassReviews(parts);
});
afterEach(async () => {
  await place.rest();
  await admin.query('truncate break_glass_review, break_glass');
});
afterAll(async () => {
  await admin.end();
  await place.close();
  await server.stop();
});

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof FirebreakError ? error.code : String(error)),
  );

/** An incident whose plan shuts new switches and waits for approval. */
async function waiting(...steps: { drastic?: boolean }[]) {
  const names = steps.map(() => `approved-${made++}`);
  await place.switches.create(...names);
  const incident = await place.openIncident();
  const plan = planOf(names.map((name, at) => ({ name, ...steps[at] })));
  const { id: execution } = await runner.start({ incident, plan, by: 'Bob' });
  const approve = (by: string, more: Partial<Parameters<Runner['approve']>[0]> = {}) =>
    runner.approve({ incident, digest: plan.digest, by, role: 'approver', ...more });
  return {
    incident,
    plan,
    execution,
    approve,
    run: async (): Promise<Execution> => {
      runner.work();
      return runner.settled(execution);
    },
    untouched: async () => {
      for (const name of names) expect(await place.switches.look(name)).toEqual({ position: 'open', sets: 0 });
    },
    kinds: async () => (await place.entries(incident)).map(({ kind }) => kind),
    said: async (kind: string) => (await place.entries(incident)).find((entry) => entry.kind === kind)?.body,
  };
}

test('an approval that nobody gave begins nothing, however the database says that it was given', async () => {
  const work = await waiting({});
  await admin.query(
    `insert into approval (step, by, at) select id, 'Grace', now() from step where plan is not null and
    execution = $1`,
    [work.execution],
  );
  await admin.query(`update execution set state = 'running' where id = $1`, [work.execution]);
  const ended = await work.run();
  expect(ended.state).toBe('stopped');
  expect(ended.steps[0]?.reason).toMatch(/^FB-CAPABILITY-INVALID: Nobody approved it/);
  expect(await work.said('capability.refused')).toMatchObject({ step: 's1', code: 'FB-CAPABILITY-INVALID' });
  await work.untouched();
});

test('a step that was changed after its approval does not begin, nor does one with a capability of another', async () => {
  const changed = await waiting({});
  await changed.approve('Grace');
  await admin.query(
    `update step set plan = jsonb_set(plan::jsonb, '{lever,params,to}', '"half"')::json
     where execution = $1 and plan is not null`,
    [changed.execution],
  );
  expect((await changed.run()).steps[0]?.reason).toMatch(/^FB-CAPABILITY-INVALID: The step is not the one/);
  await changed.untouched();

  const [given, taken] = [await waiting({}), await waiting({})];
  await given.approve('Grace');
  await admin.query(
    `insert into capability select t.id, c.nonce || 'x', c.incident, c.execution, c.plan_digest, c.content, c.expires_at, c.mac
     from capability c, step t where c.execution = $1 and t.execution = $2 and t.plan is not null`,
    [given.execution, taken.execution],
  );
  await admin.query(`update execution set state = 'running' where id = $1`, [taken.execution]);
  expect((await taken.run()).steps[0]?.reason).toMatch(/^FB-CAPABILITY-INVALID: /);
  await taken.untouched();
});

test('a step that is set back to run again is a replay', async () => {
  const work = await waiting({});
  await work.approve('Grace');
  expect((await work.run()).state).toBe('contained');
  await runner.close();
  await admin.query(
    `update step set state = 'waiting', attempt = 0, intended = false, before = null, after = null, ended_at = null,
       lease_until = null where execution = $1`,
    [work.execution],
  );
  await admin.query(`update execution set state = 'running', cursor = 1 where id = $1`, [work.execution]);
  runner = place.runner({ clock });
  const ended = await work.run();
  expect(ended.steps[0]?.reason).toMatch(/^FB-CAPABILITY-USED: /);
  expect(await work.said('capability.refused')).toMatchObject({ code: 'FB-CAPABILITY-USED' });
});

test('what was approved and not begun within its time waits for approval again', async () => {
  const work = await waiting({}, {});
  await work.approve('Grace');
  clock.advance(60 * minute);
  const late = await work.run();
  expect(late.state).toBe('waiting-approval');
  expect(late.steps[0]).toMatchObject({ state: 'waiting', approvals: [] });
  expect(late.steps[0]?.reason).toMatch(/^FB-APPROVAL-EXPIRED: /);
  expect(await work.said('approval.expired')).toMatchObject({ steps: ['s1'], code: 'FB-APPROVAL-EXPIRED' });
  await work.untouched();

  await work.approve('Grace');
  expect((await runner.settled(work.execution)).state).toBe('contained');
});

test('of two approvals the older one decides how long both count', async () => {
  const work = await waiting({ drastic: true });
  await work.approve('Grace');
  clock.advance(50 * minute);
  expect(await code(work.approve('Grace'))).toBe('FB-APPROVAL-SECOND-PERSON');
  clock.advance(10 * minute);
  expect((await runner.status(work.incident))?.steps[0]?.approvals).toEqual([]);
  // The first has lapsed, so that this one is the first again.
  const one = await work.approve('Ada');
  expect(one.steps[0]?.approvals.map(({ by }) => by)).toEqual(['Ada']);
  await work.approve('Grace');
  expect((await work.run()).state).toBe('contained');
});

async function linkFor(
  work: Awaited<ReturnType<typeof waiting>>,
  person: string,
  by: { name: string; role: 'admin' | 'approver' | 'responder' },
) {
  const secret = newSecret();
  const { incident, plan } = work;
  await links.make({ incident, planDigest: plan.digest, steps: null, person, minutes: 15, by }, secret);
  return secret;
}
async function follow(secret: string) {
  const { id, person, role, madeBy, planDigest, incident } = await links.open(secret);
  const vouchedBy = madeBy === person ? undefined : madeBy;
  return runner.approve({ incident, digest: planDigest, by: person, role, link: id, vouchedBy });
}
const ada = { name: 'Ada', role: 'admin' } as const;
const grace = { name: 'Grace', role: 'approver' } as const;

test('a link approves once, for its person, and says so when it is tried again', async () => {
  const work = await waiting({ drastic: true });
  await work.approve('Bob', { role: 'admin' });
  const secret = await linkFor(work, 'Grace', ada);
  // Looking at it, as a preview does, uses nothing up.
  await links.open(secret);
  const [first, second] = await Promise.allSettled([follow(secret), follow(secret)]);
  expect([first.status, second.status].sort()).toEqual(['fulfilled', 'rejected']);
  expect(await code(follow(secret))).toBe('FB-APPROVAL-LINK-USED');
  expect(await work.said('approval.link-refused')).toMatchObject({ person: 'Grace', code: 'FB-APPROVAL-LINK-USED' });
  const ended = await work.run();
  expect(ended.state).toBe('contained');
  expect(ended.steps[0]?.approvals).toMatchObject([{ by: 'Bob' }, { by: 'Grace', vouched: 'Ada' }]);
  expect(await work.said('approval.link-made')).toMatchObject({ person: 'Grace' });
});

test('a link ends, and is for one plan', async () => {
  const work = await waiting({});
  const secret = await linkFor(work, 'Grace', grace);
  const other = planOf([{ name: 'another' }]);
  await runner.start({ incident: work.incident, plan: other, by: 'Bob' });
  expect(await code(follow(secret))).toBe('FB-APPROVAL-DIGEST');
  clock.advance(15 * minute);
  expect(await code(links.open(secret))).toBe('FB-APPROVAL-LINK-EXPIRED');
  expect(await code(links.open(newSecret()))).toBe('FB-APPROVAL-LINK-USED');
});

test('nobody is two persons by way of a link', async () => {
  expect(await code(linkFor(await waiting({}), 'Ada', grace))).toBe('FB-AUTH-FORBIDDEN');
  expect(await code(linkFor(await waiting({}), 'Vera', ada))).toBe('FB-AUTH-FORBIDDEN');
  expect(await code(linkFor(await waiting({}), 'Nobody', ada))).toBe('FB-NOT-FOUND');

  const work = await waiting({ drastic: true });
  const secret = await linkFor(work, 'Grace', ada);
  await work.approve('Ada', { role: 'admin' });
  // Ada made the link and has approved: whoever uses it may be Ada.
  expect(await code(follow(secret))).toBe('FB-APPROVAL-SECOND-PERSON');

  const turned = await waiting({ drastic: true });
  await follow(await linkFor(turned, 'grace', ada));
  expect(await code(turned.approve('Ada', { role: 'admin' }))).toBe('FB-APPROVAL-SECOND-PERSON');
  expect(await code(turned.approve('GRACE'))).toBe('FB-APPROVAL-SECOND-PERSON');
});

const reason = 'Nobody with the role answers, and weights leave.';

test('glass is broken with a reason, seen everywhere, and signed off by somebody else', async () => {
  const work = await waiting({});
  const bob = { role: 'responder' as const };
  expect(await code(work.approve('Bob', bob))).toBe('FB-APPROVAL-REFUSED');
  const approved = await work.approve('Bob', { ...bob, breakGlass: { reason } });
  const [glass] = await glasses.list();
  expect(glass).toMatchObject({ by: 'Bob', role: 'responder', reason, steps: ['s1'], review: null });
  expect(glass?.refused[0]).toContain('No policy permits responders');
  expect(approved.steps[0]?.approvals).toMatchObject([{ by: 'Bob', breakGlass: glass?.id }]);
  expect(await work.said('approval.break-glass')).toMatchObject({ reason, role: 'responder' });
  expect(await work.said('plan.approved')).toMatchObject({ breakGlass: glass?.id });
  expect((await work.run()).state).toBe('contained');

  const review = { id: glass?.id ?? '', verdict: 'justified' as const, note: 'It was so.' };
  expect(await code(glasses.review({ ...review, by: 'bob' }))).toBe('FB-BREAK-GLASS-OWN');
  expect((await glasses.review({ ...review, by: 'Grace' })).review).toMatchObject({ by: 'Grace' });
  expect(await code(glasses.review({ ...review, by: 'Ada' }))).toBe('FB-REVIEW-DECIDED');
  expect(await work.said('break-glass.reviewed')).toMatchObject({ verdict: 'justified' });
});

test('broken glass does not make one person two, nor break when the policy permits', async () => {
  const work = await waiting({ drastic: true });
  await work.approve('Grace', { breakGlass: { reason } });
  expect(await glasses.list()).toEqual([]);
  expect(await code(work.approve('Grace', { breakGlass: { reason } }))).toBe('FB-APPROVAL-SECOND-PERSON');
  expect((await work.run()).state).toBe('waiting-approval');
  await work.untouched();
});

test('glass is broken a few times a day, by several at once too', async () => {
  const works = [await waiting({}), await waiting({}), await waiting({}), await waiting({}), await waiting({})];
  const broken = await Promise.all(
    works.map(({ approve }) => code(approve('Bob', { role: 'responder', breakGlass: { reason } }))),
  );
  expect(broken.filter((answer) => answer === 'no error')).toHaveLength(3);
  expect(broken.filter((answer) => answer === 'FB-BREAK-GLASS-LIMIT')).toHaveLength(2);
  clock.advance(24 * 60 * minute);
  const again = await waiting({});
  expect(await code(again.approve('Bob', { role: 'responder', breakGlass: { reason } }))).toBe('no error');
});
