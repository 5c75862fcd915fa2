import { readFileSync } from 'node:fs';
import { type Execution, FirebreakError } from '@firebreak/contract';
import pg from 'pg';
import { afterAll, afterEach, expect, test } from 'vitest';
import { testServer } from '../storage/test-database.ts';
import { approvalPolicy } from './approval/policy.ts';
import type { EvidenceFirst } from './evidence-first.ts';
import { breakSwitch, planOf, setSwitch, slideSwitch } from './testing/switchboard.case.ts';
import { openWorkplace } from './testing/workplace.case.ts';

const server = await testServer();
const url = await server.database();
const place = await openWorkplace(url);
const admin = new pg.Pool({ connectionString: url, max: 1 });
afterEach(() => place.rest());
afterAll(async () => {
  await admin.end();
  await place.close();
  await server.stop();
});

let made = 0;
/** Names of new switches, all open. */
async function newSwitches(count: number): Promise<string[]> {
  const names = Array.from({ length: count }, () => `switch-${made++}`);
  await place.switches.create(...names);
  return names;
}
const states = (execution: Execution) => execution.steps.map(({ stepId, state }) => `${stepId} ${state}`);
const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof FirebreakError ? error.code : String(error)),
  );

/** Everything in the runner's tables, as text. */
async function everyText(): Promise<string[]> {
  const { rows } = await admin.query<{ text: string }>(
    `select row_to_json(s)::text || coalesce(encode(sealed, 'escape'), '') as text from step s
     union all select row_to_json(j)::text from journal j
     union all select encode(bytes, 'escape') from blob
     union all select encode(record, 'escape') from ledger_entry`,
  );
  return rows.map(({ text }) => text);
}

test('from approval to contained, and back', async () => {
  const names = await newSwitches(3);
  const incident = await place.openIncident();
  const plan = planOf(names.map((name) => ({ name })));
  const runner = place.runner();
  runner.work();

  const waiting = await runner.start({ incident, plan, by: 'ann' });
  expect(waiting.state).toBe('waiting-approval');
  expect(states(waiting)).toEqual(['s1 waiting', 's2 waiting', 's3 waiting']);
  expect((await runner.start({ incident, plan, by: 'ben' })).id).toBe(waiting.id);

  await runner.approve({ incident, digest: plan.digest, by: 'ann', role: 'approver' });
  const done = await runner.settled(waiting.id);
  expect(done.state).toBe('contained');
  expect(states(done)).toEqual(['s1 done', 's2 done', 's3 done']);
  expect(done.steps[0]?.changes).toEqual([
    {
      verb: 'patch',
      object: `test:Switch/${names[0]}`,
      request: `PUT /switches/${names[0]}`,
      body: { position: 'shut' },
    },
  ]);
  expect(done.steps[0]?.probes.map(({ result }) => result)).toEqual(['holds']);
  expect(done.proof?.contained).toBe(true);
  for (const name of names) expect(await place.switches.look(name)).toEqual({ position: 'shut', sets: 1 });
  expect((await place.incidents.get(incident)).state).toBe('contained');

  const undoing = await runner.undo({ incident, by: 'ann' });
  expect(undoing.steps.map(({ stepId }) => stepId)).toEqual(['s3', 's2', 's1']);
  const undone = await runner.settled(undoing.id);
  expect(undone.state).toBe('undone');
  expect(undone.direction).toBe('undo');
  for (const name of names) expect(await place.switches.look(name)).toEqual({ position: 'open', sets: 2 });
  expect((await place.incidents.get(incident)).state).toBe('undone');

  const kinds = (await place.entries(incident)).map(({ kind }) => kind);
  const step = ['step.before', 'step.applying', 'step.applied', 'step.probed', 'step.done'];
  expect(kinds).toEqual([
    'incident.opened',
    'execution.created',
    'plan.approved',
    ...step,
    ...step,
    ...step,
    'incident.contained',
    'undo.requested',
    ...Array.from({ length: 3 }, () => ['step.undoing', 'step.undone']).flat(),
    'incident.undone',
  ]);
});

