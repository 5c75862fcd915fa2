/**
 * Levers that bring one thing from a state that was read to a wanted one, and back: all of ours but rotation. An action says how to
 * read, what is wanted and which writes lead there and back; the rest follows here, once:
 *
 * - AWS has few preconditions, so the state is read again right before the first write and compared: what somebody else
 *   changed since is refused, never overwritten;
 * - what already holds is not written again, so applying twice is applying once;
 * - after each of several writes the state is read again and the next write follows from it, so that an attempt that was cut
 *   off is carried on from wherever it stands;
 * - what was so before we came is not "undone" into something else, and a value that somebody else set since is theirs.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Action, Outcome } from '@firebreak/contract';
import type { AwsSession } from '../../session.ts';
import { type AwsAttempt, type Desk, deskOf } from './desk.ts';
import { brokenOff, type Refused, refused, refusedBy } from './failure.ts';
import { changeOf, send, type Write } from './write.ts';

export interface InAccount {
  readonly account: string;
  readonly arn: string;
}

export interface StateChange<P extends InAccount, B> {
  readonly read: (desk: Desk, params: P) => Promise<B>;
  /** Whether the thing that is to be changed is not there. */
  readonly isGone: (state: B, params: P) => boolean;
  /** Whether the wanted state also holds when the thing is gone. */
  readonly goneIsWanted?: boolean;
  /** Why it must not or cannot be changed, judged from the before-state. */
  readonly objection?: (before: B, params: P) => string | undefined;
  readonly wanted: (now: B, params: P, before: B) => boolean;
  /** Everything that leads from a state to the wanted one; the first is sent, then it is asked again. Not empty unless wanted. */
  readonly forward: (from: B, params: P, before: B) => readonly Write[];
  /** Everything that leads back to the before-state; a refusal where nothing does. `force`: over what others set since. */
  readonly back: (now: B, params: P, before: B, force: boolean) => readonly Write[] | Refused;
  /** Whether a state lies between two of several writes, there or back. */
  readonly between?: (now: B, params: P, before: B) => boolean;
  /** What of the state this lever changes: what must be back, whatever else moved. All of it when absent. */
  readonly matter?: (state: B, params: P) => unknown;
  /** What of the state must be as it was read before anything is written. All of it when absent. */
  readonly steady?: (state: B, params: P) => unknown;
}

type Part<P, B> = Pick<Action<P, B, AwsSession>, 'read' | 'preview' | 'apply' | 'inEffect' | 'isHalfway'> & {
  readonly reversal: Extract<Action<P, B, AwsSession>['reversal'], { kind: 'restore' }>;
};

/** No lever of ours needs as many. */
const maxWrites = 64;

export function stateChange<P extends InAccount, B>(change: StateChange<P, B>): Part<P, B> {
  const matter = (state: B, params: P) => plain(change.matter === undefined ? state : change.matter(state, params));
  const steady = (state: B, params: P) => plain(change.steady === undefined ? state : change.steady(state, params));
  const isBack = (now: B, params: P, before: B) => isDeepStrictEqual(matter(now, params), matter(before, params));
  const between = (now: B, params: P, before: B) => change.between?.(now, params, before) === true;
  const holds = (now: B, params: P, before: B) =>
    change.isGone(now, params) ? change.goneIsWanted === true : change.wanted(now, params, before);
  const read = async (desk: Desk, params: P): Promise<B> => plain(await change.read(desk, params)) as B;

  async function apply(attempt: AwsAttempt, params: P, before: B): Promise<Outcome> {
    for (let done = 0; done < maxWrites; done += 1) {
      const told = done === 0 ? (outcome: Outcome) => outcome : brokenOff;
      let desk: Desk;
      let now: B;
      try {
        desk = await deskOf(attempt, params.account);
        now = await read(desk, params);
      } catch (error) {
        return told(refusedBy(error));
      }
      if (holds(now, params, before)) return { outcome: 'done' };
      if (change.isGone(now, params)) return told(refused('FB-AWS-GONE', `${params.arn} does not exist.`));
      const objection = change.objection?.(before, params);
      if (objection !== undefined) return told(refused('FB-STEP-REFUSED', objection));
      if (!isDeepStrictEqual(steady(now, params), steady(before, params)) && !between(now, params, before))
        return told(refused('FB-AWS-CONFLICT', `${params.arn} changed since it was read.`, true));
      const [write, ...more] = change.forward(now, params, before);
      if (write === undefined) throw new TypeError(`nothing leads ${params.arn} to the wanted state`);
      const outcome = await send(desk, write);
      if (outcome.outcome !== 'done') return told(outcome);
      if (more.length === 0) return outcome;
    }
    return { outcome: 'unknown', reason: 'It did not come to an end.' };
  }

  async function restore(attempt: AwsAttempt, params: P, before: B): Promise<Outcome> {
    // It was so before we came.
    if (holds(before, params, before)) return { outcome: 'done' };
    for (let done = 0; done < maxWrites; done += 1) {
      const told = done === 0 ? (outcome: Outcome) => outcome : brokenOff;
      let desk: Desk;
      let now: B;
      try {
        desk = await deskOf(attempt, params.account);
        now = await read(desk, params);
      } catch (error) {
        return told(refusedBy(error));
      }
      if (isBack(now, params, before)) return { outcome: 'done' };
      const ours = holds(now, params, before) || between(now, params, before);
      if (!ours && attempt.force !== true)
        return told(refused('FB-UNDO-CHANGED', `${params.arn} was changed by somebody else in the same place.`));
      const writes = change.back(now, params, before, attempt.force === true);
      if ('outcome' in writes) return told(writes);
      const [write, ...more] = writes;
      if (write === undefined) return told(refused('FB-UNDO-CHANGED', `Nothing leads ${params.arn} back.`));
      const outcome = await send(desk, write);
      if (outcome.outcome !== 'done') return told(outcome);
      if (more.length === 0) return outcome;
    }
    return { outcome: 'unknown', reason: 'It did not come to an end.' };
  }

  return {
    read: async (attempt, params) => ({ record: await read(await deskOf(attempt, params.account), params) }),
    preview(params, before) {
      if (change.isGone(before, params) || holds(before, params, before)) return [];
      if (change.objection?.(before, params) !== undefined) return [];
      return change.forward(before, params, before).map(changeOf);
    },
    apply,
    inEffect: (now, params, before) => holds(now, params, before),
    ...(change.between === undefined ? {} : { isHalfway: between }),
    reversal: { kind: 'restore', restore, restored: (now, params, before) => isBack(now, params, before) },
  };
}

/** As it comes back from a record: without undefined members. */
function plain(value: unknown): unknown {
  if (value === undefined) return null;
  return JSON.parse(JSON.stringify(value)) as unknown;
}
