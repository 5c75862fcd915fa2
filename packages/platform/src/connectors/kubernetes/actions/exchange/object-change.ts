/**
 * Levers that change fields of one existing object, which most of ours are. An action says which object, what the wanted
 * state is, and the patches there and back; the rest follows here, once:
 *
 * - what already holds is not written again, so applying twice is applying once;
 * - what is not there is refused, never made up;
 * - what was so before we came is not "undone" into something else;
 * - a value that somebody else set since is theirs: undo refuses instead of overwriting it.
 */
import type { Action, NodeId, Outcome } from '@firebreak/contract';
import type { ApiObject, KubernetesApi, ResourceRef } from '../../api.ts';
import type { PatchOperation } from '../objects/one-field.ts';
import { refused, refusedBy } from './failure.ts';
import { look } from './reading.ts';
import { changeOf, send, type Write } from './write.ts';

export interface ObjectChange<P> {
  readonly object: (params: P) => NodeId;
  readonly ref: (params: P) => ResourceRef;
  /** Why this object must not or cannot be changed by this lever, judged from the before-state. */
  readonly objection?: (before: ApiObject, params: P) => string | undefined;
  /** Whether an object is in the wanted state. */
  readonly wanted: (now: ApiObject, params: P) => boolean;
  /** From the object as read to the wanted state. */
  readonly forward: (before: ApiObject, params: P) => readonly PatchOperation[];
  /** Whether what the lever changed is as it was. */
  readonly isBack: (now: ApiObject, before: ApiObject, params: P) => boolean;
  /**
   * From the object as it is now to what it was; undefined when somebody else has changed the same thing since and it is not
   * `force`d, or when no patch leads back.
   */
  readonly back: (
    now: ApiObject,
    before: ApiObject,
    params: P,
    force: boolean,
  ) => readonly PatchOperation[] | undefined;
  /** What to create when the object is gone at undo. Without it undo is refused. */
  readonly recreate?: (before: ApiObject) => ApiObject;
  /** Whether the wanted state also holds when the object is gone. */
  readonly goneIsWanted?: boolean;
}

/** The part of a before-state that this file works on. */
export interface WithObject {
  /** Null when it was not there. */
  readonly object: ApiObject | null;
}

type Part<P, B> = Pick<Action<P, B, KubernetesApi>, 'preview' | 'apply' | 'inEffect'> & {
  readonly reversal: Extract<Action<P, B, KubernetesApi>['reversal'], { kind: 'restore' }>;
};

export function objectChange<P, B extends WithObject>(change: ObjectChange<P>): Part<P, B> {
  const holds = (now: ApiObject | null, params: P) =>
    now === null ? change.goneIsWanted === true : change.wanted(now, params);

  const writes = (params: P, before: ApiObject | null): readonly Write[] => {
    if (before === null || change.wanted(before, params)) return [];
    if (change.objection?.(before, params) !== undefined) return [];
    return [patch(params, change.forward(before, params))];
  };
  const patch = (params: P, operations: readonly PatchOperation[]): Write => ({
    object: change.object(params),
    ref: change.ref(params),
    verb: 'patch',
    patch: operations,
  });

  return {
    preview: (params, before) => writes(params, before.object).map(changeOf),

    async apply(attempt, params, before): Promise<Outcome> {
      const now = await look(attempt, change.ref(params));
      if (!now.ok) return refusedBy(now);
      if (holds(now.object, params)) return { outcome: 'done' };
      if (now.object === null || before.object === null) {
        return refused('FB-K8S-GONE', `${change.object(params)} does not exist.`);
      }
      const objection = change.objection?.(before.object, params);
      if (objection !== undefined) return refused('FB-STEP-REFUSED', objection);
      const [write] = writes(params, before.object);
      if (write === undefined) return refused('FB-K8S-CONFLICT', 'The object changed since it was read.', true);
      return await send(attempt, write);
    },

    inEffect: (now, params) => holds(now.object, params),

    reversal: {
      kind: 'restore',
      async restore(attempt, params, before): Promise<Outcome> {
        if (before.object === null || change.wanted(before.object, params)) return { outcome: 'done' };
        const now = await look(attempt, change.ref(params));
        if (!now.ok) return refusedBy(now);
        if (now.object === null) {
          const body = change.recreate?.(before.object);
          if (body === undefined) return refused('FB-K8S-GONE', `${change.object(params)} was deleted since.`);
          return await send(attempt, { object: change.object(params), ref: change.ref(params), verb: 'create', body });
        }
        if (change.isBack(now.object, before.object, params)) return { outcome: 'done' };
        const operations = change.back(now.object, before.object, params, attempt.force === true);
        if (operations === undefined) {
          return refused('FB-UNDO-CHANGED', `${change.object(params)} was changed by somebody else in the same place.`);
        }
        return await send(attempt, patch(params, operations));
      },
      restored(now, params, before) {
        if (before.object === null) return true;
        return now.object !== null && change.isBack(now.object, before.object, params);
      },
    },
  };
}
