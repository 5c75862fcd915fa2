import { isDeepStrictEqual } from 'node:util';
import { defineAction, kubernetesId, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { array, at, textAt } from '../../../intake/foreign.ts';
import type { ApiObject, KubernetesApi } from '../api.ts';
import { expectRefusal, tryPod } from './admission/trial-pod.ts';
import { type OwnBefore, ownBefore, ownObjects } from './exchange/own-objects.ts';
import { impactOf, interruptEach, legitimateUse } from './impact/legitimate-use.ts';
import { permission, refTo } from './objects/built-in.ts';
import { namespaceName, objectName } from './objects/names.ts';

const params = z.object({
  namespace: namespaceName,
  /** Only pods of this PriorityClass: those that would push others off their nodes. */
  priorityClass: objectName.optional(),
});
type Params = z.infer<typeof params>;

const quotaName = ({ priorityClass }: Params) =>
  priorityClass === undefined ? 'firebreak-freeze' : `firebreak-freeze-${priorityClass}`.slice(0, 253);
const id = (of: Params) => kubernetesId('ResourceQuota', of.namespace, quotaName(of));
const podsInWords = ({ namespace, priorityClass }: Params) =>
  priorityClass === undefined
    ? `new pods in namespace ${namespace}`
    : `new pods of priority class ${priorityClass} in namespace ${namespace}`;

/**
 * No new pods in a namespace, by a quota of zero. What runs goes on running; nothing is replaced, scaled up or rolled out, whoever asks.
 * It is the one freeze that no choice of workload kind gets around, because the quota counts pods and not what makes them.
 *
 * Of priorities only the scope of the quota is used. A PriorityClass cannot be changed (its value is immutable), deleting one leaves
 * pods that have it as they are, and lowering a workload's priority would roll it out: none of these is a brake.
 */
export default defineAction<Params, OwnBefore, KubernetesApi>({
  id: 'kubernetes.freeze-namespace',
  title: 'Freeze namespace',
  stage: 'access',
  targetKinds: ['Namespace'],
  params,
  before: ownBefore,
  permissions: [
    permission('get', 'ResourceQuota'),
    permission('create', 'ResourceQuota'),
    permission('delete', 'ResourceQuota'),
    permission('create', 'Pod'),
  ],
  target: ({ namespace }) => ({
    kind: 'Namespace',
    id: kubernetesId('Namespace', undefined, namespace),
    name: namespace,
  }),
  describe: (of) => `Admit no ${podsInWords(of)}, by ResourceQuota ${quotaName(of)}. Pods that run go on running.`,
  undoes: (of) => `ResourceQuota ${quotaName(of)} is deleted; controllers make the pods that were missing.`,
  drastic: () => false,
  takes: () => 5,
  impact(of, estate) {
    if (of.priorityClass !== undefined) return impactOf('freeze-namespace', []);
    const users = legitimateUse(estate).selectedBy(of.namespace, null);
    return impactOf(
      'freeze-namespace',
      // It runs on, so what is interrupted is a part: rollouts, scaling and replacement.
      interruptEach(users, () => 'Cannot be rolled out, scaled up or replaced; what runs of it goes on.').map(
        (each) => ({
          ...each,
          weight: each.weight / 4,
        }),
      ),
    );
  },
  ...ownObjects((of) => [
    {
      id: id(of),
      ref: refTo('ResourceQuota', of.namespace, quotaName(of)),
      body: quota(of),
      isOurs: (now) => freezes(now, of),
    },
  ]),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const pod = {
      namespace: of.namespace,
      ...(of.priorityClass === undefined ? {} : { priorityClass: of.priorityClass }),
    };
    const what = `The API server admits no ${podsInWords(of)}`;
    return [await expectRefusal(attempt, what, quotaName(of), () => tryPod(attempt, pod))];
  },
});

function quota(of: Params): ApiObject {
  const { namespace, priorityClass } = of;
  const scope = { scopeName: 'PriorityClass', operator: 'In', values: [priorityClass] };
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: quotaName(of), namespace, labels: { 'firebreak.dev/managed': 'true' } },
    spec: {
      hard: { pods: '0' },
      ...(priorityClass === undefined ? {} : { scopeSelector: { matchExpressions: [scope] } }),
    },
  };
}

/** A quota of zero pods over the same pods, whatever else it limits. */
function freezes(now: ApiObject, of: Params): boolean {
  const scopes = array(at(now, 'spec', 'scopeSelector', 'matchExpressions'));
  const wanted = array(at(quota(of), 'spec', 'scopeSelector', 'matchExpressions'));
  return (
    textAt(now, 'spec', 'hard', 'pods') === '0' &&
    array(at(now, 'spec', 'scopes')).length === 0 &&
    isDeepStrictEqual(scopes, wanted)
  );
}
