import { defineAction, kubernetesId, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { array, at, record, textAt } from '../../../intake/foreign.ts';
import type { ApiObject, KubernetesApi } from '../api.ts';
import { putBackBy } from './delivery/put-back.ts';
import { objectChange } from './exchange/object-change.ts';
import { waitFor } from './exchange/patience.ts';
import { readObject } from './exchange/reading.ts';
import { interruptionWeight } from './impact/business-weight.ts';
import { impactOf } from './impact/legitimate-use.ts';
import { customKinds } from './objects/custom-kinds.ts';
import { apiObject, namespaceName, objectName } from './objects/names.ts';
import { putFieldBack, sameField, setField } from './objects/one-field.ts';

const kinds = ['InferenceService', 'LLMInferenceService', 'TrainedModel'] as const;
const storageAddress = z
  .string()
  .min(1)
  .max(2048)
  .regex(/^[a-z0-9+.-]+:\/\/[\x21-\x7e]+$/, 'not a storage address');
const params = z.object({
  kind: z.enum(kinds),
  namespace: namespaceName,
  name: objectName,
  /** Where the verified model lies. */
  storageUri: storageAddress,
});
type Params = z.infer<typeof params>;
const before = z.object({ object: apiObject.nullable() });

const { id, inWords, refOf, targetKinds, permissions } = customKinds({
  InferenceService: 'serving.kserve.io',
  LLMInferenceService: 'serving.kserve.io',
  TrainedModel: 'serving.kserve.io',
});

const loading = { atMost: 60_000, every: 1000 };

/** Has a model server load a model that is known to be good. It restarts with it. */
export default defineAction<Params, z.infer<typeof before>, KubernetesApi>({
  id: 'kubernetes.set-model-uri',
  title: 'Roll model back',
  stage: 'eviction',
  targetKinds,
  params,
  before,
  permissions,
  target: (of) => ({ kind: of.kind, id: id(of), name: of.name }),
  describe: (of) => `Have ${inWords(of)} serve the model at ${of.storageUri}.`,
  undoes: (of) => `${inWords(of)} serves the model again that it served before.`,
  drastic: () => false,
  rollsBack({ from, to }, estate) {
    const [storageUri] = to.uris.filter((uri) => storageAddress.safeParse(uri).success);
    if (storageUri === undefined) return [];
    return estate.all('kubernetes.model-workload').flatMap(({ data }) => {
      const kind = kinds.find((known) => known === data.resourceKind);
      const { namespace, name } = data.metadata;
      if (kind === undefined || namespace === undefined || !from.uris.includes(data.storageUri ?? '')) return [];
      return [{ kind, namespace, name, storageUri }];
    });
  },
  takes: () => 120,
  impact(of, estate) {
    const fact = estate.get('kubernetes.model-workload', id(of));
    const home = estate.get('kubernetes.namespace', kubernetesId('Namespace', undefined, of.namespace));
    const weight = interruptionWeight('model', fact?.data.metadata.labels ?? {}, home?.data.metadata.labels ?? {});
    const who = { kind: of.kind, id: id(of), name: of.name };
    return impactOf('set-model-uri', [
      { who, what: 'Restarts with another model, and answers by it.', weight },
      ...putBackBy(estate, fact?.data.metadata, id(of)),
    ]);
  },
  read: async (attempt, of) => ({ record: { object: await readObject(attempt, refOf(of)) } }),
  ...objectChange<Params, z.infer<typeof before>>({
    object: id,
    ref: refOf,
    objection: (was, of) =>
      pathIn(was, of) === undefined ? `${inWords(of)} names no storage address that could be changed.` : undefined,
    wanted: (now, of) => {
      const path = pathIn(now, of);
      return path !== undefined && textAt(now, ...path) === of.storageUri;
    },
    forward: (object, of) => setField(object, pathIn(object, of) ?? [], of.storageUri),
    isBack: (now, object, of) => sameField(now, object, pathIn(object, of) ?? ['spec']),
    back: (now, object, of, force) => {
      const path = pathIn(object, of);
      if (path === undefined) return undefined;
      return force || textAt(now, ...path) === of.storageUri ? putFieldBack(now, object, path) : undefined;
    },
  }),
  async probe(attempt, of, { record: was }): Promise<readonly ProbeResult[]> {
    const what = `${inWords(of)} has loaded the model at ${of.storageUri}`;
    const seen = await waitFor(
      () => readObject(attempt, refOf(of)),
      (now) => now === null || stateOf(now, was.object) !== 'loading',
      loading,
      attempt.signal,
    );
    if (seen.last === null) return [{ what, result: 'fails', evidence: 'It does not exist any more.' }];
    const path = pathIn(seen.last, of);
    const uri = path === undefined ? undefined : textAt(seen.last, ...path);
    if (uri !== of.storageUri) return [{ what, result: 'fails', evidence: `It names ${uri ?? 'no model'}.` }];
    const state = stateOf(seen.last, was.object);
    if (state === 'loaded') return [{ what, result: 'holds', evidence: `Loaded and ready after ${seen.seconds} s.` }];
    return [
      {
        what,
        result: 'cannot-tell',
        evidence:
          state === 'unknown'
            ? 'It names the model; its controller says nothing about what is loaded.'
            : `It names the model; its controller has not reported it as loaded after ${seen.seconds} s.`,
      },
    ];
  },
});

/**
 * What the controller says since the change. KServe's status carries no generation of its own: a new revision shows that it looked
 * again, or, where it makes Deployments, a later generation of the Deployment than before.
 */
function stateOf(now: ApiObject, was: ApiObject | null): 'loaded' | 'loading' | 'unknown' {
  const { status } = now;
  const revisionOf = (object: unknown) => textAt(object, 'status', 'components', 'predictor', 'latestReadyRevision');
  const generationOf = (object: unknown) => Number(at(object, 'status', 'observedGeneration') ?? 0);
  if (revisionOf(now) === undefined && generationOf(now) === 0) return 'unknown';
  const moved = revisionOf(now) !== revisionOf(was) || generationOf(now) > generationOf(was);
  const conditions = array(at(status, 'conditions'));
  const ready = conditions.some((each) => textAt(each, 'type') === 'Ready' && textAt(each, 'status') === 'True');
  const transition = textAt(status, 'modelStatus', 'transitionStatus');
  return moved && ready && (transition === undefined || transition === 'UpToDate') ? 'loaded' : 'loading';
}

/** Where the resource names its model: the form with `model`, or the older one that names the framework. */
function pathIn(object: ApiObject, { kind }: Params): readonly string[] | undefined {
  if (kind === 'LLMInferenceService') return named(object, ['spec', 'model', 'uri']);
  if (kind === 'TrainedModel') return named(object, ['spec', 'model', 'storageUri']);
  const predictor = record(at(object, 'spec', 'predictor')) ?? {};
  const server = Object.keys(predictor).find((key) => textAt(predictor, key, 'storageUri') !== undefined);
  return server === undefined ? undefined : ['spec', 'predictor', server, 'storageUri'];
}

function named(object: ApiObject, path: readonly string[]): readonly string[] | undefined {
  return textAt(object, ...path) === undefined ? undefined : path;
}
