import type { AnyFact, FactTypes } from '@firebreak/contract';
import { apiCases } from './api.case.ts';
import { type AuthorizationRequest, makeTwin } from './twin.ts';

/** Enough RBAC for the cases: Roles bound to accounts in one namespace, no wildcards. The real evaluator is the graph's. */
function authorize({ user, wish, rbac }: AuthorizationRequest): boolean {
  const of = <K extends keyof FactTypes & string>(kind: K) =>
    rbac.filter((fact): fact is Extract<AnyFact, { kind: K }> => fact.kind === kind);
  return of('kubernetes.role-binding').some(({ data }) => {
    const names = data.subjects.map((subject) => `system:serviceaccount:${subject.namespace}:${subject.name}`);
    if (data.metadata.namespace !== wish.namespace || !names.includes(user)) return false;
    const role = of('kubernetes.role').find((fact) => fact.data.metadata.name === data.roleRef.name);
    return (role?.data.rules ?? []).some(
      (rule) =>
        rule.verbs.includes(wish.verb) && rule.resources.includes(wish.resource) && rule.apiGroups.includes(wish.group),
    );
  });
}

apiCases(
  'the twin',
  async () => {
    const twin = makeTwin({ authorize });
    twin.load([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } },
      { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } },
    ]);
    return twin;
  },
  'cases',
);
