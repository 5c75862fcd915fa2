import { defineAction, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { array, at, textAt } from '../../../intake/foreign.ts';
import type { ApiObject, KubernetesApi } from '../api.ts';
import { objectChange } from './exchange/object-change.ts';
import { waitFor } from './exchange/patience.ts';
import { readObject } from './exchange/reading.ts';
import { impactOf } from './impact/legitimate-use.ts';
import { customKinds } from './objects/custom-kinds.ts';
import { apiObject, namespaceName, objectName } from './objects/names.ts';
import { putFieldBack, sameField, setField } from './objects/one-field.ts';

const params = z.object({
  namespace: namespaceName,
  name: objectName,
  /** Of the traffic for the newest revision; the one that was rolled out before has the rest. */
  percent: z.number().int().min(0).max(100),
});
type Params = z.infer<typeof params>;
const before = z.object({ object: apiObject.nullable() });

const kind = 'InferenceService';
const path = ['spec', 'predictor', 'canaryTrafficPercent'];
const { targetKinds, permissions, ...services } = customKinds({ [kind]: 'serving.kserve.io' });
const id = (of: Params) => services.id({ kind, ...of });
const inWords = (of: Params) => services.inWords({ kind, ...of });
const refOf = (of: Params) => services.refOf({ kind, ...of });

/** Routes follow in seconds; a revision that has no pod yet takes longer, and the canary looks again. */
const patience = { atMost: 20_000, every: 1000 };

/**
 * Gives a share of the traffic to the newest revision of a model server: 0 is back to the one before, 100 is all of it. The field is
 * KServe's `canaryTrafficPercent`; it means something only where KServe keeps revisions (Knative).
 */
export default defineAction<Params, z.infer<typeof before>, KubernetesApi>({
  id: 'kubernetes.shift-inference',
  title: 'Shift traffic to newest revision',
  stage: 'network',
  targetKinds,
  params,
  before,
  permissions,
  target: (of) => ({ kind, id: id(of), name: of.name }),
  describe: (of) => `Send ${of.percent} % of the traffic of ${inWords(of)} to its newest revision.`,
  undoes: (of) => `${inWords(of)} gets back exactly the traffic setting that it had.`,
  drastic: () => false,
  takes: () => 20,
  impact: (of) =>
    impactOf('shift-inference', [
      {
        who: { kind, id: id(of), name: of.name },
        what: `${of.percent} % of requests are answered by the newest revision.`,
        weight: 1,
      },
    ]),
  read: async (attempt, of) => ({ record: { object: await readObject(attempt, refOf(of)) } }),
  ...objectChange({
    object: id,
    ref: refOf,
    objection: (was) =>
      otherRevision(was) === undefined
        ? 'It has only one revision to send traffic to, or keeps none in this deployment mode.'
        : undefined,
    wanted: (now, of) => at(now, ...path) === of.percent,
    forward: (object, of) => setField(object, path, of.percent),
    isBack: (now, object) => sameField(now, object, path),
    back: (now, object, of, force) =>
      force || at(now, ...path) === of.percent ? putFieldBack(now, object, path) : undefined,
  }),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const what = `The newest revision of ${inWords(of)} has ${of.percent} % of the traffic`;
    const seen = await waitFor(
      () => readObject(attempt, refOf(of)),
      (now) => now === null || traffic(now).length === 0 || shareOfNewest(now) === of.percent,
      patience,
      attempt.signal,
    );
    const now = seen.last;
    if (now === null) return [{ what, result: 'fails', evidence: 'It does not exist any more.' }];
    const told = traffic(now);
    if (told.length === 0) return [{ what, result: 'cannot-tell', evidence: 'Its controller reports no traffic.' }];
    const evidence = `Its controller reports ${told
      .map(
        (target) =>
          `${textAt(target, 'revisionName') ?? 'a revision without name'} ${Number(at(target, 'percent') ?? 0)} %`,
      )
      .join(', ')}.`;
    return [{ what, result: shareOfNewest(now) === of.percent ? 'holds' : 'fails', evidence }];
  },
});

const predictor = (now: ApiObject): unknown => at(now, 'status', 'components', 'predictor');
const traffic = (now: ApiObject): readonly unknown[] => array(at(predictor(now), 'traffic'));

/** Two targets may be the same revision. */
function shareOfNewest(now: ApiObject): number {
  const newest = textAt(predictor(now), 'latestReadyRevision');
  return traffic(now)
    .filter((target) => textAt(target, 'revisionName') === newest)
    .reduce<number>((sum, target) => sum + Number(at(target, 'percent') ?? 0), 0);
}

/** The one that gets what the newest does not: rolled out last, or before that where the newest is rolled out already. */
function otherRevision(now: ApiObject): string | undefined {
  const newest = textAt(predictor(now), 'latestReadyRevision');
  const rolledOut = textAt(predictor(now), 'latestRolledoutRevision');
  return rolledOut === newest ? textAt(predictor(now), 'previousRolledoutRevision') : rolledOut;
}