test('a plan is run only as it was approved', async () => {
  const [a = '', b = ''] = await newSwitches(2);
  const incident = await place.openIncident();
  const plan = planOf([{ name: a }, { name: b }]);
  const runner = place.runner();
  const start = (changed: typeof plan) => code(runner.start({ incident, plan: changed, by: 'ann' }));

  expect(await start({ ...plan, protect: 'other' })).toBe('FB-PLAN-INVALID');
  expect(await start(planOf([{ name: a, action: 'test.unknown' }]))).toBe('FB-PLAN-INVALID');
  expect(await start(planOf([{ name: a, after: ['s2'] }, { name: b }]))).toBe('FB-PLAN-INVALID');
  expect(await start(planOf([{ name: a }, { name: b, stage: 'evidence' }]))).toBe('FB-PLAN-INVALID');
  expect(await code(runner.start({ incident: 'inc_none', plan, by: 'ann' }))).toBe('FB-NOT-FOUND');
  expect(await code(runner.approve({ incident, digest: plan.digest, by: 'ann', role: 'approver' }))).toBe(
    'FB-NOT-FOUND',
  );

  await runner.start({ incident, plan, by: 'ann' });
  expect(await code(runner.approve({ incident, digest: 'f'.repeat(64), by: 'ann', role: 'approver' }))).toBe(
    'FB-APPROVAL-DIGEST',
  );
  expect(
    await code(runner.approve({ incident, digest: plan.digest, steps: ['s9'], by: 'ann', role: 'approver' })),
  ).toBe('FB-USAGE');
  expect((await runner.status(incident))?.state).toBe('waiting-approval');
});

test('the policy is asked about every step; one refusal refuses all, and what permitted is in the log', async () => {
  const [a = '', b = ''] = await newSwitches(2);
  const incident = await place.openIncident();
  const plan = planOf([{ name: a }, { name: b }]);
  const asset = (id: string) => ({ class: 'workload', about: id.endsWith(b) ? { owner: 'payments' } : {} });
  const cedar = await import('@cedar-policy/cedar-wasm/nodejs');
  const approvals = approvalPolicy(
    cedar,
    readFileSync(new URL('../../../../content/policies/approval.cedarschema', import.meta.url), 'utf8'),
    '@id("all") permit (principal, action, resource); @id("theirs") forbid (principal, action, resource) when { resource.owner == "payments" };',
    'own.cedar',
  );
  const runner = place.runner({ approvals, asset });
  const { id } = await runner.start({ incident, plan, by: 'ann' });
  const ask = { incident, digest: plan.digest, by: 'ann', role: 'approver' } as const;
  await expect(runner.approve(ask)).rejects.toMatchObject({
    code: 'FB-APPROVAL-REFUSED',
    why: expect.stringMatching(/step 2 .*theirs/),
  });
  expect((await runner.status(incident))?.steps.map(({ approvals: given }) => given.length)).toEqual([0, 0]);
  await runner.approve({ ...ask, steps: ['s1'] });
  runner.work();
  expect(states(await runner.settled(id))).toEqual(['s1 done', 's2 waiting']);
  const approved = (await place.entries(incident)).find(({ kind }) => kind === 'plan.approved');
  expect(approved?.body).toMatchObject({ policy: { digest: approvals.digest, decisions: { s1: ['all'] } } });
});

test('step by step, and a drastic step waits for a second person', async () => {
  const names = await newSwitches(3);
  const incident = await place.openIncident();
  const plan = planOf(names.map((name, at) => ({ name, drastic: at === 1 })));
  const runner = place.runner();
  runner.work();
  const { id, steps } = await runner.start({ incident, plan, by: 'ann' });
  // the plan says one approval; the action knows better
  expect(steps.map(({ approvalsNeeded }) => approvalsNeeded)).toEqual([1, 2, 1]);

  await runner.approve({ incident, digest: plan.digest, steps: ['s1', 's2'], by: 'ann', role: 'approver' });
  const first = await runner.settled(id);
  expect(first.state).toBe('waiting-approval');
  expect(states(first)).toEqual(['s1 done', 's2 waiting', 's3 waiting']);
  expect(
    await code(runner.approve({ incident, digest: plan.digest, steps: ['s2'], by: 'ann', role: 'approver' })),
  ).toBe('FB-APPROVAL-SECOND-PERSON');
  await runner.approve({ incident, digest: plan.digest, steps: ['s2'], by: 'ben', role: 'approver' });
  expect(states(await runner.settled(id))).toEqual(['s1 done', 's2 done', 's3 waiting']);
  await runner.approve({ incident, digest: plan.digest, by: 'ann', role: 'approver' });
  const done = await runner.settled(id);
  expect(done.state).toBe('contained');
  expect(done.steps.map(({ approvals }) => approvals.map(({ by }) => by))).toEqual([['ann'], ['ann', 'ben'], ['ann']]);
});

