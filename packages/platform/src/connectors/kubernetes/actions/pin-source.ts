import { defineAction, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { at, textAt } from '../../../intake/foreign.ts';
import type { ApiObject, KubernetesApi } from '../api.ts';
import { putBackBy } from './delivery/put-back.ts';
import { objectChange } from './exchange/object-change.ts';
import { waitFor } from './exchange/patience.ts';
import { readObject } from './exchange/reading.ts';
import { fixedCost } from './impact/business-weight.ts';
import { customKinds } from './objects/custom-kinds.ts';
import { apiObject, namespaceName, objectName } from './objects/names.ts';
import { putFieldBack, sameField, setField } from './objects/one-field.ts';

const groups = { Application: 'argoproj.io', GitRepository: 'source.toolkit.fluxcd.io' } as const;
const kinds = ['Application', 'GitRepository'] as const;
const params = z.object({
  kind: z.enum(kinds),
  namespace: namespaceName,
  name: objectName,
  /** A commit, whole: a branch or a tag is whoever may push it. */
  commit: z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'not a whole commit id'),
});
type Params = z.infer<typeof params>;
const before = z.object({ object: apiObject.nullable() });

const { id, inWords, refOf, targetKinds, permissions } = customKinds(groups);

/** Argo CD names a revision as text; Flux has a field of its own for a commit, which wins over a branch beside it. */
const paths = { Application: ['spec', 'source', 'targetRevision'], GitRepository: ['spec', 'ref'] } as const;
const wish = ({ kind, commit }: Params): unknown => (kind === 'Application' ? commit : { commit });

const sync = { atMost: 20_000, every: 1000 };

/** Has a delivery channel deliver one commit that was reviewed, and nothing that comes after it. */
export default defineAction<Params, z.infer<typeof before>, KubernetesApi>({
  id: 'kubernetes.pin-source',
  title: 'Pin delivery to a commit',
  stage: 'delivery',
  targetKinds,
  params,
  before,
  permissions,
  target: (of) => ({ kind: of.kind, id: id(of), name: of.name }),
  describe: (of) => `Have ${inWords(of)} deliver commit ${of.commit}.`,
  undoes: (of) => `${inWords(of)} follows again what it followed before.`,
  drastic: () => false,
  takes: () => 30,
  rollsBack({ from, to }, estate) {
    const [commit] = to.revisions.filter((revision) => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(revision));
    if (commit === undefined) return [];
    return estate.all('kubernetes.delivery-channel').flatMap(({ data }) => {
      const kind = kinds.find((known) => known === data.resourceKind);
      const { namespace, name } = data.metadata;
      const follows = data.sources.some(({ revision = '' }) => from.revisions.includes(revision));
      return kind === undefined || namespace === undefined || !follows ? [] : [{ kind, namespace, name, commit }];
    });
  },
  impact(of, estate) {
    const fact = estate.get('kubernetes.delivery-channel', id(of));
    return {
      cost: fixedCost['pin-source'],
      interrupts: [
        {
          who: { kind: of.kind, id: id(of), name: of.name },
          what: 'Newer commits are not delivered while it is pinned.',
          weight: 0,
        },
        ...putBackBy(estate, fact?.data.metadata, id(of)),
      ],
    };
  },
  read: async (attempt, of) => ({ record: { object: await readObject(attempt, refOf(of)) } }),
  ...objectChange<Params, z.infer<typeof before>>({
    object: id,
    ref: refOf,
    objection: (was, of) =>
      of.kind === 'Application' && at(was, 'spec', 'source') === undefined
        ? 'It delivers from several sources; which one is meant cannot be told.'
        : undefined,
    wanted: (now, of) => setField(now, paths[of.kind], wish(of)).length === 0,
    forward: (object, of) => setField(object, paths[of.kind], wish(of)),
    isBack: (now, object, of) => sameField(now, object, paths[of.kind]),
    back: (now, object, of, force) =>
      force || setField(now, paths[of.kind], wish(of)).length === 0
        ? putFieldBack(now, object, paths[of.kind])
        : undefined,
  }),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const what = `${inWords(of)} has delivered commit ${of.commit}`;
    const seen = await waitFor(
      () => readObject(attempt, refOf(of)),
      (now) => now === null || deliveredBy(now) === undefined || deliveredBy(now)?.includes(of.commit) === true,
      sync,
      attempt.signal,
    );
    if (seen.last === null)
      return [{ what, result: 'holds', evidence: 'It does not exist any more and delivers nothing.' }];
    const delivered = deliveredBy(seen.last);
    if (delivered === undefined)
      return [{ what, result: 'cannot-tell', evidence: 'Its controller does not say what it delivered.' }];
    return delivered.includes(of.commit)
      ? [{ what, result: 'holds', evidence: `Its controller reports ${delivered} after ${seen.seconds} s.` }]
      : [{ what, result: 'fails', evidence: `After ${seen.seconds} s its controller still reports ${delivered}.` }];
  },
});

/** `status.sync.revision` of Argo CD, `status.artifact.revision` of Flux (`main@sha1:…`). */
function deliveredBy(now: ApiObject): string | undefined {
  return textAt(now, 'status', 'sync', 'revision') ?? textAt(now, 'status', 'artifact', 'revision');
}
