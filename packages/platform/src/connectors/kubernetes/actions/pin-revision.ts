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
import { controllerOf } from './objects/object-meta.ts';
import { putFieldBack, sameField, setField } from './objects/one-field.ts';

const groups = { InferenceService: 'serving.kserve.io', Service: 'serving.knative.dev' } as const;
const kinds = ['InferenceService', 'Service'] as const;
const params = z.object({
  kind: z.enum(kinds),
  namespace: namespaceName,
  name: objectName,
  /** The revision that was verified, by its name. */
  revision: objectName,
});
type Params = z.infer<typeof params>;
const before = z.object({ object: apiObject.nullable() });

const { id, refOf, targetKinds, permissions, ...serving } = customKinds(groups);
const inWords = (of: Params) => (of.kind === 'Service' ? `Knative ${serving.inWords(of)}` : serving.inWords(of));

const paths = {
  InferenceService: ['spec', 'predictor', 'canaryTrafficPercent'],
  Service: ['spec', 'traffic'],
} as const;

/** Revisions start and stop with the traffic; a model may take minutes to load. The watch of the incident looks again later. */
const start = { atMost: 30_000, every: 1000 };

/**
 * All traffic of a model server to one revision that is known to be good. A Knative Service names it; KServe knows only its newest
 * revision and the one that it rolled out fully before, so there the traffic is taken from the newest, and what gets it must be the
 * revision asked for.
 *
 * What must stay true: the probe goes by the name of the revision and adds up its shares. KServe splits over the newest and the last
 * rolled-out revision, and until it has looked a second time both may be the same one, so that a split of 0 and 100 proves nothing.
 */
export default defineAction<Params, z.infer<typeof before>, KubernetesApi>({
  id: 'kubernetes.pin-revision',
  title: 'Pin traffic to revision',
  stage: 'network',
  targetKinds,
  params,
  before,
  permissions,
  target: (of) => ({ kind: of.kind, id: id(of), name: of.name }),
  describe: (of) => `Send all traffic of ${inWords(of)} to revision ${of.revision}.`,
  undoes: (of) => `${inWords(of)} gets back exactly the traffic settings that it had.`,
  drastic: () => false,
  takes: () => 60,
  rollsBack: ({ from, serving: known = [] }, estate) =>
    estate.all('kubernetes.model-workload').flatMap(({ id: server, data }) => {
      const { namespace, name } = data.metadata;
      const revision = data.revisions?.back;
      if (data.resourceKind !== 'InferenceService' || namespace === undefined || revision === undefined) return [];
      if (!from.uris.includes(data.storageUri ?? '')) return [];
      return known.some((each) => each.server === server && each.revision === revision)
        ? [{ kind: 'InferenceService', namespace, name, revision } as const]
        : [];
    }),
  impact: (of) =>
    impactOf('pin-revision', [
      {
        who: { kind: of.kind, id: id(of), name: of.name },
        what: `Serves revision ${of.revision} instead of what is newest.`,
        weight: 1,
      },
    ]),
  read: async (attempt, of) => ({ record: { object: await readObject(attempt, refOf(of)) } }),
  ...objectChange({
    object: id,
    ref: refOf,
    objection,
    wanted: (now, of) => {
      const value = wish(now, of);
      return value !== undefined && JSON.stringify(at(now, ...paths[of.kind])) === JSON.stringify(value);
    },
    forward: (object, of) => setField(object, paths[of.kind], wish(object, of)),
    isBack: (now, object, of) => sameField(now, object, paths[of.kind]),
    back: (now, object, of, force) =>
      force || JSON.stringify(at(now, ...paths[of.kind])) === JSON.stringify(wish(object, of))
        ? putFieldBack(now, object, paths[of.kind])
        : undefined,
  }),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const what = `All traffic of ${inWords(of)} goes to revision ${of.revision}`;
    const seen = await waitFor(
      () => readObject(attempt, refOf(of)),
      (now) => now === null || targets(now, of).length === 0 || shareOf(now, of) === 100,
      start,
      attempt.signal,
    );
    if (seen.last === null)
      return [{ what, result: 'holds', evidence: 'It does not exist any more and serves nothing.' }];
    return [judge(what, seen.last, of)];
  },
});

function judge(what: string, now: ApiObject, of: Params): ProbeResult {
  const all = shares(now, of);
  if (all.size === 0) return { what, result: 'cannot-tell', evidence: 'Its controller reports no traffic.' };
  const evidence = `Its controller reports ${[...all].map(([name, percent]) => `${name} ${percent} %`).join(', ')}.`;
  if (isStatusLate(now, of))
    return { what, result: 'cannot-tell', evidence: `${evidence} It has not looked at this version yet.` };
  if (shareOf(now, of) !== 100) return { what, result: 'fails', evidence };
  return isReady(now)
    ? { what, result: 'holds', evidence }
    : { what, result: 'cannot-tell', evidence: `${evidence} It is not ready yet.` };
}

/** Percent by the name of the revision: two targets may be the same one. */
function shares(now: ApiObject, of: Params): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const target of targets(now, of)) {
    const name = textAt(target, 'revisionName') ?? '(not named)';
    found.set(name, (found.get(name) ?? 0) + Number(at(target, 'percent') ?? 0));
  }
  return found;
}

function shareOf(now: ApiObject, of: Params): number {
  return shares(now, of).get(of.revision) ?? 0;
}

const statusOf = (now: ApiObject, { kind }: Pick<Params, 'kind'>): unknown =>
  kind === 'Service' ? at(now, 'status') : at(now, 'status', 'components', 'predictor');

function targets(now: ApiObject, of: Params): readonly unknown[] {
  return array(at(statusOf(now, of), 'traffic'));
}

/** KServe's own status carries the generation of what it made, which says nothing about the version of the resource. */
function isStatusLate(now: ApiObject, of: Params): boolean {
  if (of.kind !== 'Service') return false;
  return Number(at(now, 'status', 'observedGeneration') ?? -1) < Number(at(now, 'metadata', 'generation') ?? 0);
}

function isReady(now: ApiObject): boolean {
  return array(at(now, 'status', 'conditions')).some(
    (condition) => textAt(condition, 'type') === 'Ready' && textAt(condition, 'status') === 'True',
  );
}

/** What the traffic field has to say; undefined when it cannot lead to the revision. */
function wish(now: ApiObject, of: Params): unknown {
  if (of.kind === 'Service') return [{ revisionName: of.revision, latestRevision: false, percent: 100 }];
  const status = statusOf(now, of);
  const newest = textAt(status, 'latestReadyRevision');
  if (newest === of.revision) return 100;
  // KServe: "prev" is the last fully rolled-out revision, or the one before where the newest is that already.
  const rolledOut = textAt(status, 'latestRolledoutRevision');
  const back = rolledOut === newest ? textAt(status, 'previousRolledoutRevision') : rolledOut;
  return back === of.revision ? 0 : undefined;
}

function objection(was: ApiObject, of: Params): string | undefined {
  if (of.kind === 'Service') {
    const owner = controllerOf(was);
    return owner === undefined ? undefined : `${owner.kind} ${owner.name} sets the traffic of this Service: pin that.`;
  }
  return wish(was, of) === undefined
    ? `KServe can send traffic only to its newest revision and to the one rolled out before; ${of.revision} is neither, or it keeps no revisions in this deployment mode.`
    : undefined;
}
