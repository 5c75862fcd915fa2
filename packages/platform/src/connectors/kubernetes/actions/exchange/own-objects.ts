/**
 * Levers that put objects of our own beside what is there: a quota, a policy with its binding. They are only ever created and deleted:
 *
 * - what already has the name and is not what we would make is somebody's, and the step is refused;
 * - objects are made in order and removed in the reverse order, so that what refers to another never refers to nothing;
 * - undo deletes the very object that it looked at (by uid), and none that was there before we came.
 */
import type { Action, NodeId, Outcome } from '@firebreak/contract';
import { z } from 'zod';
import type { ApiObject, KubernetesApi, ResourceRef } from '../../api.ts';
import { apiObject } from '../objects/names.ts';
import { uidOf } from '../objects/object-meta.ts';
import { brokenOff, refused, refusedBy } from './failure.ts';
import { type KubernetesAttempt, look, readObject } from './reading.ts';
import { changeOf, send, type Write } from './write.ts';

export interface OwnObject {
  readonly id: NodeId;
  readonly ref: ResourceRef;
  readonly body: ApiObject;
  /** Whether what has the name does what ours would do. */
  readonly isOurs: (now: ApiObject) => boolean;
}

/** What had the names of our objects, in their order; null where nothing had. */
export const ownBefore = z.object({ objects: z.array(apiObject.nullable()) });
export type OwnBefore = z.infer<typeof ownBefore>;

type Part<P> = Pick<Action<P, OwnBefore, KubernetesApi>, 'read' | 'preview' | 'apply' | 'inEffect' | 'isHalfway'> & {
  readonly reversal: Extract<Action<P, OwnBefore, KubernetesApi>['reversal'], { kind: 'restore' }>;
};

export function ownObjects<P>(make: (params: P) => readonly OwnObject[]): Part<P> {
  const holds = (objects: readonly (ApiObject | null)[], params: P): boolean =>
    make(params).every(({ isOurs }, index) => {
      const now = objects[index] ?? null;
      return now !== null && isOurs(now);
    });
  return {
    async read(attempt, params) {
      const objects: (ApiObject | null)[] = [];
      for (const { ref } of make(params)) objects.push(await readObject(attempt, ref));
      return { record: { objects } };
    },
    preview: (params, was) =>
      make(params)
        .filter((_, index) => (was.objects[index] ?? null) === null)
        .map((own) => changeOf(creation(own))),
    async apply(attempt, params): Promise<Outcome> {
      const wanted = make(params);
      const now = await lookAtAll(attempt, wanted);
      if (!now.ok) return refusedBy(now);
      for (const [index, own] of wanted.entries()) {
        const found = now.objects[index] ?? null;
        if (found !== null && !own.isOurs(found))
          return refused('FB-K8S-CONFLICT', `${own.id} exists already and is not ours.`);
      }
      return sendInOrder(
        attempt,
        wanted.flatMap((own, index) => (now.objects[index] === null ? [creation(own)] : [])),
      );
    },
    inEffect: (now, params) => holds(now.objects, params),
    isHalfway: (now, params) =>
      !holds(now.objects, params) &&
      make(params).every(({ isOurs }, index) => {
        const found = now.objects[index] ?? null;
        return found === null || isOurs(found);
      }),
    reversal: {
      kind: 'restore',
      async restore(attempt, params, was): Promise<Outcome> {
        const ours = make(params).filter((_, index) => (was.objects[index] ?? null) === null);
        const now = await lookAtAll(attempt, ours);
        if (!now.ok) return refusedBy(now);
        const writes: Write[] = [];
        for (const [index, { id, ref, isOurs }] of ours.entries()) {
          const found = now.objects[index] ?? null;
          if (found === null) continue;
          if (!isOurs(found) && attempt.force !== true)
            return refused('FB-UNDO-CHANGED', `${id} was changed by somebody else.`);
          writes.unshift({ object: id, ref, verb: 'delete', uid: uidOf(found) });
        }
        return sendInOrder(attempt, writes);
      },
      restored: (now, _, was) => was.objects.every((before, index) => before !== null || now.objects[index] === null),
    },
  };
}

function creation({ id, ref, body }: OwnObject): Write {
  return { object: id, ref, verb: 'create', body };
}

async function lookAtAll(attempt: KubernetesAttempt, own: readonly OwnObject[]) {
  const objects: (ApiObject | null)[] = [];
  for (const { ref } of own) {
    const seen = await look(attempt, ref);
    if (!seen.ok) return seen;
    objects.push(seen.object);
  }
  return { ok: true as const, objects };
}

async function sendInOrder(attempt: KubernetesAttempt, writes: readonly Write[]): Promise<Outcome> {
  for (const [index, write] of writes.entries()) {
    const outcome = await send(attempt, write);
    if (outcome.outcome !== 'done') return index === 0 ? outcome : brokenOff(outcome);
  }
  return { outcome: 'done' };
}
