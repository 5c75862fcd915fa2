/**
 * Levers that bring one thing from a state that was read to a wanted one, and back. An action says how to read, what is wanted and
 * which writes lead there and back; the rest follows here, once for every system whose API has no preconditions of its own:
 *
 * - the state is read again right before the first write and compared: what somebody else changed since is refused, never
 *   overwritten;
 * - what already holds is not written again, so applying twice is applying once;
 * - after each of several writes the state is read again and the next write follows from it, so that an attempt that was cut off is
 *   carried on from wherever it stands;
 * - what was so before we came is not "undone" into something else, and a value that somebody else set since is theirs.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Action, Attempt, Change, ErrorCode, Outcome } from '@firebreak/contract';
import { brokenOffAfter, type Refused, refused, refusedBy } from './outcome.ts';

/** How a connector's actions reach their system. */
export interface Exchange<P, S, D, W> {
  /** The open system, proven to be the one that the parameters name. @throws FirebreakError */
  readonly desk: (attempt: Attempt<S>, params: P) => Promise<D>;
  /** One write, at most once. */
  readonly send: (desk: D, write: W) => Promise<Outcome>;
  /** The same for people and the ledger. */
  readonly show: (write: W) => Change;
  /** The thing that is changed, in words that continue a sentence. */
  readonly name: (params: P) => string;
  /** Codes of the system's own for what is not there and what changed meanwhile. */
  readonly codes?: { readonly gone: ErrorCode; readonly changed: ErrorCode };
}

export interface StateChange<P, B, D, W> {
  readonly read: (desk: D, params: P) => Promise<B>;
  /** Whether the thing that is to be changed is not there. */
  readonly isGone: (state: B, params: P) => boolean;
  /** Whether the wanted state also holds when the thing is gone. */
  readonly goneIsWanted?: boolean;
  /** Why it must not or cannot be changed, judged from the before-state. */
  readonly objection?: (before: B, params: P) => string | undefined;
  readonly wanted: (now: B, params: P, before: B) => boolean;
  /** Everything that leads from a state to the wanted one; the first is sent, then it is asked again. Not empty unless wanted. */
  readonly forward: (from: B, params: P, before: B) => readonly W[];
  /** Everything that leads back to the before-state; a refusal where nothing does. `force`: over what others set since. */
  readonly back: (now: B, params: P, before: B, force: boolean) => readonly W[] | Refused;
  /** Whether a state lies between two of several writes, there or back. */
  readonly between?: (now: B, params: P, before: B) => boolean;
  /** What of the state this lever changes: what must be back, whatever else moved. All of it when absent. */
  readonly matter?: (state: B, params: P, before: B) => unknown;
  /** What of the state must be as it was read before anything is written. All of it when absent. */
  readonly steady?: (state: B, params: P) => unknown;
}

export type Forward<P, B, S> = Pick<Action<P, B, S>, 'read' | 'preview' | 'apply' | 'inEffect' | 'isHalfway'>;
export type Reversible<P, B, S> = Forward<P, B, S> & {
  readonly reversal: Extract<Action<P, B, S>['reversal'], { kind: 'restore' }>;
};

/** No lever of ours needs as many. */
const maxWrites = 256;