type RunnerOptions = NonNullable<Parameters<typeof place.runner>[0]>;

/** Starts a plan on new switches, all approved, with a peer that misbehaves; gives it settled. */
async function contain(
  count: number,
  given: RunnerOptions | ((names: readonly string[]) => RunnerOptions),
  more: { name?: never; action?: string } = {},
) {
  await place.rest();
  const names = await newSwitches(count);
  const incident = await place.openIncident();
  const plan = planOf(names.map((name) => ({ ...more, name })));
  const runner = place.runner(typeof given === 'function' ? given(names) : given);
  runner.work();
  const { id } = await runner.start({ incident, plan, by: 'ann' });
  await runner.approve({ incident, digest: plan.digest, by: 'ann', role: 'approver' });
  return { names, incident, plan, runner, done: await runner.settled(id) };
}

test('another writer gets in between: the newer state is what undo goes back to', async () => {
  const table = place.switches;
  let meddled = false;
  const { names, incident, runner, done } = await contain(1, {
    switches: {
      set: async (name, to, version) => {
        if (!meddled) await table.set(name, 'ajar', null);
        meddled = true;
        return table.set(name, to, version);
      },
    },
  });
  expect(done.state).toBe('contained');
  expect(done.steps[0]?.attempt).toBe(2);
  expect(await table.look(names[0] ?? '')).toEqual({ position: 'shut', sets: 2 });
  await runner.settled((await runner.undo({ incident, by: 'ann' })).id);
  expect(await table.look(names[0] ?? '')).toEqual({ position: 'ajar', sets: 3 });
});

test.each([
  ['came through', true],
  ['did not', false],
])('a request without an answer that %s is not repeated blindly', async (_name, through) => {
  const table = place.switches;
  let lost = 0;
  const { names, done } = await contain(1, {
    switches: {
      set: async (name, to, version) => {
        lost += 1;
        if (lost > 1) return table.set(name, to, version);
        if (through) await table.set(name, to, version);
        return { outcome: 'unknown', reason: 'The connection broke.' };
      },
    },
  });
  expect(done.state).toBe('contained');
  expect(await table.look(names[0] ?? '')).toEqual({ position: 'shut', sets: 1 });
  expect(lost).toBe(through ? 1 : 2);
});

test('a step that was cut off between two requests goes on from there', async () => {
  const table = place.switches;
  let requests = 0;
  const set: typeof table.set = async (name, to, version) => {
    requests += 1;
    if (requests === 2) return { outcome: 'refused', code: 'FB-K8S-THROTTLED', reason: 'Later.', retryable: true };
    return table.set(name, to, version);
  };
  const { names, done } = await contain(1, { switches: { set } }, { action: slideSwitch.id });
  expect(done.state).toBe('contained');
  expect(await table.look(names[0] ?? '')).toEqual({ position: 'shut', sets: 2 });
});

test('a step that stays half-way is stopped, and undo brings it back without being forced', async () => {
  const table = place.switches;
  const set: typeof table.set = async (name, to, version) =>
    to === 'shut'
      ? { outcome: 'refused', code: 'FB-K8S-FORBIDDEN', reason: 'No.', retryable: false }
      : table.set(name, to, version);
  const parts = { switches: { set }, pace: { attempts: 2 } };
  const { names, incident, runner, done } = await contain(1, parts, { action: slideSwitch.id });
  expect(done.state).toBe('stopped');
  expect(await table.look(names[0] ?? '')).toMatchObject({ position: 'half' });
  const undone = await runner.settled((await runner.undo({ incident, by: 'ann' })).id);
  expect(undone.state).toBe('undone');
  expect(await table.look(names[0] ?? '')).toMatchObject({ position: 'open' });
});

