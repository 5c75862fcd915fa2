/** What every action must do, run against any implementation of the account. */
import type { AnyAction, Outcome } from '@firebreak/contract';
import { describe, expect, test } from 'vitest';
import type { Service } from '../../account/calls.ts';
import type { AwsSession } from '../../session.ts';
import { changeOf } from '../exchange/write.ts';
import { actions } from '../index.ts';
import { failing, observe } from './observed.case.ts';
import { type ActionCase, cases, region, type World } from './world.case.ts';

export interface Where {
  readonly name: 'memory' | 'server';
  /** An account that is as it was made; `fresh` where what others change in it must not be seen by the next. */
  readonly make: (fresh?: boolean) => Promise<World>;
}

const signal = new AbortController().signal;
const attempt = (session: AwsSession) => ({ session, signal, key: 'test' });

function actionOf(id: string): AnyAction<AwsSession> {
  const action = actions.find((each) => each.id === id);
  if (action === undefined) throw new Error(`no action ${id}`);
  return action;
}

/** Everything that any action reads, but for the time: what must be as it was. */
async function stateOf(world: World, possible: readonly ActionCase[]): Promise<unknown> {
  const states: unknown[] = [];
  for (const each of possible) {
    const action = actionOf(each.action);
    const { record } = await action.read(attempt(world.session), action.params.parse(each.params(world.ids)));
    states.push({ of: `${each.action} ${each.name}`, record: { ...record, at: undefined } });
  }
  return states;
}

/** Undo may have to wait for what AWS does in its own time. */
async function undo(
  action: AnyAction<AwsSession>,
  session: AwsSession,
  params: unknown,
  before: unknown,
): Promise<void> {
  const { reversal } = action;
  if (reversal.kind === 'none') return;
  let outcome: Outcome = { outcome: 'unknown', reason: '' };
  for (let tries = 0; tries < 5 && outcome.outcome !== 'done'; tries += 1)
    outcome = await reversal.restore(attempt(session), params, before);
  expect(outcome).toEqual({ outcome: 'done' });
}