export function stateChange<P, B, S, D, W>(
  exchange: Exchange<P, S, D, W>,
  change: StateChange<P, B, D, W>,
): Reversible<P, B, S> {
  const codes = exchange.codes ?? { gone: 'FB-HTTP-NOT-FOUND', changed: 'FB-STEP-CHANGED' };
  const matter = (state: B, params: P, before: B) =>
    plain(change.matter === undefined ? state : change.matter(state, params, before));
  const steady = (state: B, params: P) => plain(change.steady === undefined ? state : change.steady(state, params));
  const isBack = (now: B, params: P, before: B) =>
    isDeepStrictEqual(matter(now, params, before), matter(before, params, before));
  const between = (now: B, params: P, before: B) => change.between?.(now, params, before) === true;
  const holds = (now: B, params: P, before: B) =>
    change.isGone(now, params) ? change.goneIsWanted === true : change.wanted(now, params, before);
  const read = async (desk: D, params: P): Promise<B> => plain(await change.read(desk, params)) as B;

  /** Writes what `next` says until it says nothing, reading afresh before each; `next` may end it instead. */
  async function walk(attempt: Attempt<S>, params: P, next: (now: B) => readonly W[] | Outcome): Promise<Outcome> {
    for (let done = 0; done < maxWrites; done += 1) {
      const told = done === 0 ? (outcome: Outcome) => outcome : brokenOffAfter;
      let desk: D;
      let now: B;
      try {
        desk = await exchange.desk(attempt, params);
        now = await read(desk, params);
      } catch (error) {
        return told(refusedBy(error, codes.changed));
      }
      const writes = next(now);
      if ('outcome' in writes) return told(writes);
      const [write, ...more] = writes;
      if (write === undefined) throw new TypeError(`nothing leads ${exchange.name(params)} to the wanted state`);
      const outcome = await exchange.send(desk, write);
      if (outcome.outcome !== 'done') return told(outcome);
      if (more.length === 0) return outcome;
    }
    return { outcome: 'unknown', reason: 'It did not come to an end.' };
  }

  return {
    read: async (attempt, params) => ({ record: await read(await exchange.desk(attempt, params), params) }),
    preview(params, before) {
      if (change.isGone(before, params) || holds(before, params, before)) return [];
      if (change.objection?.(before, params) !== undefined) return [];
      return change.forward(before, params, before).map(exchange.show);
    },
    apply: (attempt, params, before) =>
      walk(attempt, params, (now) => {
        const name = exchange.name(params);
        if (holds(now, params, before)) return { outcome: 'done' };
        if (change.isGone(now, params)) return refused(codes.gone, `${name} does not exist.`);
        const objection = change.objection?.(before, params);
        if (objection !== undefined) return refused('FB-STEP-REFUSED', objection);
        if (!isDeepStrictEqual(steady(now, params), steady(before, params)) && !between(now, params, before))
          return refused(codes.changed, `${name} changed since it was read.`, true);
        return change.forward(now, params, before);
      }),
    inEffect: (now, params, before) => holds(now, params, before),
    ...(change.between === undefined ? {} : { isHalfway: between }),
    reversal: {
      kind: 'restore',
      async restore(attempt, params, before) {
        // It was so before we came.
        if (holds(before, params, before)) return { outcome: 'done' };
        return walk(attempt, params, (now) => {
          if (isBack(now, params, before)) return { outcome: 'done' };
          const ours = holds(now, params, before) || between(now, params, before);
          if (!ours && attempt.force !== true)
            return refused(
              'FB-UNDO-CHANGED',
              `${exchange.name(params)} was changed by somebody else in the same place.`,
            );
          const writes = change.back(now, params, before, attempt.force === true);
          if ('outcome' in writes || writes.length > 0) return writes;
          return refused('FB-UNDO-CHANGED', `Nothing leads ${exchange.name(params)} back.`);
        });
      },
      restored: (now, params, before) => isBack(now, params, before),
    },
  };
}

/** The same for what nothing brings back. */
export function finalChange<P, B, S, D, W>(
  exchange: Exchange<P, S, D, W>,
  change: Omit<StateChange<P, B, D, W>, 'back' | 'matter'>,
): Forward<P, B, S> {
  const back = (): Refused => refused('FB-UNDO-IMPOSSIBLE', 'It cannot be undone.');
  const { reversal: _, ...forward } = stateChange(exchange, { ...change, back });
  return forward;
}

/** As it comes back from a record: without undefined members. */
function plain(value: unknown): unknown {
  if (value === undefined) return null;
  return JSON.parse(JSON.stringify(value)) as unknown;
}
