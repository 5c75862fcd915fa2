import { isDeepStrictEqual } from 'node:util';
import { defineAction, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { array, at, record, textAt } from '../../../intake/foreign.ts';
import type { ApiObject, KubernetesApi } from '../api.ts';
import { objectChange } from './exchange/object-change.ts';
import { waitFor } from './exchange/patience.ts';
import { readObject } from './exchange/reading.ts';
import { impactOf } from './impact/legitimate-use.ts';
import { customKinds } from './objects/custom-kinds.ts';
import { apiObject, namespaceName, objectName } from './objects/names.ts';
import { putFieldBack, sameField, setField } from './objects/one-field.ts';

const kind = 'HTTPRoute';
const params = z
  .object({
    namespace: namespaceName,
    name: objectName,
    /** Names of backends of the same rules. */
    baseline: objectName,
    canary: objectName,
    percent: z.number().int().min(0).max(100),
  })
  .refine(({ baseline, canary }) => baseline !== canary, 'it is the same backend');
type Params = z.infer<typeof params>;
const before = z.object({ object: apiObject.nullable() });

const rulesPath = ['spec', 'rules'];
const { targetKinds, permissions, ...routes } = customKinds({ [kind]: 'gateway.networking.k8s.io' });
const id = (of: Params) => routes.id({ kind, ...of });
const inWords = (of: Params) => routes.inWords({ kind, ...of });
const refOf = (of: Params) => routes.refOf({ kind, ...of });

const patience = { atMost: 20_000, every: 1000 };

/**
 * Shares traffic out between two backends of a gateway's route, by the weights of Gateway API, in every rule that has both. Other
 * backends of such a rule keep their weights, and with them their part of it.
 */
export default defineAction<Params, z.infer<typeof before>, KubernetesApi>({
  id: 'kubernetes.shift-route',
  title: 'Shift traffic between backends',
  stage: 'network',
  targetKinds,
  params,
  before,
  permissions,
  target: (of) => ({ kind, id: id(of), name: of.name }),
  describe: (of) =>
    `Send ${of.percent} % to ${of.canary} and ${100 - of.percent} % to ${of.baseline} by ${inWords(of)}.`,
  undoes: (of) => `${inWords(of)} gets back exactly the rules that it had.`,
  drastic: () => false,
  takes: () => 5,
  impact: (of) =>
    impactOf('shift-route', [
      {
        who: { kind, id: id(of), name: of.name },
        what: `${of.percent} % of requests are answered by ${of.canary}.`,
        weight: 1,
      },
    ]),
  read: async (attempt, of) => ({ record: { object: await readObject(attempt, refOf(of)) } }),
  ...objectChange({
    object: id,
    ref: refOf,
    objection: (was, of) =>
      array(at(was, ...rulesPath)).some((rule) => hasBoth(rule, of))
        ? undefined
        : `No rule of ${inWords(of)} has both ${of.baseline} and ${of.canary} as backends.`,
    wanted: (now, of) =>
      array(at(now, ...rulesPath)).some((rule) => hasBoth(rule, of)) &&
      isDeepStrictEqual(at(now, ...rulesPath), shared(now, of)),
    forward: (object, of) => setField(object, rulesPath, shared(object, of)),
    isBack: (now, object) => sameField(now, object, rulesPath),
    back: (now, object, of, force) =>
      force || isDeepStrictEqual(at(now, ...rulesPath), shared(object, of))
        ? putFieldBack(now, object, rulesPath)
        : undefined,
  }),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const what = `The gateways of ${inWords(of)} have taken over its weights`;
    const seen = await waitFor(
      () => readObject(attempt, refOf(of)),
      (now) => now === null || verdicts(now).length === 0 || verdicts(now).every(({ late }) => !late),
      patience,
      attempt.signal,
    );
    if (seen.last === null) return [{ what, result: 'fails', evidence: 'It does not exist any more.' }];
    const told = verdicts(seen.last);
    if (told.length === 0) return [{ what, result: 'cannot-tell', evidence: 'No gateway has said anything about it.' }];
    if (told.some(({ late }) => late))
      return [{ what, result: 'cannot-tell', evidence: 'Not every gateway has looked at this version yet.' }];
    const refused = told.filter(({ yes }) => !yes).length;
    return [
      refused > 0
        ? {
            what,
            result: 'fails',
            evidence: `${refused} of ${told.length} gateways refuse it and may go on as before.`,
          }
        : { what, result: 'holds', evidence: `${told.length} gateways accepted it.` },
    ];
  },
});

function verdicts(route: ApiObject): readonly { readonly late: boolean; readonly yes: boolean }[] {
  const generation = Number(at(route, 'metadata', 'generation') ?? 0);
  return array(at(route, 'status', 'parents')).map((parent) => {
    const condition = array(at(parent, 'conditions')).find((each) => textAt(each, 'type') === 'Accepted');
    return {
      late: Number(at(condition, 'observedGeneration') ?? -1) < generation,
      yes: textAt(condition, 'status') === 'True',
    };
  });
}

function hasBoth(rule: unknown, { baseline, canary }: Params): boolean {
  const names = new Set(array(at(rule, 'backendRefs')).map((each) => textAt(each, 'name')));
  return names.has(baseline) && names.has(canary);
}

function shared(route: ApiObject, of: Params): readonly unknown[] {
  return array(at(route, ...rulesPath)).map((rule) => {
    if (!hasBoth(rule, of)) return rule;
    const backendRefs = array(at(rule, 'backendRefs')).map((each) => {
      const name = textAt(each, 'name');
      if (name === of.canary) return { ...record(each), weight: of.percent };
      return name === of.baseline ? { ...record(each), weight: 100 - of.percent } : each;
    });
    return { ...record(rule), backendRefs };
  });
}