export function suite(where: Where): void {
  const possible = cases.filter(({ lacking }) => where.name === 'memory' || lacking === undefined);

  describe.each(possible)(`$action $name (${where.name})`, (each) => {
    const action = actionOf(each.action);
    // A server takes its time: the whole account is looked at once for each action, afterwards only what the action reads.
    const concerned = where.name === 'memory' ? possible : [each];

    test('read, preview, apply, prove, restore', async () => {
      const world = await where.make();
      const params: unknown = action.params.parse(each.params(world.ids));
      const start = await stateOf(world, possible);
      const seen = observe(world.session);
      const before = await action.read(attempt(seen.session), params);
      expect(seen.sent, 'reading writes nothing').toEqual([]);
      action.before.parse(JSON.parse(JSON.stringify(before.record)));
      const preview = action.preview(params, before.record);
      expect(preview.length).toBeGreaterThan(0);

      expect(await action.apply(attempt(seen.session), params, before.record)).toEqual({ outcome: 'done' });
      const sent = seen.sent.map((command) => changeOf({ verb: 'patch', object: '', ...command }));
      // The group that is made first has no id and no rules in the preview.
      const isOfNewGroup = (request: string) => request.startsWith('ec2 RevokeSecurityGroupEgress');
      const made = (text: string) => text.replaceAll(/sg-[0-9a-f]+|\(the group that is made first\)/g, 'sg');
      const shown = (list: readonly { readonly request: string; readonly body?: unknown }[]) =>
        list.map(({ request, body }) => made(JSON.stringify(isOfNewGroup(request) ? { request } : { request, body })));
      expect(shown(sent)).toEqual(shown(preview));
      const now = await action.read(attempt(world.session), params);
      expect(action.inEffect(now.record, params, before.record)).toBe(true);

      const results = await action.probe(attempt(world.session), params, before);
      const expected = where.name === 'server' ? (each.probesOnServer ?? each.probes) : each.probes;
      expect({ evidence: results, results: results.map(({ result }) => result) }).toMatchObject({ results: expected });

      seen.sent.length = 0;
      expect(await action.apply(attempt(seen.session), params, before.record)).toEqual({ outcome: 'done' });
      expect(seen.sent, 'applying twice is applying once').toEqual([]);

      const { reversal } = action;
      if (reversal.kind === 'none') return;
      await undo(action, world.session, params, before.record);
      const after = await action.read(attempt(world.session), params);
      expect(reversal.restored(after.record, params, before.record)).toBe(true);
      expect(await stateOf(world, possible)).toEqual(start);

      expect(await reversal.restore(attempt(seen.session), params, before.record)).toEqual({ outcome: 'done' });
      expect(seen.sent, 'restoring twice is restoring once').toEqual([]);
    });

    test.each(['never-left', 'answer-lost'] as const)('cut off at every write (%s), it resumes', async (how) => {
      for (let at = 0; ; at += 1) {
        const world = await where.make();
        const params: unknown = action.params.parse(each.params(world.ids));
        const start = await stateOf(world, concerned);
        const before = (await action.read(attempt(world.session), params)).record;
        const writes = action.preview(params, before).length;
        if (at >= writes) break;
        const broken = await action.apply(attempt(observe(world.session, { at, how }).session), params, before);
        // Once a write has gone through it would be wrong to say that nothing happened.
        expect(broken.outcome).toBe(how === 'answer-lost' || at > 0 ? 'unknown' : 'refused');
        if (broken.outcome === 'refused') expect(broken.retryable).toBe(true);
        const between = (await action.read(attempt(world.session), params)).record;
        if (!action.inEffect(between, params, before)) {
          if (at > 0) expect(action.isHalfway?.(between, params, before)).toBe(true);
          expect(await action.apply(attempt(world.session), params, before)).toEqual({ outcome: 'done' });
        }
        const now = (await action.read(attempt(world.session), params)).record;
        expect(action.inEffect(now, params, before)).toBe(true);
        if (action.reversal.kind === 'none') break;
        await undo(action, world.session, params, before);
        expect(await stateOf(world, concerned)).toEqual(start);
      }
    });

    test('undo, cut off at every write, resumes', async () => {
      const { reversal } = action;
      if (reversal.kind === 'none') return;
      for (let at = 0; ; at += 1) {
        const world = await where.make();
        const params: unknown = action.params.parse(each.params(world.ids));
        const start = await stateOf(world, concerned);
        const before = (await action.read(attempt(world.session), params)).record;
        expect(await action.apply(attempt(world.session), params, before)).toEqual({ outcome: 'done' });
        const breaking = observe(world.session, { at, how: 'answer-lost' });
        await reversal.restore(attempt(breaking.session), params, before);
        await undo(action, world.session, params, before);
        expect(await stateOf(world, concerned)).toEqual(start);
        if (breaking.sent.length <= at) break;
      }
    });

    if (where.name === 'server') return;
    test.each([
      ['denied', true, { outcome: 'refused', code: 'FB-AWS-FORBIDDEN', retryable: false }],
      ['expired', true, { outcome: 'refused', code: 'FB-HTTP-UNAUTHORIZED', retryable: false }],
      ['throttled', true, { outcome: 'refused', code: 'FB-HTTP-THROTTLED', retryable: true }],
      ['conflict', true, { outcome: 'refused', code: 'FB-AWS-CONFLICT', retryable: true }],
      ['quota', true, { outcome: 'refused', code: 'FB-STEP-REFUSED', retryable: false }],
      ['unreachable', false, { outcome: 'refused', code: 'FB-HTTP-UNREACHABLE', retryable: true }],
      ['unreachable', true, { outcome: 'unknown' }],
      ['timeout', true, { outcome: 'unknown' }],
      ['server-error', true, { outcome: 'unknown' }],
      ['invalid', true, { outcome: 'unknown' }],
    ] as const)('a write that is %s (sent: %s)', async (failure, sent, expected) => {
      const world = await where.make();
      const params: unknown = action.params.parse(each.params(world.ids));
      const { record } = await action.read(attempt(world.session), params);
      const start = await stateOf(world, possible);
      const broken = failing(world.session, failure, sent);
      expect(await action.apply(attempt(broken), params, record)).toMatchObject(expected);
      expect(await stateOf(world, possible)).toEqual(start);
    });
  });

  test.each(possible.filter(({ interfere }) => interfere !== undefined))(
    `$action $name does not overwrite what somebody else changed since (${where.name})`,
    async (each) => {
      const action = actionOf(each.action);
      const world = await where.make(true);
      const params: unknown = action.params.parse(each.params(world.ids));
      const { record } = await action.read(attempt(world.session), params);
      const theirs = each.interfere?.(world.ids);
      if (theirs === undefined) return;
      const command = { ...theirs, service: theirs.service as Service, region };
      expect(await world.session.control.write(command, signal)).toMatchObject({ ok: true });
      const start = await stateOf(world, possible);
      expect(await action.apply(attempt(world.session), params, record)).toMatchObject({
        outcome: 'refused',
        code: 'FB-AWS-CONFLICT',
        retryable: true,
      });
      expect(await stateOf(world, possible)).toEqual(start);
    },
  );
}
