/**
 * Whether anything of a stopped workload still runs. A pod counts by who owns it, not by its labels alone: selectors of
 * different workloads may overlap.
 *
 * A pod that is being deleted may go on running for as long as its node does not answer, so as long as one is left nothing
 * is claimed.
 */
import type { ProbeResult } from '@firebreak/contract';
import { at, textAt } from '../../../../intake/foreign.ts';
import type { ApiObject, ApiResult } from '../../api.ts';
import { inWords } from '../exchange/failure.ts';
import { waitFor } from '../exchange/patience.ts';
import { type KubernetesAttempt, listAll } from '../exchange/reading.ts';
import { refToAll } from '../objects/built-in.ts';
import { controllerOf, isTerminating, nameOf, uidOf } from '../objects/object-meta.ts';

/** A pod's default grace period is 30 s; a probe that waits much longer holds up the steps behind it. */
const grace = { atMost: 40_000, every: 500 };

export async function noPodRuns(
  attempt: KubernetesAttempt,
  workload: { readonly object: ApiObject; readonly namespace: string; readonly inWords: string },
): Promise<ProbeResult> {
  const what = `No pod of ${workload.inWords} runs`;
  const seen = await waitFor(
    () => podsOf(attempt, workload.object, workload.namespace),
    (pods) => !pods.ok || pods.value.length === 0,
    grace,
    attempt.signal,
  );
  if (!seen.last.ok) return { what, result: 'cannot-tell', evidence: inWords(seen.last) };
  const left = seen.last.value;
  if (left.length === 0) return { what, result: 'holds', evidence: `None is left after ${seen.seconds} s.` };
  const running = left.filter((pod) => !isTerminating(pod));
  if (running.length > 0) {
    return { what, result: 'fails', evidence: `After ${seen.seconds} s there still run: ${some(running)}.` };
  }
  const evidence = `Being deleted, but not confirmed by their nodes after ${seen.seconds} s: ${some(left)}.`;
  return { what, result: 'cannot-tell', evidence };
}

/** Pods that have not ended and belong to an object, directly or through what it controls (a ReplicaSet, a Job). */
async function podsOf(
  attempt: KubernetesAttempt,
  object: ApiObject,
  namespace: string,
): Promise<ApiResult<readonly ApiObject[]>> {
  const owners = new Set([uidOf(object)]);
  const isOperated = (object.apiVersion ?? '').split('/')[0]?.includes('.') === true;
  for (const kind of between[object.kind ?? ''] ?? (isOperated ? belowOperators : [])) {
    const children = await listAll(attempt, refToAll(kind, namespace), { form: 'metadata' });
    if (!children.ok) return children;
    for (const child of children.value) if (owners.has(controllerOf(child)?.uid)) owners.add(uidOf(child));
  }
  const pods = await listAll(attempt, refToAll('Pod', namespace));
  if (!pods.ok) return pods;
  return {
    ok: true,
    value: pods.value.filter((pod) => {
      const owner = controllerOf(pod)?.uid;
      return owner !== undefined && owners.has(owner) && !hasEnded(pod);
    }),
  };
}

/** What stands between a workload and its pods. */
const between: Readonly<Record<string, readonly string[]>> = { Deployment: ['ReplicaSet'], CronJob: ['Job'] };
/** An operator's resource has pods of its own, or workloads which have them. */
const belowOperators = ['Deployment', 'StatefulSet', 'Job', 'ReplicaSet'] as const;

function hasEnded(pod: ApiObject): boolean {
  const phase = at(pod, 'status', 'phase');
  return phase === 'Succeeded' || phase === 'Failed';
}

function some(pods: readonly ApiObject[]): string {
  const shown = pods.slice(0, 5).map((pod) => `${nameOf(pod)} on ${textAt(pod, 'spec', 'nodeName') ?? 'no node'}`);
  return pods.length > shown.length ? `${shown.join(', ')} and ${pods.length - shown.length} more` : shown.join(', ');
}
