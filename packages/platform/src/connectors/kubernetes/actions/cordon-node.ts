import { defineAction, kubernetesId, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { at } from '../../../intake/foreign.ts';
import type { KubernetesApi } from '../api.ts';
import { objectChange } from './exchange/object-change.ts';
import { readObject } from './exchange/reading.ts';
import { impactOf } from './impact/legitimate-use.ts';
import { permission, refTo } from './objects/built-in.ts';
import { apiObject, objectName } from './objects/names.ts';
import { putFieldBack, sameField, setField } from './objects/one-field.ts';

const params = z.object({ name: objectName });
type Params = z.infer<typeof params>;
const before = z.object({ object: apiObject.nullable() });

const unschedulable = ['spec', 'unschedulable'];
const id = ({ name }: Params) => kubernetesId('Node', undefined, name);
const refOf = ({ name }: Params) => refTo('Node', undefined, name);

/** Keeps new pods off a node. The taint that goes with it is the node controller's business, there and back. */
export default defineAction<Params, z.infer<typeof before>, KubernetesApi>({
  id: 'kubernetes.cordon-node',
  title: 'Cordon node',
  stage: 'placement',
  targetKinds: ['Node'],
  params,
  before,
  permissions: [permission('get', 'Node'), permission('patch', 'Node')],
  target: (of) => ({ kind: 'Node', id: id(of), name: of.name }),
  describe: (of) => `Cordon node ${of.name}: no new pod is scheduled to it. Pods that run there go on.`,
  undoes: (of) => `Node ${of.name} takes pods as before.`,
  drastic: () => false,
  impact(of) {
    const what = 'Takes no new pods; what restarts elsewhere needs room there.';
    return impactOf('cordon-node', [{ who: { kind: 'Node', id: id(of), name: of.name }, what, weight: 0 }]);
  },
  read: async (attempt, of) => ({ record: { object: await readObject(attempt, refOf(of)) } }),
  ...objectChange({
    object: id,
    ref: refOf,
    wanted: (now) => at(now, ...unschedulable) === true,
    forward: (object) => setField(object, unschedulable, true),
    isBack: (now, object) => at(now, ...unschedulable) !== true || sameField(now, object, unschedulable),
    back: (now, object) => putFieldBack(now, object, unschedulable),
    goneIsWanted: true,
  }),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const now = await readObject(attempt, refOf(of));
    const holds = now === null || at(now, ...unschedulable) === true;
    const evidence =
      now === null
        ? 'The node does not exist any more.'
        : `spec.unschedulable is ${String(at(now, ...unschedulable) ?? false)}. Pods that name the node or tolerate its taint bypass the scheduler.`;
    return [{ what: `The scheduler puts no new pod on node ${of.name}`, result: holds ? 'holds' : 'fails', evidence }];
  },
});
