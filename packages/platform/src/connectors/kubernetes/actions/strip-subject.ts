import { isDeepStrictEqual } from 'node:util';
import { defineAction, type Estate, type Interruption, kubernetesId, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { textAt } from '../../../intake/foreign.ts';
import type { ApiObject, KubernetesApi } from '../api.ts';
import { bindingName } from './access/other-grants.ts';
import { probeGrant } from './access/probe-grant.ts';
import { grantedRules } from './access/role-rules.ts';
import { authenticatedAs, identityOf, naming, putBack, subjectParam, subjectsOf, without } from './access/subject.ts';
import { ruleSchema } from './access/trial.ts';
import { putBackBy } from './delivery/put-back.ts';
import { objectChange } from './exchange/object-change.ts';
import { readObject } from './exchange/reading.ts';
import { impactOf, interruptEach, legitimateUse } from './impact/legitimate-use.ts';
import { permission, refTo } from './objects/built-in.ts';
import { apiObject, namespaceName, objectName } from './objects/names.ts';
import { present } from './objects/object-meta.ts';
import { type PatchOperation, sameObject } from './objects/one-field.ts';
import { stripServerOwned } from './objects/server-owned.ts';

const params = z
  .object({
    bindingKind: z.enum(['RoleBinding', 'ClusterRoleBinding']),
    namespace: namespaceName.optional(),
    binding: objectName,
    subject: subjectParam,
  })
  .refine(
    ({ bindingKind, namespace }) => (bindingKind === 'RoleBinding') === (namespace !== undefined),
    'a RoleBinding has a namespace and a ClusterRoleBinding has none',
  );
type Params = z.infer<typeof params>;
const before = z.object({
  object: apiObject.nullable(),
  /** What the binding granted, for the probe; null when that could not be read. */
  rules: z.array(ruleSchema).nullable(),
});
type Before = z.infer<typeof before>;

const id = ({ bindingKind, namespace, binding }: Params) => kubernetesId(bindingKind, namespace, binding);
const refOf = ({ bindingKind, namespace, binding }: Params) => refTo(bindingKind, namespace, binding);
const inWords = (of: Params) => bindingName(of.bindingKind, of.namespace, of.binding);
const identity = ({ subject, namespace }: Params) => identityOf(subject, namespace);
const subjectInWords = ({ subject }: Params) =>
  `${subject.kind} ${subject.namespace === undefined ? '' : `${subject.namespace}/`}${subject.name}`;

/** Takes one identity out of one binding, in whatever form and however often it is named there. */
export default defineAction<Params, Before, KubernetesApi>({
  id: 'kubernetes.strip-subject',
  title: 'Strip subject from binding',
  stage: 'access',
  targetKinds: ['RoleBinding', 'ClusterRoleBinding'],
  params,
  before,
  permissions: [
    ...['RoleBinding', 'ClusterRoleBinding'].flatMap((kind) => [
      permission('get', kind),
      permission('list', kind),
      permission('patch', kind),
      // To put back a binding that was deleted meanwhile.
      permission('create', kind),
    ]),
    // The API server lets nobody write a binding who neither holds what its role grants nor may bind it.
    ...['Role', 'ClusterRole'].flatMap((kind) => [permission('get', kind), permission('bind', kind)]),
    permission('create', 'ServiceAccount', 'token'),
    'create authorization.k8s.io/subjectaccessreviews',
  ],
  target: (of) => ({ kind: of.bindingKind, id: id(of), name: of.binding }),
  describe: (of) => `Remove ${subjectInWords(of)} from ${inWords(of)}.`,
  undoes: (of) => `${subjectInWords(of)} is put back into ${inWords(of)} at its place.`,
  drastic: () => false,
  impact(of, estate) {
    const fact = estate.get('kubernetes.role-binding', id(of));
    const role = fact?.data.roleRef.name;
    const what = `Can no longer use what ${role ?? 'the role'} grants through ${inWords(of)}.`;
    return impactOf('strip-subject', [
      ...interruptedBy(of, estate, what),
      ...putBackBy(estate, fact?.data.metadata, id(of)),
    ]);
  },
  async read(attempt, of) {
    const object = await readObject(attempt, refOf(of));
    if (object === null) return { record: { object, rules: null } };
    // For the probe only, so that not being able to read it stops nothing.
    const rules = await grantedRules(attempt, object, of.namespace);
    return { record: { object, rules: rules.ok ? [...rules.value] : null } };
  },
  ...objectChange<Params, Before>({
    object: id,
    ref: refOf,
    wanted: (now, of) => naming(now, identity(of)).length === 0,
    forward: (object, of) => [
      ...unchanged(object),
      { op: 'replace', path: '/subjects', value: without(object, identity(of)) },
    ],
    isBack: (now, object, of) => isDeepStrictEqual(naming(now, identity(of)), naming(object, identity(of))),
    back: (now, object, of) =>
      // A binding's role cannot be changed: another role means another binding of the same name.
      isDeepStrictEqual(present(now, 'roleRef'), present(object, 'roleRef'))
        ? [...unchanged(now), { op: 'add', path: '/subjects', value: putBack(now, object, identity(of)) }]
        : undefined,
    recreate: stripServerOwned,
    goneIsWanted: true,
  }),
  async probe(attempt, of, { record }): Promise<readonly ProbeResult[]> {
    const now = await readObject(attempt, refOf(of));
    const left = now === null ? [] : naming(now, identity(of));
    const readBack: ProbeResult = {
      what: `${inWords(of)} does not name ${subjectInWords(of)}`,
      result: left.length === 0 ? 'holds' : 'fails',
      evidence:
        now === null
          ? 'It does not exist.'
          : `It names ${subjectsOf(now).length} subjects, ${left.length} of them this one.`,
    };
    const tried = await probeGrant(attempt, {
      who: authenticatedAs(of.subject, of.namespace),
      subject: subjectInWords(of),
      binding: inWords(of),
      namespace: of.namespace,
      rules: record.rules ?? [],
    });
    return [readBack, ...tried];
  },
});

/** Bindings have no status, so a newer version of one always means that somebody wrote it. */
function unchanged(object: ApiObject): readonly PatchOperation[] {
  const version = textAt(object, 'metadata', 'resourceVersion');
  if (version === undefined) return sameObject(object);
  return [...sameObject(object), { op: 'test', path: '/metadata/resourceVersion', value: version }];
}

function interruptedBy(of: Params, estate: Estate, what: string): readonly Interruption[] {
  const who = authenticatedAs(of.subject, of.namespace);
  if (who.account !== undefined) {
    const { namespace, name } = who.account;
    return interruptEach(legitimateUse(estate).runningAs(namespace, name), () => what);
  }
  const { kind, name } = of.subject;
  return [{ who: { kind, id: kubernetesId(kind, undefined, name), name }, what, weight: 1 }];
}