test('after a request without an answer, a third state stops the step and its first before-state stays', async () => {
  const table = place.switches;
  const { names, incident, runner, done } = await contain(2, {
    switches: {
      set: async (name) => {
        await table.set(name, 'ajar', null);
        return { outcome: 'unknown', reason: 'The connection broke.' };
      },
    },
  });
  expect(done.state).toBe('stopped');
  expect(states(done)).toEqual(['s1 refused', 's2 waiting']);
  expect(done.steps[0]?.reason).toMatch(/^FB-STEP-CHANGED/);
  expect((await place.incidents.get(incident)).state).toBe('stopped');
  // it may have been us who left it ajar: that is for people to decide
  const looked = await runner.settled((await runner.undo({ incident, by: 'ann' })).id);
  expect(looked.steps[0]?.reason).toMatch(/^FB-UNDO-CHANGED/);
  const forcing = place.runner();
  await runner.close();
  forcing.work();
  const forced = await forcing.settled((await forcing.undo({ incident, by: 'ann', force: true })).id);
  expect(forced.state).toBe('undone');
  expect((await table.look(names[0] ?? '')).position).toBe('open');
});

test('a refusal stops the execution; what was done stands and can be undone', async () => {
  const table = place.switches;
  let count = 0;
  const { names, incident, runner, done } = await contain(3, {
    switches: {
      set: async (name, to, version) => {
        count += 1;
        if (count === 2) return { outcome: 'refused', code: 'FB-K8S-FORBIDDEN', reason: 'No.', retryable: false };
        return table.set(name, to, version);
      },
    },
  });
  expect(done.state).toBe('stopped');
  expect(states(done)).toEqual(['s1 done', 's2 refused', 's3 waiting']);
  expect(done.steps[1]?.reason).toBe('FB-K8S-FORBIDDEN: No.');
  const undone = await runner.settled((await runner.undo({ incident, by: 'ann' })).id);
  expect(undone.state).toBe('undone');
  expect(states(undone)).toEqual(['s1 undone']);
  for (const name of names) expect((await table.look(name)).position).toBe('open');
});

test('a refusal that may pass is tried again, but not for ever', async () => {
  let count = 0;
  const { done } = await contain(1, {
    switches: {
      set: async () => {
        count += 1;
        return { outcome: 'refused', code: 'FB-K8S-THROTTLED', reason: 'Later.', retryable: true };
      },
    },
  });
  expect(done.state).toBe('stopped');
  expect(done.steps[0]?.reason).toBe('FB-K8S-THROTTLED: Later.');
  expect(count).toBe(4);
});

test('a probe that still gets through stops everything; one that lags behind does not', async () => {
  const failing = await contain(2, { switches: { probe: async () => 'fails' } });
  expect(failing.done.state).toBe('stopped');
  expect(states(failing.done)).toEqual(['s1 failed-probe', 's2 waiting']);
  expect((await place.entries(failing.incident)).map(({ kind }) => kind)).toContain('incident.stopped');
  let tries = 0;
  const lagging = await contain(1, { switches: { probe: async () => (tries++ < 2 ? 'fails' : 'holds') } });
  expect(lagging.done.state).toBe('contained');
});

test('not contained: a probe that cannot tell, a proof that finds a way, a proof that cannot be made', async () => {
  const blind = await contain(1, { switches: { probe: async () => 'cannot-tell' } });
  expect([blind.done.state, ...states(blind.done)]).toEqual(['done-unproven', 's1 done']);
  const thrown = await contain(1, {
    switches: {
      probe: async () => {
        throw new Error('oops');
      },
    },
  });
  expect(thrown.done.steps[0]?.probes[0]?.result).toBe('cannot-tell');
  const node = { kind: 'Secret', id: 'test:Secret/x', name: 'x' };
  const open = await contain(1, {
    prove: async () => ({ contained: false, reachable: [node], detail: 'One is reachable.' }),
  });
  expect([open.done.state, open.done.proof?.reachable]).toEqual(['done-unproven', [node]]);
  expect((await place.entries(open.incident)).at(-1)?.kind).toBe('incident.not-contained');
  const failing = await contain(1, {
    prove: async () => {
      throw new FirebreakError('FB-K8S-UNREACHABLE', 'It is away.');
    },
  });
  expect(failing.done.state).toBe('done-unproven');
  expect(failing.done.proof?.detail).toMatch(/FB-K8S-UNREACHABLE/);
});

