import { defineAction, kubernetesId, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { at } from '../../../intake/foreign.ts';
import type { KubernetesApi, ResourceRef } from '../api.ts';
import { isAtRest, type Rest, restOf, rests } from '../kinds/resting.ts';
import { resourceOf } from '../resources.ts';
import { putBackBy } from './delivery/put-back.ts';
import { objectChange } from './exchange/object-change.ts';
import { readObject } from './exchange/reading.ts';
import { interruptionWeight, type Reach, servesSomebody } from './impact/business-weight.ts';
import { impactOf } from './impact/legitimate-use.ts';
import { apiObject, namespaceName, objectName } from './objects/names.ts';
import { putFieldBack, sameField, setField } from './objects/one-field.ts';
import { noPodRuns } from './pods/remaining.ts';

const params = z
  .object({
    apiVersion: z.string().regex(/^[a-z0-9.-]+\/v[a-z0-9]+$/, 'not an API version'),
    kind: z.string(),
    namespace: namespaceName,
    name: objectName,
  })
  .refine(({ apiVersion, kind }) => restOf(apiVersion, kind) !== undefined, 'no kind that can be suspended');
type Params = z.infer<typeof params>;
const before = z.object({ object: apiObject.nullable() });

const id = ({ apiVersion, kind, namespace, name }: Params) =>
  kubernetesId(`${kind}.${apiVersion.split('/')[0]}`, namespace, name);
const inWords = ({ kind, namespace, name }: Params) => `${kind} ${namespace}/${name}`;

function rest({ apiVersion, kind }: Params): Rest {
  const found = restOf(apiVersion, kind);
  if (found === undefined) throw new RangeError(`${kind} of ${apiVersion} passed the schema and cannot be suspended`);
  return found;
}

function refOf({ apiVersion, kind, namespace, name }: Params): ResourceRef {
  const found = resourceOf({ apiVersion, kind, metadata: { namespace } });
  if (found === undefined) throw new RangeError(`${kind} of ${apiVersion} has no resource`);
  const { group, version, plural } = found.resource;
  return { group, version, plural, namespace, name };
}

const reachOf = {
  serving: 'model',
  training: 'batch',
  notebook: 'internal',
  agent: 'service',
} as const satisfies Record<string, Reach>;

/** Stops what an operator runs, at the operator's own resource: a model server, a Ray cluster, a training job, a notebook. */
export default defineAction<Params, z.infer<typeof before>, KubernetesApi>({
  id: 'kubernetes.suspend-operated',
  title: 'Suspend at its operator',
  stage: 'eviction',
  targetKinds: rests.map(({ group, kind }) => `${kind}.${group}`),
  params,
  before,
  permissions: [
    ...rests.flatMap(({ group, kind }) => {
      const plural = resourceOf({ apiVersion: `${group}/v1`, kind })?.resource.plural ?? '';
      return [`get ${group}/${plural}`, `patch ${group}/${plural}`];
    }),
    'list core/pods',
    'list apps/deployments',
    'list apps/statefulsets',
    'list apps/replicasets',
    'list batch/jobs',
  ],
  target: (of) => ({ kind: of.kind, id: id(of), name: of.name }),
  describe: (of) =>
    `Stop ${inWords(of)} at its operator (${rest(of).path.join('.')}). ${rest(of).remark ?? 'The operator takes its pods away.'}`,
  undoes: (of) =>
    `${inWords(of)} gets back exactly what it had, and its operator makes its pods anew; what the stopped pods held in memory is lost.`,
  drastic(of, estate) {
    const role = estate.get('kubernetes.model-workload', id(of))?.data.role;
    return role === undefined || servesSomebody(reachOf[role]);
  },
  impact(of, estate) {
    const fact = estate.get('kubernetes.model-workload', id(of));
    const labels = fact?.data.metadata.labels ?? {};
    const home = estate.get('kubernetes.namespace', kubernetesId('Namespace', undefined, of.namespace));
    const weight = interruptionWeight(
      fact === undefined ? 'service' : reachOf[fact.data.role],
      labels,
      home?.data.metadata.labels ?? {},
    );
    return impactOf('suspend-operated', [
      { who: { kind: of.kind, id: id(of), name: of.name }, what: 'It stops.', weight },
      ...putBackBy(estate, fact?.data.metadata, id(of)),
    ]);
  },
  read: async (attempt, of) => ({ record: { object: await readObject(attempt, refOf(of)) } }),
  ...objectChange({
    object: id,
    ref: refOf,
    wanted: (now, of) => isAtRest(rest(of), now),
    forward: (object, of) => setField(object, rest(of).path, rest(of).value),
    isBack: (now, object, of) => sameField(now, object, rest(of).path),
    back: (now, object, of, force) =>
      force || at(now, ...rest(of).path) === rest(of).value ? putFieldBack(now, object, rest(of).path) : undefined,
    goneIsWanted: true,
  }),
  async probe(attempt, of, { record }): Promise<readonly ProbeResult[]> {
    if (record.object === null) return [];
    const now = await readObject(attempt, refOf(of));
    const stopped = now === null || isAtRest(rest(of), now);
    return [
      {
        what: `${inWords(of)} is suspended`,
        result: stopped ? 'holds' : 'fails',
        evidence:
          now === null
            ? 'It does not exist any more.'
            : `${rest(of).path.join('.')} is ${JSON.stringify(at(now, ...rest(of).path) ?? null)}.`,
      },
      // Pods are gone when the operator has taken them away, and only then.
      await noPodRuns(attempt, { object: record.object, namespace: of.namespace, inWords: inWords(of) }),
    ];
  },
});
