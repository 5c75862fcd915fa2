import { defineAction, kubernetesId, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { at } from '../../../intake/foreign.ts';
import type { KubernetesApi } from '../api.ts';
import { putBackBy } from './delivery/put-back.ts';
import { objectChange } from './exchange/object-change.ts';
import { readObject } from './exchange/reading.ts';
import { impactOf, interruptEach, legitimateUse } from './impact/legitimate-use.ts';
import { permission, refTo } from './objects/built-in.ts';
import { apiObject, namespaceName, objectName } from './objects/names.ts';
import { putFieldBack, sameField, setField } from './objects/one-field.ts';
import { noPodRuns } from './pods/remaining.ts';

const kinds = ['CronJob', 'Job'] as const;
const params = z.object({ kind: z.enum(kinds), namespace: namespaceName, name: objectName });
type Params = z.infer<typeof params>;
const before = z.object({ object: apiObject.nullable() });

const suspended = ['spec', 'suspend'];
const id = ({ kind, namespace, name }: Params) => kubernetesId(kind, namespace, name);
const refOf = ({ kind, namespace, name }: Params) => refTo(kind, namespace, name);
const inWords = ({ kind, namespace, name }: Params) => `${kind} ${namespace}/${name}`;

/** Stops a CronJob from starting anything, or a Job from running. */
export default defineAction<Params, z.infer<typeof before>, KubernetesApi>({
  id: 'kubernetes.suspend-job',
  title: 'Suspend job',
  stage: 'eviction',
  targetKinds: kinds,
  params,
  before,
  permissions: [
    ...kinds.flatMap((kind) => [permission('get', kind), permission('patch', kind)]),
    permission('list', 'Job'),
    permission('list', 'Pod'),
  ],
  target: (of) => ({ kind: of.kind, id: id(of), name: of.name }),
  describe: (of) =>
    of.kind === 'CronJob'
      ? `Suspend ${inWords(of)}: it starts no new job. Jobs that it has already started go on.`
      : `Suspend ${inWords(of)}: its pods are stopped.`,
  undoes: (of) =>
    of.kind === 'CronJob'
      ? `${inWords(of)} runs by its schedule again. Runs that were due meanwhile are started or skipped as its own deadline says.`
      : `${inWords(of)} is resumed and starts its pods anew; what the stopped pods had computed and not stored is lost.`,
  drastic: () => false,
  impact(of, estate) {
    const user = legitimateUse(estate).user(id(of));
    const fact = estate.get('kubernetes.workload', id(of));
    return impactOf('suspend-job', [
      ...interruptEach(user === undefined ? [] : [user], () => 'It does not run while it is suspended.'),
      ...putBackBy(estate, fact?.data.metadata, id(of)),
    ]);
  },
  read: async (attempt, of) => ({ record: { object: await readObject(attempt, refOf(of)) } }),
  ...objectChange({
    object: id,
    ref: refOf,
    wanted: (now) => at(now, ...suspended) === true,
    forward: (object) => setField(object, suspended, true),
    isBack: (now, object) => sameField(now, object, suspended),
    back: (now, object, _, force) =>
      force || at(now, ...suspended) === true ? putFieldBack(now, object, suspended) : undefined,
    goneIsWanted: true,
  }),
  async probe(attempt, of, { record }): Promise<readonly ProbeResult[]> {
    if (record.object === null) return [];
    const now = await readObject(attempt, refOf(of));
    const isSuspended = now === null || at(now, ...suspended) === true;
    return [
      {
        what: `${inWords(of)} is suspended`,
        result: isSuspended ? 'holds' : 'fails',
        evidence: now === null ? 'It does not exist any more.' : `spec.suspend is ${String(at(now, ...suspended))}.`,
      },
      await noPodRuns(attempt, { object: record.object, namespace: of.namespace, inWords: inWords(of) }),
    ];
  },
});