test('the captured secret reaches the probe, is nowhere readable, and is gone afterwards', async () => {
  const secrets: (string | undefined)[] = [];
  const sealed: string[] = [];
  const { names, incident } = await contain(1, {
    switches: {
      probe: async (_name, _to, secret) => {
        secrets.push(secret);
        sealed.push(...(await everyText()));
        return 'holds';
      },
    },
  });
  const secret = `secret of ${names[0]}`;
  expect(secrets).toEqual([secret]);
  expect(sealed.length).toBeGreaterThan(0);
  expect(sealed.filter((text) => text.includes(secret))).toEqual([]);
  const { rows } = await admin.query('select 1 from step where sealed is not null');
  expect(rows).toEqual([]);
  expect(JSON.stringify(await place.entries(incident))).not.toContain(secret);
});

test('undo leaves what others changed since, unless it is forced', async () => {
  const table = place.switches;
  const { names, incident, runner } = await contain(3, {});
  await table.set(names[1] ?? '', 'ajar', null);
  const partly = await runner.settled((await runner.undo({ incident, by: 'ann' })).id);
  expect(partly.state).toBe('stopped');
  expect(states(partly)).toEqual(['s3 undone', 's2 undo-refused', 's1 undone']);
  expect(partly.steps[1]?.reason).toMatch(/^FB-UNDO-CHANGED/);
  expect((await table.look(names[1] ?? '')).position).toBe('ajar');
  expect((await place.entries(incident)).at(-1)?.kind).toBe('incident.not-undone');
  const rest = await runner.settled((await runner.undo({ incident, by: 'ann', force: true })).id);
  expect([rest.state, ...states(rest)]).toEqual(['undone', 's2 undone']);
  expect((await table.look(names[1] ?? '')).position).toBe('open');
});

test('what cannot be undone is said and left', async () => {
  const { names, incident, runner, done } = await contain(1, {}, { action: breakSwitch.id });
  expect(done.state).toBe('contained');
  const undone = await runner.settled((await runner.undo({ incident, by: 'ann' })).id);
  expect(undone.state).toBe('undone');
  expect(undone.steps[0]?.state).toBe('undo-refused');
  expect(undone.steps[0]?.reason).toBe('FB-UNDO-IMPOSSIBLE: A broken switch stays broken.');
  expect((await place.switches.look(names[0] ?? '')).position).toBe('shut');
});

test('undo in the middle: the step under way is finished, no other begins', async () => {
  const table = place.switches;
  const names = await newSwitches(3);
  const incident = await place.openIncident();
  const plan = planOf(names.map((name) => ({ name })));
  const applying = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const runner = place.runner({
    switches: {
      set: async (name, to, version) => {
        if (name === names[1] && to === 'shut') {
          applying.resolve();
          await goOn.promise;
        }
        return table.set(name, to, version);
      },
    },
  });
  runner.work();
  const { id } = await runner.start({ incident, plan, by: 'ann' });
  await runner.approve({ incident, digest: plan.digest, by: 'ann', role: 'approver' });
  await applying.promise;
  const undoing = await runner.undo({ incident, by: 'ann' });
  expect(undoing.steps.map(({ stepId }) => stepId)).toEqual(['s2', 's1']);
  expect(await code(runner.undo({ incident, by: 'ann' }))).toBe('FB-EXECUTION-BUSY');
  expect(await code(runner.start({ incident, plan, by: 'ann' }))).toBe('FB-EXECUTION-BUSY');
  goOn.resolve();
  expect((await runner.settled(undoing.id)).state).toBe('undone');
  expect(states(await runner.settled(id))).toEqual(['s1 done', 's2 done', 's3 waiting']);
  expect(await Promise.all(names.map((name) => table.look(name)))).toEqual([
    { position: 'open', sets: 2 },
    { position: 'open', sets: 2 },
    { position: 'open', sets: 0 },
  ]);
});

test('a second plan after a stop: undo takes both back', async () => {
  const table = place.switches;
  let refuse = true;
  // By its name: a runner also looks at what other tests have left standing, and the second that it reads may be one of theirs.
  const { names, incident, runner, plan, done } = await contain(2, ([, second]) => ({
    switches: {
      set: async (name, to, version) =>
        refuse && name === second
          ? { outcome: 'refused', code: 'FB-K8S-FORBIDDEN', reason: 'No.', retryable: false }
          : table.set(name, to, version),
    },
  }));
  expect(done.state).toBe('stopped');
  refuse = false;
  const next = planOf([...names.map((name) => ({ name })), { name: names[0] ?? '', to: 'locked' }]);
  const { id } = await runner.start({ incident, plan: next, by: 'ann' });
  expect(await code(runner.approve({ incident, digest: plan.digest, by: 'ann', role: 'approver' }))).toBe(
    'FB-APPROVAL-DIGEST',
  );
  await runner.approve({ incident, digest: next.digest, by: 'ann', role: 'approver' });
  expect((await runner.settled(id)).state).toBe('contained');
  expect((await table.look(names[0] ?? '')).position).toBe('locked');
  expect((await runner.settled((await runner.undo({ incident, by: 'ann' })).id)).state).toBe('undone');
  for (const name of names) expect((await table.look(name)).position).toBe('open');
});

