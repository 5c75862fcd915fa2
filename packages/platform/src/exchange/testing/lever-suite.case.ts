/**
 * What every lever must do, run against any implementation of its system: read without writing, show what it will send, apply once
 * however often it is told to, prove it, go back exactly, go on from wherever it was cut off, and leave alone what somebody else changed.
 */
import type { AnyAction, Outcome, ProbeResult } from '@firebreak/contract';
import { describe, expect, test } from 'vitest';

/** What happens to the nth write (from 0): it never leaves, or it is carried out and the answer is lost. */
export interface Interruption {
  readonly at: number;
  readonly how: 'never-left' | 'answer-lost';
}

export interface Watched<S> {
  readonly session: S;
  /** One line for each write, as `preview` shows it. */
  readonly sent: string[];
}

export interface LeverCase<W> {
  readonly action: string;
  readonly name: string;
  readonly params: (world: W) => Readonly<Record<string, unknown>>;
  /** What the probes say after the step, in their order. */
  readonly probes: readonly ProbeResult['result'][];
  /** Somebody else's change after we read, which the step must not overwrite. */
  readonly interfere?: (world: W) => Promise<void>;
  /** Somebody else's change in the same place after the step, which undo must not overwrite unless it is told to. */
  readonly takeOver?: (world: W) => Promise<void>;
}

export interface LeverSuite<S, W> {
  readonly name: string;
  readonly actions: readonly AnyAction<S>[];
  readonly cases: readonly LeverCase<W>[];
  /** A world that is as it was made. */
  readonly make: () => Promise<W>;
  readonly session: (world: W) => S;
  readonly watch: (session: S, interruption?: Interruption) => Watched<S>;
  /** Everything that must be as it was, whichever lever was pulled and undone. */
  readonly stateOf: (world: W) => Promise<unknown>;
}

const signal = new AbortController().signal;

export function leverSuite<S, W>(suite: LeverSuite<S, W>): void {
  const attempt = (session: S, force = false) => ({ session, signal, key: 'test', ...(force ? { force } : {}) });

  describe.each([...suite.cases])(`$action $name (${suite.name})`, (each) => {
    const action = suite.actions.find(({ id }) => id === each.action);
    if (action === undefined) throw new Error(`no action ${each.action}`);
    const parse = (world: W): unknown => action.params.parse(each.params(world));
    const read = async (world: W, params: unknown) => action.read(attempt(suite.session(world)), params);
    const undo = async (world: W, params: unknown, before: unknown, force = false): Promise<Outcome> => {
      if (action.reversal.kind === 'none') throw new Error('it has no way back');
      return action.reversal.restore(attempt(suite.session(world), force), params, before);
    };

    test('read, preview, apply, prove, restore', async () => {
      const world = await suite.make();
      const params = parse(world);
      const start = await suite.stateOf(world);
      const seen = suite.watch(suite.session(world));
      const before = await action.read(attempt(seen.session), params);
      expect(seen.sent, 'reading writes nothing').toEqual([]);
      const record: unknown = action.before.parse(JSON.parse(JSON.stringify(before.record)));
      const preview = action.preview(params, record);
      expect(preview.length).toBeGreaterThan(0);

      expect(await action.apply(attempt(seen.session), params, record)).toEqual({ outcome: 'done' });
      expect(seen.sent).toEqual(preview.map(({ request }) => request));
      expect(action.inEffect((await read(world, params)).record, params, record)).toBe(true);
      const results = await action.probe(attempt(suite.session(world)), params, before);
      expect({ evidence: results, results: results.map(({ result }) => result) }).toMatchObject({
        results: each.probes,
      });

      seen.sent.length = 0;
      expect(await action.apply(attempt(seen.session), params, record)).toEqual({ outcome: 'done' });
      expect(seen.sent, 'applying twice is applying once').toEqual([]);

      expect(await undo(world, params, record)).toEqual({ outcome: 'done' });
      const { reversal } = action;
      if (reversal.kind === 'none') return;
      expect(reversal.restored((await read(world, params)).record, params, record)).toBe(true);
      expect(await suite.stateOf(world)).toEqual(start);
      expect(await reversal.restore(attempt(seen.session), params, record)).toEqual({ outcome: 'done' });
      expect(seen.sent, 'restoring twice is restoring once').toEqual([]);
    });

    test.each(['never-left', 'answer-lost'] as const)('cut off at every write (%s), it resumes', async (how) => {
      for (let at = 0; ; at += 1) {
        const world = await suite.make();
        const params = parse(world);
        const start = await suite.stateOf(world);
        const before: unknown = (await read(world, params)).record;
        if (at >= action.preview(params, before).length) break;
        const cut = suite.watch(suite.session(world), { at, how }).session;
        const broken = await action.apply(attempt(cut), params, before);
        // Once a write has gone through it would be wrong to say that nothing happened.
        expect(broken.outcome).toBe(how === 'answer-lost' || at > 0 ? 'unknown' : 'refused');
        const between: unknown = (await read(world, params)).record;
        if (!action.inEffect(between, params, before)) {
          if (at > 0) expect(action.isHalfway?.(between, params, before)).toBe(true);
          expect(await action.apply(attempt(suite.session(world)), params, before)).toEqual({ outcome: 'done' });
        }
        expect(action.inEffect((await read(world, params)).record, params, before)).toBe(true);
        expect(await undo(world, params, before)).toEqual({ outcome: 'done' });
        expect(await suite.stateOf(world)).toEqual(start);
      }
    });

    test('undo, cut off at every write, resumes', async () => {
      const { reversal } = action;
      if (reversal.kind === 'none') return;
      for (let at = 0; ; at += 1) {
        const world = await suite.make();
        const params = parse(world);
        const start = await suite.stateOf(world);
        const before: unknown = (await read(world, params)).record;
        expect(await action.apply(attempt(suite.session(world)), params, before)).toEqual({ outcome: 'done' });
        const breaking = suite.watch(suite.session(world), { at, how: 'answer-lost' });
        await reversal.restore(attempt(breaking.session), params, before);
        expect(await undo(world, params, before)).toEqual({ outcome: 'done' });
        expect(await suite.stateOf(world)).toEqual(start);
        if (breaking.sent.length <= at) break;
      }
    });

    test.runIf(each.interfere !== undefined)('it does not overwrite what somebody else changed since', async () => {
      const world = await suite.make();
      const params = parse(world);
      const before: unknown = (await read(world, params)).record;
      await each.interfere?.(world);
      const start = await suite.stateOf(world);
      const outcome = await action.apply(attempt(suite.session(world)), params, before);
      expect(outcome).toMatchObject({ outcome: 'refused', retryable: true });
      expect(await suite.stateOf(world)).toEqual(start);
    });

    test.runIf(each.takeOver !== undefined)(
      'undo leaves what somebody else has set since, unless it is told to',
      async () => {
        const world = await suite.make();
        const params = parse(world);
        const before: unknown = (await read(world, params)).record;
        expect(await action.apply(attempt(suite.session(world)), params, before)).toEqual({ outcome: 'done' });
        await each.takeOver?.(world);
        const theirs = await suite.stateOf(world);
        expect(await undo(world, params, before)).toMatchObject({ outcome: 'refused', code: 'FB-UNDO-CHANGED' });
        expect(await suite.stateOf(world)).toEqual(theirs);
        expect(await undo(world, params, before, true)).toEqual({ outcome: 'done' });
        if (action.reversal.kind === 'restore')
          expect(action.reversal.restored((await read(world, params)).record, params, before)).toBe(true);
      },
    );
  });
}
