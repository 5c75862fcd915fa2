import type { PolicyRule } from '@firebreak/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { can, canEverywhere, estate, object, rbacGroup } from '../edges/kubernetes/cases/world.case.ts';
import { allowedNames, type Grant, grantAllows, rbacOf, ruleAllows, subjectId } from './rbac.ts';

function rule(part: Partial<PolicyRule>): PolicyRule {
  return { apiGroups: [''], resources: ['pods'], verbs: ['get'], resourceNames: [], nonResourceURLs: [], ...part };
}
const wish = { verb: 'get', group: '', resource: 'pods', namespace: 'prod', name: 'a' };

describe('one rule', () => {
  test.each([
    ['exact', rule({}), wish, true],
    ['any verb', rule({ verbs: ['*'] }), wish, true],
    ['another verb', rule({ verbs: ['list'] }), wish, false],
    ['another group', rule({ apiGroups: ['apps'] }), wish, false],
    ['any group', rule({ apiGroups: ['*'] }), wish, true],
    ['a resource is not its subresource', rule({}), { ...wish, resource: 'pods/exec' }, false],
    ['any resource includes subresources', rule({ resources: ['*'] }), { ...wish, resource: 'pods/exec' }, true],
    ['a subresource of anything', rule({ resources: ['*/exec'] }), { ...wish, resource: 'pods/exec' }, true],
    ['a subresource of anything is no resource', rule({ resources: ['*/exec'] }), wish, false],
    ['pods/* means nothing', rule({ resources: ['pods/*'] }), { ...wish, resource: 'pods/exec' }, false],
    ['the name', rule({ resourceNames: ['a'] }), wish, true],
    ['another name', rule({ resourceNames: ['b'] }), wish, false],
    ['a name that is not known', rule({ resourceNames: ['a'] }), { ...wish, name: undefined }, false],
    ['URLs are no resources', rule({ resources: [], nonResourceURLs: ['*'] }), wish, false],
  ] as const)('%s', (_, one, asked, allowed) => {
    expect(ruleAllows(one, asked)).toBe(allowed);
  });
});

describe('the names that a grant allows', () => {
  const grant = (rules: readonly PolicyRule[]): Grant => ({ ...anyGrant(), rules });
  const ask = (verb: string, resource = 'pods') => ({ verb, group: '', resource });

  test('any wins over names, whichever comes first', () => {
    expect(allowedNames(grant([rule({ resourceNames: ['a'] }), rule({})]), ask('get'))).toBe('any');
  });
  test('names of several rules add up', () => {
    const rules = [rule({ resourceNames: ['a', 'b'] }), rule({ resourceNames: ['b', 'c'] })];
    expect(allowedNames(grant(rules), ask('get'))).toEqual(['a', 'b', 'c']);
  });
  test('a create by name is none, a create on a subresource is one', () => {
    const rules = [rule({ verbs: ['create'], resources: ['pods', 'pods/exec'], resourceNames: ['a'] })];
    expect(allowedNames(grant(rules), ask('create'))).toBeUndefined();
    expect(allowedNames(grant(rules), ask('create', 'pods/exec'))).toEqual(['a']);
  });

  const words = fc.subarray(['get', 'list', 'create', '*'], { minLength: 1 });
  const rules = fc.array(
    fc.record({
      verbs: words,
      apiGroups: fc.subarray(['', 'apps', '*'], { minLength: 1 }),
      resources: fc.subarray(['pods', 'pods/exec', '*/exec', 'secrets', '*'], { minLength: 1 }),
      resourceNames: fc.subarray(['a', 'b']),
      nonResourceURLs: fc.constant<string[]>([]),
    }),
    { maxLength: 4 },
  );
  test('agree with asking name by name', () => {
    fc.assert(
      fc.property(
        rules,
        fc.constantFrom('get', 'list', 'create'),
        fc.constantFrom('pods', 'pods/exec', 'secrets'),
        (some, verb, resource) => {
          const all = grant(some);
          const names = allowedNames(all, { verb, group: '', resource });
          const may = (name: string | undefined) =>
            grantAllows(all, { verb, group: '', resource, namespace: 'prod', name });
          expect(names === 'any').toBe(may(undefined));
          if (names === 'any' || (verb === 'create' && !resource.includes('/'))) return;
          for (const name of ['a', 'b', 'other']) expect(names?.includes(name) ?? false).toBe(may(name));
        },
      ),
    );
  });
});

