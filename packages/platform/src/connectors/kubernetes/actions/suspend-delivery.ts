import { defineAction, kubernetesId, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import type { KubernetesApi } from '../api.ts';
import { knownResource } from '../resources.ts';
import { type Channel, channelRef, isResumed, isSuspended, resume, suspend } from './delivery/channel.ts';
import { channelFor, suspendable } from './delivery/channels.ts';
import { deliveryParent, deliveryParentId } from './delivery/parent.ts';
import { putBackBy } from './delivery/put-back.ts';
import { objectChange } from './exchange/object-change.ts';
import { waitFor } from './exchange/patience.ts';
import { readObject } from './exchange/reading.ts';
import { fixedCost } from './impact/business-weight.ts';
import { apiObject, namespaceName, objectName } from './objects/names.ts';

const params = z
  .object({ apiVersion: z.string(), kind: z.string(), namespace: namespaceName, name: objectName })
  .refine(
    ({ apiVersion, kind }) => channelFor(apiVersion, kind) !== undefined,
    'no delivery channel that can be suspended',
  )
  .refine(({ apiVersion }) => /^[a-z0-9.-]+\/v[a-z0-9]+$/.test(apiVersion), 'not an API version');
type Params = z.infer<typeof params>;
const before = z.object({ object: apiObject.nullable() });

const id = ({ apiVersion, kind, namespace, name }: Params) =>
  kubernetesId(`${kind}.${apiVersion.split('/')[0]}`, namespace, name);

const channelOf = ({ apiVersion, kind }: Params): Channel => {
  const channel = channelFor(apiVersion, kind);
  if (channel === undefined) throw new RangeError(`${kind} of ${apiVersion} passed the schema and is no channel`);
  return channel;
};
const refOfChannel = (of: Params) => {
  const ref = channelRef(of.apiVersion, of.kind, of.namespace, of.name);
  if (ref === undefined) throw new RangeError(`${of.kind} of ${of.apiVersion} has no resource`);
  return ref;
};

/**
 * Long enough for a parent that watches to put it back, short enough to wait for. A parent that polls comes later: its
 * marks are in the evidence.
 */
const moment = { atMost: 1500, every: 300 };

/** Stops a delivery channel, so that what is contained is not delivered again. */
export default defineAction<Params, z.infer<typeof before>, KubernetesApi>({
  id: 'kubernetes.suspend-delivery',
  title: 'Suspend delivery',
  stage: 'delivery',
  targetKinds: suspendable.map(({ group, kind }) => `${kind}.${group}`),
  params,
  before,
  permissions: suspendable.flatMap(({ group, kind }) => {
    const plural = knownResource(group, kind)?.plural ?? '';
    return [`get ${group}/${plural}`, `patch ${group}/${plural}`];
  }),
  target: (of) => ({ kind: of.kind, id: id(of), name: of.name }),
  describe: (of) => `Suspend ${of.kind} ${of.namespace}/${of.name}. ${channelOf(of).remark}`,
  undoes: (of) => `${of.kind} ${of.namespace}/${of.name} gets back exactly the settings that it had.`,
  drastic: () => false,
  impact(of, estate) {
    const fact = estate.get('kubernetes.delivery-channel', id(of));
    const what = 'New versions are not delivered while this is suspended.';
    return {
      cost: fixedCost['suspend-delivery'],
      interrupts: [
        { who: { kind: of.kind, id: id(of), name: of.name }, what, weight: 0 },
        ...putBackBy(estate, fact?.data.metadata, id(of)),
      ],
    };
  },
  read: async (attempt, of) => ({ record: { object: await readObject(attempt, refOfChannel(of)) } }),
  ...objectChange({
    object: id,
    ref: refOfChannel,
    wanted: (now, of) => isSuspended(channelOf(of), now),
    forward: (object, of) => suspend(channelOf(of), object),
    isBack: (now, object, of) => isResumed(channelOf(of), now, object),
    back: (now, object, of, force) => resume(channelOf(of), now, object, force),
    goneIsWanted: true,
  }),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const channel = channelOf(of);
    const what = `${of.kind} ${of.namespace}/${of.name} stays suspended`;
    const seen = await waitFor(
      () => readObject(attempt, refOfChannel(of)),
      (object) => object !== null && !isSuspended(channel, object),
      moment,
      attempt.signal,
    );
    if (seen.last === null) return [{ what, result: 'holds', evidence: 'It does not exist any more.' }];
    const parent = deliveryParent(seen.last.metadata ?? {});
    const managed =
      parent === undefined || deliveryParentId(parent) === id(of)
        ? 'Nothing marks it as delivered by another.'
        : `${parent.kind} ${parent.name} manages it (${parent.mark}) and must be suspended too.`;
    if (seen.settled) {
      return [{ what, result: 'fails', evidence: `It was resumed within ${seen.seconds} s. ${managed}` }];
    }
    const results: ProbeResult[] = [
      { what, result: 'holds', evidence: `Still suspended after ${seen.seconds} s. ${managed}` },
    ];
    const underWay = channel.underWay(seen.last);
    if (underWay !== undefined) {
      results.push({ what: 'No delivery is under way', result: 'cannot-tell', evidence: underWay });
    }
    return results;
  },
});
