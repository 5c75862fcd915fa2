import { defineAction, kubernetesId } from '@firebreak/contract';
import { z } from 'zod';
import { at, textAt } from '../../../intake/foreign.ts';
import type { KubernetesApi } from '../api.ts';
import { putBackBy } from './delivery/put-back.ts';
import { objectChange } from './exchange/object-change.ts';
import { type KubernetesAttempt, listAll, readObject } from './exchange/reading.ts';
import { servesSomebody } from './impact/business-weight.ts';
import { impactOf, interruptEach, legitimateUse } from './impact/legitimate-use.ts';
import { permission, refTo, refToAll } from './objects/built-in.ts';
import { apiObject, namespaceName, objectName } from './objects/names.ts';
import { controllerOf, nameOf } from './objects/object-meta.ts';
import { putFieldBack, sameField, setField } from './objects/one-field.ts';
import { noPodRuns } from './pods/remaining.ts';

const kinds = ['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController'] as const;
const params = z.object({ kind: z.enum(kinds), namespace: namespaceName, name: objectName });
type Params = z.infer<typeof params>;
const before = z.object({
  object: apiObject.nullable(),
  /** HorizontalPodAutoscalers that scale it; null when they could not be read. */
  autoscalers: z.array(z.string()).nullable(),
});
type Before = z.infer<typeof before>;

const replicas = ['spec', 'replicas'];
const id = ({ kind, namespace, name }: Params) => kubernetesId(kind, namespace, name);
const refOf = ({ kind, namespace, name }: Params) => refTo(kind, namespace, name);
const inWords = ({ kind, namespace, name }: Params) => `${kind} ${namespace}/${name}`;

/** Stops a workload and remembers how many replicas it had. An autoscaler lets a workload with zero replicas rest. */
export default defineAction<Params, Before, KubernetesApi>({
  id: 'kubernetes.scale-to-zero',
  title: 'Scale to zero',
  stage: 'eviction',
  targetKinds: kinds,
  params,
  before,
  permissions: [
    ...kinds.flatMap((kind) => [permission('get', kind), permission('patch', kind)]),
    permission('list', 'ReplicaSet'),
    permission('list', 'Pod'),
    permission('list', 'HorizontalPodAutoscaler'),
  ],
  target: (of) => ({ kind: of.kind, id: id(of), name: of.name }),
  describe: (of) => `Scale ${inWords(of)} to zero replicas.`,
  undoes: (of) =>
    `${inWords(of)} gets back the replicas that it had. What its pods held in memory or on their own disk is lost.`,
  drastic(of, estate) {
    const user = legitimateUse(estate).user(id(of));
    return user !== undefined && servesSomebody(user.reach);
  },
  impact(of, estate) {
    const user = legitimateUse(estate).user(id(of));
    const fact = estate.get('kubernetes.workload', id(of));
    return impactOf('scale-to-zero', [
      ...interruptEach(user === undefined ? [] : [user], () => 'It stops.'),
      ...putBackBy(estate, fact?.data.metadata, id(of)),
    ]);
  },
  async read(attempt, of) {
    const object = await readObject(attempt, refOf(of));
    return { record: { object, autoscalers: object === null ? [] : await autoscalersOf(attempt, of) } };
  },
  ...objectChange<Params, Before>({
    object: id,
    ref: refOf,
    objection(was) {
      const owner = controllerOf(was);
      if (owner?.kind !== 'Deployment') return undefined;
      return `Deployment ${owner.name} sets the replicas of this object: scale that.`;
    },
    wanted: (now) => at(now, ...replicas) === 0,
    forward: (object) => setField(object, replicas, 0),
    isBack: (now, object) => sameField(now, object, replicas),
    back: (now, object, _, force) =>
      force || at(now, ...replicas) === 0 ? putFieldBack(now, object, replicas) : undefined,
    goneIsWanted: true,
  }),
  async probe(attempt, of, { record }) {
    if (record.object === null) return [];
    const stopped = await noPodRuns(attempt, { object: record.object, namespace: of.namespace, inWords: inWords(of) });
    if (record.autoscalers === null)
      return [{ ...stopped, evidence: `${stopped.evidence} Autoscalers could not be read.` }];
    if (record.autoscalers.length === 0) return [stopped];
    // kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale, "Implicit maintenance-mode deactivation"
    const note = `HorizontalPodAutoscaler ${record.autoscalers.join(', ')} rests while there are zero replicas.`;
    return [{ ...stopped, evidence: `${stopped.evidence} ${note}` }];
  },
});

async function autoscalersOf(attempt: KubernetesAttempt, of: Params): Promise<string[] | null> {
  const all = await listAll(attempt, refToAll('HorizontalPodAutoscaler', of.namespace));
  if (!all.ok) return null;
  const target = (autoscaler: unknown, field: string) => textAt(autoscaler, 'spec', 'scaleTargetRef', field);
  return all.value.filter((each) => target(each, 'kind') === of.kind && target(each, 'name') === of.name).map(nameOf);
}