describe('grants', () => {
  test('a RoleBinding to a ClusterRole counts inside its namespace only', () => {
    const binding = { roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name: 'reader' }, subjects: [] };
    const [role] = canEverywhere('x', ['get pods,nodes'], 'reader');
    const world = estate(
      [role, object(`${rbacGroup}/v1`, 'RoleBinding', 'b', binding)].filter((it) => it !== undefined),
    );
    const [grant] = rbacOf(world).grants;
    expect(grant?.id).toBe('kubernetes:PermissionSet/prod/reader::b');
    const may = (resource: string, namespace?: string) =>
      grant !== undefined && grantAllows(grant, { verb: 'get', group: '', resource, namespace });
    expect([may('pods', 'prod'), may('pods', 'dev'), may('pods'), may('nodes')]).toEqual([true, false, false, false]);
  });

  test('a binding to a role that every cluster has is understood without the role', () => {
    const binding = { roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name: 'edit' }, subjects: [] };
    const [grant] = rbacOf(estate([object(`${rbacGroup}/v1`, 'RoleBinding', 'b', binding)])).grants;
    expect(grant?.roleFact).toBeUndefined();
    expect(
      grant !== undefined &&
        grantAllows(grant, { verb: 'create', group: '', resource: 'pods/exec', namespace: 'prod' }),
    ).toBe(true);
    const none = { roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name: 'constructor' }, subjects: [] };
    expect(rbacOf(estate([object(`${rbacGroup}/v1`, 'RoleBinding', 'b', none)])).grants[0]?.rules).toEqual([]);
  });

  test('an identity holds what its groups hold', () => {
    const world = estate([
      ...can('sa', ['get pods'], 'own'),
      ...can('Group:system:serviceaccounts:prod', ['get pods'], 'all'),
      ...canEverywhere('Group:system:authenticated', ['get pods'], 'everyone'),
      ...canEverywhere('Group:system:nodes', ['get pods'], 'nodes'),
    ]);
    const rolesOf = (id: string) =>
      rbacOf(world)
        .grantsOf(`kubernetes:${id}`)
        .map((grant) => grant.role);
    expect(rolesOf('ServiceAccount/prod/sa').sort()).toEqual(['all', 'everyone', 'own']);
    expect(rolesOf('ServiceAccount/dev/sa')).toEqual(['everyone']);
    expect(rolesOf('User/system:node:n1').sort()).toEqual(['everyone', 'nodes']);
    expect(rolesOf('User/system:anonymous')).toEqual([]);
    expect(rolesOf('Group/system:authenticated')).toEqual(['everyone']);
  });

  test('a subject is an identity only when it is complete', () => {
    expect(subjectId({ kind: 'ServiceAccount', name: 'sa' }, undefined)).toBeUndefined();
    expect(subjectId({ kind: 'ServiceAccount', name: 'sa' }, 'prod')).toBe('kubernetes:ServiceAccount/prod/sa');
    expect(subjectId({ kind: 'User', name: 'system:serviceaccount:prod:sa' }, undefined)).toBe(
      'kubernetes:ServiceAccount/prod/sa',
    );
    expect(subjectId({ kind: 'Robot', name: 'x' }, 'prod')).toBeUndefined();
  });
});

function anyGrant(): Grant {
  const [grant] = rbacOf(estate(can('who', ['get pods']))).grants;
  if (grant === undefined) throw new Error('the world has no grant');
  return grant;
}