test('a mistake in an action stops the execution and names it; a call that hangs is given up', async () => {
  const broken = await contain(2, {
    actions: [{ ...setSwitch, preview: () => JSON.parse('{') }],
  });
  expect(broken.done.state).toBe('stopped');
  expect(broken.done.steps[0]?.reason).toMatch(/^FB-INTERNAL: SyntaxError/);
  let count = 0;
  const hanging = await contain(1, {
    pace: { callMs: 50 },
    switches: {
      set: (name, to, version) =>
        count++ === 0 ? new Promise(() => undefined) : place.switches.set(name, to, version),
    },
  });
  expect(hanging.done.state).toBe('contained');
  expect(await place.switches.look(hanging.names[0] ?? '')).toEqual({ position: 'shut', sets: 1 });
});

test('dry-run reads and changes nothing', async () => {
  const [a = ''] = await newSwitches(1);
  const steps = await place.runner().preview(planOf([{ name: a }, { name: 'nowhere' }]));
  expect(steps.map(({ stepId, changes, problem }) => [stepId, changes.length, problem])).toEqual([
    ['s1', 1, null],
    ['s2', 0, 'FB-K8S-GONE: There is no switch nowhere.'],
  ]);
  expect(await place.switches.look(a)).toEqual({ position: 'open', sets: 0 });
});

test('a plan without steps is proven all the same', async () => {
  const { done } = await contain(0, {});
  expect([done.state, done.steps.length, done.proof?.contained]).toEqual(['contained', 0, true]);
});

test('what a step destroys goes to the evidence vault first; a step that must have it waits and is refused', async () => {
  const [kept = '', lost = ''] = await newSwitches(2);
  const asked: string[] = [];
  const evidenceFirst: EvidenceFirst = {
    take: async ({ target, action }) => {
      const { position } = await place.switches.look(target.name);
      asked.push(`${action} ${target.name} ${position}`);
      if (target.name === lost) throw new FirebreakError('FB-EVIDENCE-FIRST', 'The store is gone.');
      return { result: 'taken', snapshots: [{ id: 'snap_1', subject: target.id, state: 'complete' }] };
    },
  };
  const runner = place.runner({ evidenceFirst });
  async function end(steps: Parameters<typeof planOf>[0]) {
    const incident = await place.openIncident();
    const plan = planOf(steps);
    const { id } = await runner.start({ incident, plan, by: 'ann' });
    await runner.approve({ incident, digest: plan.digest, by: 'ann', role: 'admin' });
    await runner.approve({ incident, digest: plan.digest, by: 'bob', role: 'admin' }).catch(() => undefined);
    runner.work();
    return { incident, execution: await runner.settled(id) };
  }
  const good = await end([{ name: kept, action: breakSwitch.id }]);
  expect(states(good.execution)).toEqual(['s1 done']);
  const entries = await place.entries(good.incident);
  const kinds = entries.map(({ kind }) => kind);
  expect(kinds.indexOf('step.evidence')).toBeGreaterThan(0);
  expect(kinds.indexOf('step.evidence')).toBeLessThan(kinds.indexOf('step.applied'));
  expect(entries.find(({ kind }) => kind === 'step.evidence')?.body).toMatchObject({ snapshots: [{ id: 'snap_1' }] });
  const bad = await end([{ name: lost, action: breakSwitch.id }]);
  expect(states(bad.execution)).toEqual(['s1 refused']);
  expect(bad.execution.steps[0]?.reason).toContain('FB-EVIDENCE-FIRST');
  expect(await place.switches.look(lost)).toMatchObject({ position: 'open', sets: 0 });
  expect(asked.every((line) => line.endsWith('open'))).toBe(true);
  // What can be set back asks for nothing.
  const [harmless = ''] = await newSwitches(1);
  await end([{ name: harmless }]);
  expect(asked.some((line) => line.includes(harmless))).toBe(false);
});
