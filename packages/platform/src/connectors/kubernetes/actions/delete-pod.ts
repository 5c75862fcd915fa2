/**
 * Deletes a pod that nothing recreates, and at undo creates it again as it was, its node included.
 *
 * What must stay true: only the very pod that was read is deleted. A pod that a controller owns is refused, because its
 * controller replaces it at once and the step would look done without being so; a static pod is refused, because only the
 * files on its node decide about it.
 */
import { defineAction, kubernetesId, type Outcome, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { record, textAt } from '../../../intake/foreign.ts';
import type { ApiObject, KubernetesApi } from '../api.ts';
import { putBackBy } from './delivery/put-back.ts';
import { refused, refusedBy } from './exchange/failure.ts';
import { waitFor } from './exchange/patience.ts';
import { look, readObject } from './exchange/reading.ts';
import { changeOf, send, type Write } from './exchange/write.ts';
import { impactOf, interruptEach, legitimateUse } from './impact/legitimate-use.ts';
import { permission, refTo } from './objects/built-in.ts';
import { apiObject, namespaceName, objectName } from './objects/names.ts';
import { controllerOf, isTerminating, uidOf } from './objects/object-meta.ts';
import { stripServerOwned } from './objects/server-owned.ts';

const params = z.object({ namespace: namespaceName, name: objectName });
type Params = z.infer<typeof params>;
const before = z.object({ pod: apiObject.nullable() });
type Before = z.infer<typeof before>;

const id = ({ namespace, name }: Params) => kubernetesId('Pod', namespace, name);
const refOf = ({ namespace, name }: Params) => refTo('Pod', namespace, name);
const grace = { atMost: 40_000, every: 500 };

export default defineAction<Params, Before, KubernetesApi>({
  id: 'kubernetes.delete-pod',
  title: 'Delete pod',
  stage: 'eviction',
  targetKinds: ['Pod'],
  params,
  before,
  permissions: [permission('get', 'Pod'), permission('delete', 'Pod'), permission('create', 'Pod')],
  target: (of) => ({ kind: 'Pod', id: id(of), name: of.name }),
  describe: (of) => `Delete pod ${of.namespace}/${of.name}, which nothing recreates.`,
  undoes: (of) =>
    `Pod ${of.namespace}/${of.name} is created again with the same content on the same node. What it held in memory or on its own disk is lost, as are containers that were added for debugging.`,
  drastic: () => true,
  impact(of, estate) {
    const user = legitimateUse(estate).user(id(of));
    const fact = estate.get('kubernetes.pod', id(of));
    return impactOf('delete-pod', [
      ...interruptEach(user === undefined ? [] : [user], () => 'It stops and loses what it holds.'),
      ...putBackBy(estate, fact?.data.metadata, id(of)),
    ]);
  },
  read: async (attempt, of) => ({ record: { pod: await readObject(attempt, refOf(of)) } }),
  preview: (of, was) => writes(of, was).map(changeOf),
  async apply(attempt, of, was): Promise<Outcome> {
    const now = await look(attempt, refOf(of));
    if (!now.ok) return refusedBy(now);
    if (isGone(now.object)) return { outcome: 'done' };
    const objection = was.pod === null ? undefined : objectionTo(was.pod);
    if (objection !== undefined) return refused('FB-STEP-REFUSED', objection);
    const [write] = writes(of, was);
    if (write === undefined) return refused('FB-K8S-CONFLICT', 'The pod was created after it was read.', true);
    return await send(attempt, write);
  },
  inEffect: (now) => isGone(now.pod),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const what = `Pod ${of.namespace}/${of.name} does not run`;
    const seen = await waitFor(
      () => readObject(attempt, refOf(of)),
      (pod) => pod === null,
      grace,
      attempt.signal,
    );
    if (seen.last === null) return [{ what, result: 'holds', evidence: `It is gone after ${seen.seconds} s.` }];
    if (!isTerminating(seen.last)) return [{ what, result: 'fails', evidence: 'A pod of this name exists.' }];
    const node = textAt(seen.last, 'spec', 'nodeName') ?? 'its node';
    const evidence = `It is being deleted, but ${node} has not confirmed it after ${seen.seconds} s.`;
    return [{ what, result: 'cannot-tell', evidence }];
  },
  reversal: {
    kind: 'restore',
    async restore(attempt, of, was): Promise<Outcome> {
      if (was.pod === null) return { outcome: 'done' };
      const now = await look(attempt, refOf(of));
      if (!now.ok) return refusedBy(now);
      if (now.object === null) {
        return await send(attempt, { object: id(of), ref: refOf(of), verb: 'create', body: creatable(was.pod) });
      }
      if (isTerminating(now.object)) return refused('FB-K8S-CONFLICT', 'The old pod is still being deleted.', true);
      if (isAgain(now.object, was.pod)) return { outcome: 'done' };
      return refused('FB-UNDO-CHANGED', `Another pod ${of.namespace}/${of.name} was created since.`);
    },
    restored: (now, _, was) =>
      was.pod === null || (now.pod !== null && !isTerminating(now.pod) && isAgain(now.pod, was.pod)),
  },
});

/** Deletion that was accepted is in effect; whether the node has carried it out is for the probe to see. */
function isGone(pod: ApiObject | null): boolean {
  return pod === null || isTerminating(pod);
}

function writes(of: Params, { pod }: Before): readonly Write[] {
  if (pod === null || isGone(pod) || objectionTo(pod) !== undefined) return [];
  return [{ object: id(of), ref: refOf(of), verb: 'delete', uid: uidOf(pod) }];
}

function objectionTo(pod: ApiObject): string | undefined {
  const owner = controllerOf(pod);
  if (owner?.kind === 'Node' || textAt(pod, 'metadata', 'annotations', 'kubernetes.io/config.mirror') !== undefined) {
    return 'This is a static pod: only the files on its node decide about it.';
  }
  return owner === undefined ? undefined : `${owner.kind} ${owner.name} would replace this pod at once: stop that.`;
}

/** Debugging containers can be added to a pod that runs, and are refused in one that is created. */
function creatable(pod: ApiObject): ApiObject {
  const { ephemeralContainers: _, ...spec } = record(pod.spec) ?? {};
  return stripServerOwned({ ...pod, spec });
}

/**
 * Whether everything that the old pod said, the new one says. It may say more: what admission adds to every new pod (a token
 * volume, defaults, a sidecar of a webhook that came since) is the server's doing.
 */
function isAgain(now: ApiObject, before: ApiObject): boolean {
  return covers(creatable(now), creatable(before));
}

function covers(now: unknown, before: unknown): boolean {
  if (Array.isArray(before)) {
    if (!Array.isArray(now)) return false;
    let next = 0;
    return before.every((item) => {
      while (next < now.length && !covers(now[next], item)) next += 1;
      next += 1;
      return next <= now.length;
    });
  }
  const fields = record(before);
  if (fields === undefined) return now === before;
  const found = record(now);
  return found !== undefined && Object.entries(fields).every(([key, value]) => covers(found[key], value));
}
