/**
 * What every action must do, run against any implementation of the cluster. `world` makes a fresh one, or resets it; a
 * cluster that cannot be made afresh for each test says so by returning the same one.
 */
import type { AnyAction, Outcome } from '@firebreak/contract';
import { describe, expect, test } from 'vitest';
import type { ApiObject, KubernetesApi } from '../../api.ts';
import { actions } from '../index.ts';
import { sameButServerOwned, stripServerOwned } from '../objects/server-owned.ts';
import { failing, observe } from './observed.case.ts';
import { type ActionCase, refOfObject } from './world.case.ts';

export interface World {
  readonly api: KubernetesApi;
  /** The objects that must be as they were after undo. */
  readonly objects: readonly ApiObject[];
}

const signal = new AbortController().signal;
const attempt = (session: KubernetesApi) => ({ session, signal, key: 'test' });

function actionOf(each: ActionCase): { action: AnyAction<KubernetesApi>; params: unknown } {
  const action = actions.find(({ id }) => id === each.action);
  if (action === undefined) throw new Error(`no action ${each.action}`);
  return { action, params: action.params.parse(each.params) };
}

async function stateOf({ api, objects }: World): Promise<readonly ApiObject[]> {
  const states: ApiObject[] = [];
  for (const object of objects) {
    const found = await api.get(refOfObject(object), signal);
    if (!found.ok) throw new Error(`${object.kind} ${String(object.metadata?.name)}: ${found.reason}`);
    states.push(found.value);
  }
  return states;
}

function expectSame(now: readonly ApiObject[], before: readonly ApiObject[]): void {
  for (const [index, object] of before.entries()) {
    const found = now[index] ?? {};
    if (!sameButServerOwned(found, object)) expect(stripServerOwned(found)).toEqual(stripServerOwned(object));
  }
}

