import { defineAction, kubernetesId, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { array, at, record, textAt } from '../../../intake/foreign.ts';
import type { ApiObject, KubernetesApi, ResourceRef } from '../api.ts';
import { resourceOf } from '../resources.ts';
import { objectChange } from './exchange/object-change.ts';
import { readObject } from './exchange/reading.ts';
import { impactOf } from './impact/legitimate-use.ts';
import { apiObject, namespaceName, objectName } from './objects/names.ts';
import { putFieldBack, sameField, setField } from './objects/one-field.ts';

/** Routes that send requests to backends by `spec.rules[].backendRefs`. */
const routes = [
  { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute' },
  { group: 'gateway.networking.k8s.io', kind: 'GRPCRoute' },
  { group: 'aigateway.envoyproxy.io', kind: 'AIGatewayRoute' },
] as const;

const params = z
  .object({
    apiVersion: z.string().regex(/^[a-z0-9.-]+\/v[a-z0-9]+$/, 'not an API version'),
    kind: z.string(),
    namespace: namespaceName,
    name: objectName,
    backend: z.object({ name: objectName, namespace: namespaceName.optional(), kind: z.string().max(63).optional() }),
  })
  .refine(
    ({ apiVersion, kind }) => routes.some((route) => route.kind === kind && apiVersion.startsWith(`${route.group}/`)),
    'no route whose backends can be taken out',
  );
type Params = z.infer<typeof params>;
const before = z.object({ object: apiObject.nullable() });

const rulesPath = ['spec', 'rules'];
const id = ({ apiVersion, kind, namespace, name }: Params) =>
  kubernetesId(`${kind}.${apiVersion.split('/')[0]}`, namespace, name);
const inWords = ({ kind, namespace, name }: Params) => `${kind} ${namespace}/${name}`;
const backendInWords = ({ backend }: Params) =>
  `${backend.kind ?? 'backend'} ${backend.namespace === undefined ? '' : `${backend.namespace}/`}${backend.name}`;

function refOf({ apiVersion, kind, namespace, name }: Params): ResourceRef {
  const found = resourceOf({ apiVersion, kind, metadata: { namespace } });
  if (found === undefined) throw new RangeError(`${kind} of ${apiVersion} has no resource`);
  const { group, plural } = found.resource;
  return { group, version: apiVersion.slice(group.length + 1), plural, namespace, name };
}

/**
 * Takes one backend out of a gateway's route: a model, a tool, an abused service. Requests go to the other backends of the same rule by
 * their weights; a rule that is left without any answers 500, which the Gateway API prescribes, so that nothing falls through to another.
 * Requests that are mirrored to the backend are mirrored no more.
 */
export default defineAction<Params, z.infer<typeof before>, KubernetesApi>({
  id: 'kubernetes.withdraw-backend',
  title: 'Withdraw backend from route',
  stage: 'network',
  targetKinds: routes.map(({ group, kind }) => `${kind}.${group}`),
  params,
  before,
  permissions: routes.flatMap(({ group, kind }) => {
    const plural = resourceOf({ apiVersion: `${group}/v1`, kind })?.resource.plural ?? '';
    return [`get ${group}/${plural}`, `patch ${group}/${plural}`];
  }),
  target: (of) => ({ kind: of.kind, id: id(of), name: of.name }),
  describe: (of) =>
    `Send nothing to ${backendInWords(of)} by ${inWords(of)}: rules without another backend answer 500.`,
  undoes: (of) => `${inWords(of)} gets back exactly the rules that it had.`,
  drastic: () => true,
  impact: (of) =>
    impactOf('withdraw-backend', [
      {
        who: { kind: of.kind, id: id(of), name: of.name },
        what: `Requests for ${backendInWords(of)} go elsewhere or fail.`,
        weight: 4,
      },
    ]),
  read: async (attempt, of) => ({ record: { object: await readObject(attempt, refOf(of)) } }),
  ...objectChange({
    object: id,
    ref: refOf,
    objection: (was, of) =>
      mentions(was, of) === 0 ? `${inWords(of)} does not send anything to ${backendInWords(of)}.` : undefined,
    wanted: (now, of) => mentions(now, of) === 0,
    forward: (object, of) => setField(object, rulesPath, without(object, of)),
    isBack: (now, object) => sameField(now, object, rulesPath),
    back: (now, object, of, force) =>
      force || JSON.stringify(array(at(now, ...rulesPath))) === JSON.stringify(without(object, of))
        ? putFieldBack(now, object, rulesPath)
        : undefined,
    goneIsWanted: true,
  }),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const now = await readObject(attempt, refOf(of));
    const names = now === null ? 0 : mentions(now, of);
    const readBack: ProbeResult = {
      what: `${inWords(of)} names ${backendInWords(of)} nowhere`,
      result: names === 0 ? 'holds' : 'fails',
      evidence: now === null ? 'It does not exist any more.' : `It names it ${names} times.`,
    };
    return now === null ? [readBack] : [readBack, accepted(now, of)];
  },
});

/** Whether the gateway works by what the route says now. */
function accepted(route: ApiObject, of: Params): ProbeResult {
  const what = `Its gateways have taken over ${inWords(of)} as it is`;
  const generation = Number(at(route, 'metadata', 'generation') ?? 0);
  const parents = array(at(route, 'status', 'parents'));
  const verdicts = parents.map((parent) => {
    const condition = array(at(parent, 'conditions')).find((each) => textAt(each, 'type') === 'Accepted');
    return { seen: Number(at(condition, 'observedGeneration') ?? -1), yes: textAt(condition, 'status') === 'True' };
  });
  if (verdicts.length === 0) return { what, result: 'cannot-tell', evidence: 'No gateway has said anything about it.' };
  const late = verdicts.filter(({ seen }) => seen < generation).length;
  if (late > 0)
    return {
      what,
      result: 'cannot-tell',
      evidence: `${late} of ${verdicts.length} gateways have not looked at this version yet.`,
    };
  const refused = verdicts.filter(({ yes }) => !yes).length;
  return refused > 0
    ? {
        what,
        result: 'fails',
        evidence: `${refused} of ${verdicts.length} gateways refuse it and may go on as before.`,
      }
    : { what, result: 'holds', evidence: `${verdicts.length} gateways accepted generation ${generation}.` };
}

function isBackend(reference: unknown, { backend, namespace }: Params): boolean {
  return (
    textAt(reference, 'name') === backend.name &&
    (textAt(reference, 'namespace') ?? namespace) === (backend.namespace ?? namespace) &&
    (backend.kind === undefined || (textAt(reference, 'kind') ?? 'Service') === backend.kind)
  );
}

function isMirror(filter: unknown, of: Params): boolean {
  return isBackend(at(filter, 'requestMirror', 'backendRef'), of);
}

/** How often a route names the backend. */
function mentions(route: ApiObject, of: Params): number {
  return array(at(route, ...rulesPath)).flatMap((rule) => [
    ...array(at(rule, 'backendRefs')).filter((each) => isBackend(each, of)),
    ...filtersOf(rule).filter((each) => isMirror(each, of)),
  ]).length;
}

function filtersOf(rule: unknown): readonly unknown[] {
  return [
    ...array(at(rule, 'filters')),
    ...array(at(rule, 'backendRefs')).flatMap((each) => array(at(each, 'filters'))),
  ];
}

function without(route: ApiObject, of: Params): readonly unknown[] {
  const mirrored = (holder: unknown) => {
    const fields = record(holder) ?? {};
    return fields.filters === undefined
      ? fields
      : { ...fields, filters: array(fields.filters).filter((each) => !isMirror(each, of)) };
  };
  return array(at(route, ...rulesPath)).map((rule) => {
    const fields = mirrored(rule);
    if (fields.backendRefs === undefined) return fields;
    return {
      ...fields,
      backendRefs: array(fields.backendRefs)
        .filter((each) => !isBackend(each, of))
        .map(mirrored),
    };
  });
}
