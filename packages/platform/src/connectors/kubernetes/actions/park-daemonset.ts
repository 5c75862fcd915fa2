import { defineAction, kubernetesId } from '@firebreak/contract';
import { z } from 'zod';
import { at } from '../../../intake/foreign.ts';
import type { KubernetesApi } from '../api.ts';
import { putBackBy } from './delivery/put-back.ts';
import { objectChange } from './exchange/object-change.ts';
import { readObject } from './exchange/reading.ts';
import { servesSomebody } from './impact/business-weight.ts';
import { impactOf, interruptEach, legitimateUse } from './impact/legitimate-use.ts';
import { permission, refTo } from './objects/built-in.ts';
import { apiObject, namespaceName, objectName } from './objects/names.ts';
import { putFieldBack, sameField, setField } from './objects/one-field.ts';
import { noPodRuns } from './pods/remaining.ts';

const params = z.object({ namespace: namespaceName, name: objectName });
type Params = z.infer<typeof params>;
const before = z.object({ object: apiObject.nullable() });

/** A label that no node has: with it in the selector, the DaemonSet fits nowhere. */
const parked = ['spec', 'template', 'spec', 'nodeSelector', 'firebreak.dev/parked'];
const id = ({ namespace, name }: Params) => kubernetesId('DaemonSet', namespace, name);
const refOf = ({ namespace, name }: Params) => refTo('DaemonSet', namespace, name);
const inWords = ({ namespace, name }: Params) => `DaemonSet ${namespace}/${name}`;

/** Stops a DaemonSet, which has no replicas to set to zero, by a node selector that matches no node. */
export default defineAction<Params, z.infer<typeof before>, KubernetesApi>({
  id: 'kubernetes.park-daemonset',
  title: 'Park DaemonSet',
  stage: 'eviction',
  targetKinds: ['DaemonSet'],
  params,
  before,
  permissions: [permission('get', 'DaemonSet'), permission('patch', 'DaemonSet'), permission('list', 'Pod')],
  target: (of) => ({ kind: 'DaemonSet', id: id(of), name: of.name }),
  describe: (of) => `Stop ${inWords(of)} on every node by the node selector firebreak.dev/parked=true.`,
  undoes: (of) => `${inWords(of)} gets back exactly the node selector that it had and runs on its nodes again.`,
  drastic(of, estate) {
    const user = legitimateUse(estate).user(id(of));
    return user !== undefined && servesSomebody(user.reach);
  },
  impact(of, estate) {
    const user = legitimateUse(estate).user(id(of));
    const fact = estate.get('kubernetes.workload', id(of));
    return impactOf('park-daemonset', [
      ...interruptEach(user === undefined ? [] : [user], () => 'It stops on every node.'),
      ...putBackBy(estate, fact?.data.metadata, id(of)),
    ]);
  },
  read: async (attempt, of) => ({ record: { object: await readObject(attempt, refOf(of)) } }),
  ...objectChange({
    object: id,
    ref: refOf,
    wanted: (now) => at(now, ...parked) === 'true',
    forward: (object) => setField(object, parked, 'true'),
    isBack: (now, object) => sameField(now, object, parked),
    back: (now, object, _, force) =>
      force || at(now, ...parked) === 'true' ? putFieldBack(now, object, parked) : undefined,
    goneIsWanted: true,
  }),
  probe: async (attempt, of, { record }) =>
    record.object === null
      ? []
      : [await noPodRuns(attempt, { object: record.object, namespace: of.namespace, inWords: inWords(of) })],
});