/** Undo may have to wait for what the cluster does in its own time: a pod that still terminates. */
async function insist(attemptOnce: () => Promise<Outcome>): Promise<Outcome> {
  for (let tries = 0; ; tries += 1) {
    const outcome = await attemptOnce();
    if (tries === 100 || outcome.outcome !== 'refused' || !outcome.retryable) return outcome;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function undo(action: AnyAction<KubernetesApi>, api: KubernetesApi, params: unknown, before: unknown) {
  const { reversal } = action;
  if (reversal.kind === 'none') return;
  expect(await insist(() => reversal.restore(attempt(api), params, before))).toEqual({ outcome: 'done' });
}

/** There and back, with everything that is promised on the way. */
export function roundTrips(cases: readonly ActionCase[], makeWorld: () => Promise<World>): void {
  describe.each(cases)('$action: $name', (each) => {
    const { action, params } = actionOf(each);

    test('read, preview, apply, prove, restore', async () => {
      const world = await makeWorld();
      const start = await stateOf(world);
      const seen = observe(world.api);
      const before = await action.read(attempt(seen.api), params);
      expect(seen.sent, 'reading writes nothing').toEqual([]);
      action.before.parse(JSON.parse(JSON.stringify(before.record)));
      const preview = action.preview(params, before.record);

      expect(await action.apply(attempt(seen.api), params, before.record)).toEqual({ outcome: 'done' });
      const shown = preview.map(({ request, body }) => (body === undefined ? { request } : { request, body }));
      if (each.params.serviceAccount !== 'default') expect(seen.sent).toEqual(shown);
      const now = await action.read(attempt(world.api), params);
      expect(action.inEffect(now.record, params, before.record)).toBe(true);

      const results = await action.probe(attempt(world.api), params, before);
      expect({ evidence: results, results: results.map(({ result }) => result) }).toMatchObject({
        results: each.probes,
      });

      seen.sent.length = 0;
      expect(await action.apply(attempt(seen.api), params, before.record)).toEqual({ outcome: 'done' });
      expect(seen.sent, 'applying twice is applying once').toEqual([]);

      const { reversal } = action;
      if (reversal.kind === 'none') return;
      await undo(action, world.api, params, before.record);
      const after = await action.read(attempt(world.api), params);
      expect(reversal.restored(after.record, params, before.record)).toBe(true);
      expectSame(await stateOf(world), start);

      expect(await reversal.restore(attempt(seen.api), params, before.record)).toEqual({ outcome: 'done' });
      expect(seen.sent, 'restoring twice is restoring once').toEqual([]);
    });
  });
}

/** A step or an undo that breaks off at any of its writes is carried on from there. */
export function interruptions(cases: readonly ActionCase[], makeWorld: () => Promise<World>): void {
  describe.each(cases.filter(({ action }) => action !== 'kubernetes.snapshot'))('$action: $name', (each) => {
    const { action, params } = actionOf(each);

    test.each(['never-left', 'answer-lost'] as const)('cut off at every write (%s), it resumes', async (how) => {
      const rehearsal = observe((await makeWorld()).api);
      const record = (await action.read(attempt(rehearsal.api), params)).record;
      await action.apply(attempt(rehearsal.api), params, record);
      const writes = rehearsal.sent.length;
      expect(writes).toBeGreaterThan(0);
      await undo(action, rehearsal.api, params, record);

      for (let at = 0; at < writes; at += 1) {
        const world = await makeWorld();
        const start = await stateOf(world);
        const before = (await action.read(attempt(world.api), params)).record;
        const broken = await action.apply(attempt(observe(world.api, { at, how }).api), params, before);
        // Once a write has gone through it would be wrong to say that nothing happened.
        expect(broken.outcome).toBe(how === 'answer-lost' || at > 0 ? 'unknown' : 'refused');
        if (broken.outcome === 'refused') expect(broken.retryable).toBe(true);

        const between = (await action.read(attempt(world.api), params)).record;
        if (!action.inEffect(between, params, before)) {
          if (at > 0) expect(action.isHalfway?.(between, params, before)).toBe(true);
          expect(await action.apply(attempt(world.api), params, before)).toEqual({ outcome: 'done' });
        }
        const now = (await action.read(attempt(world.api), params)).record;
        expect(action.inEffect(now, params, before)).toBe(true);

        await undo(action, world.api, params, before);
        if (action.reversal.kind === 'restore') expectSame(await stateOf(world), start);
      }
    });

    test('undo, cut off at every write, resumes', async () => {
      const { reversal } = action;
      if (reversal.kind === 'none') return;
      const applied = async () => {
        const world = await makeWorld();
        const start = await stateOf(world);
        const before = (await action.read(attempt(world.api), params)).record;
        await action.apply(attempt(world.api), params, before);
        return { world, start, before };
      };
      const rehearsed = await applied();
      const rehearsal = observe(rehearsed.world.api);
      await undo(action, rehearsal.api, params, rehearsed.before);
      for (let at = 0; at < rehearsal.sent.length; at += 1) {
        const { world, start, before } = await applied();
        const breaking = observe(world.api, { at, how: 'answer-lost' });
        await insist(() => reversal.restore(attempt(breaking.api), params, before));
        await undo(action, world.api, params, before);
        const now = (await action.read(attempt(world.api), params)).record;
        expect(reversal.restored(now, params, before)).toBe(true);
        expectSame(await stateOf(world), start);
      }
    });
  });
}

/** How failures are told. */
export function refusals(cases: readonly ActionCase[], makeWorld: () => Promise<World>): void {
  const changing = cases.filter(({ action }) => action !== 'kubernetes.snapshot');

  describe.each(changing)('$action: $name', (each) => {
    const { action, params } = actionOf(each);

    test.each([
      ['forbidden', false, { outcome: 'refused', code: 'FB-K8S-FORBIDDEN', retryable: false }],
      ['unauthorized', false, { outcome: 'refused', code: 'FB-K8S-UNAUTHORIZED', retryable: false }],
      ['throttled', false, { outcome: 'refused', code: 'FB-K8S-THROTTLED', retryable: true }],
      ['timeout', true, { outcome: 'unknown' }],
      ['bad-response', true, { outcome: 'unknown' }],
      ['server-error', true, { outcome: 'unknown' }],
      ['unreachable', false, { outcome: 'refused', code: 'FB-K8S-UNREACHABLE', retryable: true }],
    ] as const)('a write that is %s (sent: %s)', async (failure, sent, expected) => {
      const world = await makeWorld();
      const before = (await action.read(attempt(world.api), params)).record;
      const start = await stateOf(world);
      const outcome = await action.apply(attempt(failing(world.api, failure, sent)), params, before);
      expect(outcome).toMatchObject(expected);
      expect(await stateOf(world)).toEqual(start);
    });
  });
}

/** What somebody else changes between our reading and our writing stays as they made it. */
export function conflicts(cases: readonly ActionCase[], makeWorld: () => Promise<World>): void {
  test.each(cases.filter(({ interfere }) => interfere !== undefined))(
    '$action: $name does not overwrite what somebody else changed since',
    async (each) => {
      const { action, params } = actionOf(each);
      const world = await makeWorld();
      const before = (await action.read(attempt(world.api), params)).record;
      await each.interfere?.(world.api);
      const theirs = await stateOf(world);
      const outcome = await action.apply(attempt(world.api), params, before);
      expect(outcome, JSON.stringify(outcome)).toMatchObject({
        outcome: 'refused',
        code: 'FB-K8S-CONFLICT',
        retryable: true,
      });
      expectSame(await stateOf(world), theirs);

      const again = (await action.read(attempt(world.api), params)).record;
      expect(await action.apply(attempt(world.api), params, again)).toEqual({ outcome: 'done' });
      await undo(action, world.api, params, again);
      expectSame(await stateOf(world), theirs);
    },
  );
}
