import { defineAction, kubernetesId, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { array, at, field, textAt } from '../../../intake/foreign.ts';
import type { ApiObject, KubernetesApi } from '../api.ts';
import { putBackBy } from './delivery/put-back.ts';
import { objectChange } from './exchange/object-change.ts';
import { waitFor } from './exchange/patience.ts';
import { readObject } from './exchange/reading.ts';
import { impactOf, interruptEach, legitimateUse } from './impact/legitimate-use.ts';
import { permission, refTo } from './objects/built-in.ts';
import { apiObject, namespaceName, objectName } from './objects/names.ts';
import { controllerOf } from './objects/object-meta.ts';
import { setField } from './objects/one-field.ts';

const kinds = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;
const params = z.object({
  kind: z.enum(kinds),
  namespace: namespaceName,
  name: objectName,
  container: objectName,
  /** By digest: a tag is whoever may push it. */
  image: z
    .string()
    .max(1000)
    .regex(/^[a-z0-9][\x21-\x7e]*@sha256:[0-9a-f]{64}$/, 'not an image by its digest'),
});
type Params = z.infer<typeof params>;
const before = z.object({ object: apiObject.nullable() });

const id = ({ kind, namespace, name }: Params) => kubernetesId(kind, namespace, name);
const refOf = ({ kind, namespace, name }: Params) => refTo(kind, namespace, name);
const inWords = ({ kind, namespace, name }: Params) => `${kind} ${namespace}/${name}`;
const containers = ['spec', 'template', 'spec', 'containers'];
const rollout = { atMost: 30_000, every: 1000 };

/** Has a container run an image that is known to be good, by its digest. Its pods are started again, as after every change. */
export default defineAction<Params, z.infer<typeof before>, KubernetesApi>({
  id: 'kubernetes.pin-image',
  title: 'Pin image by digest',
  stage: 'eviction',
  targetKinds: kinds,
  params,
  before,
  permissions: kinds.flatMap((kind) => [permission('get', kind), permission('patch', kind)]),
  target: (of) => ({ kind: of.kind, id: id(of), name: of.name }),
  describe: (of) => `Have container ${of.container} of ${inWords(of)} run ${of.image}.`,
  undoes: (of) => `Container ${of.container} of ${inWords(of)} names the image again that it named before.`,
  drastic: () => false,
  takes: () => 60,
  rollsBack({ from, to }, estate) {
    const [digest] = to.digests;
    if (digest === undefined) return [];
    return estate.all('kubernetes.workload').flatMap(({ data }) => {
      const kind = kinds.find((known) => known === data.workloadKind);
      const { namespace, name } = data.metadata;
      if (kind === undefined || namespace === undefined) return [];
      return data.template.spec.containers.flatMap(({ name: container, image = '' }) =>
        from.digests.some((bad) => image.endsWith(`@${bad}`))
          ? [{ kind, namespace, name, container, image: `${image.slice(0, image.lastIndexOf('@'))}@${digest}` }]
          : [],
      );
    });
  },
  impact(of, estate) {
    const user = legitimateUse(estate).user(id(of));
    const fact = estate.get('kubernetes.workload', id(of));
    return impactOf('pin-image', [
      ...interruptEach(user === undefined ? [] : [user], () => 'Its pods are started again, one after the other.'),
      ...putBackBy(estate, fact?.data.metadata, id(of)),
    ]);
  },
  read: async (attempt, of) => ({ record: { object: await readObject(attempt, refOf(of)) } }),
  ...objectChange({
    object: id,
    ref: refOf,
    objection(was, of) {
      const owner = controllerOf(was);
      if (owner !== undefined) return `${owner.kind} ${owner.name} writes this object: change it there.`;
      return imageOf(was, of) === undefined ? `It has no container ${of.container}.` : undefined;
    },
    wanted: (now, of) => imageOf(now, of) === of.image,
    forward: (object, of) => setField(object, containers, withImage(object, of, of.image)),
    isBack: (now, object, of) => imageOf(now, of) === imageOf(object, of),
    back: (now, object, of, force) =>
      force || imageOf(now, of) === of.image
        ? setField(now, containers, withImage(now, of, imageOf(object, of)))
        : undefined,
  }),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const what = `Every replica of ${inWords(of)} runs ${of.image}`;
    const seen = await waitFor(
      () => readObject(attempt, refOf(of)),
      (now) => now === null || imageOf(now, of) !== of.image || rolledOut(now) !== false,
      rollout,
      attempt.signal,
    );
    if (seen.last === null) return [{ what, result: 'fails', evidence: 'It does not exist any more.' }];
    const image = imageOf(seen.last, of);
    if (image !== of.image) return [{ what, result: 'fails', evidence: `It names ${image ?? 'no image'}.` }];
    if (rolledOut(seen.last) === true)
      return [
        { what, result: 'holds', evidence: `Its controller reports all of them updated after ${seen.seconds} s.` },
      ];
    const evidence = `It names the image; its controller has not reported all replicas as updated after ${seen.seconds} s.`;
    return [{ what, result: 'cannot-tell', evidence }];
  },
});

function imageOf(object: ApiObject, { container }: Params): string | undefined {
  return textAt(
    array(at(object, ...containers)).find((each) => textAt(each, 'name') === container),
    'image',
  );
}

function withImage(object: ApiObject, { container }: Params, image: string | undefined): unknown[] {
  return array(at(object, ...containers)).map((each) =>
    textAt(each, 'name') === container ? { ...(each as object), image } : each,
  );
}

/** What the controller says; undefined where it says nothing of this version. */
function rolledOut(now: ApiObject): boolean | undefined {
  // Nothing runs that could run another image; whatever is started will run this one.
  if (at(now, 'spec', 'replicas') === 0) return true;
  const observed = Number(at(now, 'status', 'observedGeneration') ?? -1);
  if (observed < 0 || at(now, 'metadata', 'generation') === undefined) return undefined;
  if (observed < Number(at(now, 'metadata', 'generation'))) return false;
  const count = (name: string) => Number(field(at(now, 'status'), name) ?? 0);
  const isDaemon = now.kind === 'DaemonSet';
  const wanted = isDaemon ? count('desiredNumberScheduled') : Number(at(now, 'spec', 'replicas') ?? 1);
  const updated = isDaemon ? count('updatedNumberScheduled') : count('updatedReplicas');
  const all = isDaemon ? count('currentNumberScheduled') : count('replicas');
  return updated >= wanted && all <= wanted;
}
