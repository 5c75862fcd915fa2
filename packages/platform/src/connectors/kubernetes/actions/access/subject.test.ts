import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ApiObject } from '../../api.ts';
import { authenticatedAs, identityOf, naming, putBack, without } from './subject.ts';

const rbac = 'rbac.authorization.k8s.io';
const binding = (subjects: readonly unknown[]): ApiObject => ({ metadata: { namespace: 'ml', name: 'b' }, subjects });

const subject = fc.oneof(
  fc.constantFrom('a', 'b').map((name) => ({ kind: 'ServiceAccount', name, namespace: 'ml' })),
  fc.constantFrom('a', 'b').map((name) => ({ kind: 'ServiceAccount', name })),
  fc.constantFrom('a', 'b').map((name) => ({ kind: 'User', name: `system:serviceaccount:ml:${name}`, apiGroup: rbac })),
  fc.constantFrom('alice', 'bob').map((name) => ({ kind: 'User', name, apiGroup: rbac })),
  fc.constantFrom('ops', 'dev').map((name) => ({ kind: 'Group', name, apiGroup: rbac })),
);

test('strip and put back give the same list in the same order', () => {
  fc.assert(
    fc.property(fc.array(subject, { maxLength: 8 }), subject, (subjects, stripped) => {
      const before = binding(subjects);
      const identity = identityOf(stripped, 'ml');
      const now = binding(without(before, identity));
      expect(naming(now, identity)).toEqual([]);
      expect(putBack(now, before, identity)).toEqual(subjects);
    }),
  );
});

test('what others added since stays, and every subject is back exactly once', () => {
  fc.assert(
    fc.property(fc.array(subject), fc.array(subject), subject, (subjects, added, stripped) => {
      const before = binding(subjects);
      const identity = identityOf(stripped, 'ml');
      const theirs = added.filter((each) => identityOf(each, 'ml') !== identity);
      const now = binding([...without(before, identity), ...theirs]);
      const back = binding(putBack(now, before, identity));
      expect(naming(back, identity)).toEqual(naming(before, identity));
      expect(without(back, identity)).toEqual(without(now, identity));
    }),
  );
});

test('a service account is the same whether it is named as account or as user', () => {
  const forms = [
    { kind: 'ServiceAccount', name: 'a', namespace: 'ml' },
    { kind: 'ServiceAccount', name: 'a' },
    { kind: 'User', name: 'system:serviceaccount:ml:a' },
  ];
  expect(new Set(forms.map((form) => identityOf(form, 'ml'))).size).toBe(1);
  // Without a namespace of the binding there is none to take.
  expect(identityOf(forms[1], undefined)).toBeUndefined();
  expect(identityOf({ kind: 'Group', name: 'system:serviceaccount:ml:a' }, 'ml')).not.toBe(identityOf(forms[2], 'ml'));
});

test('an account is authenticated with the groups that the server gives it', () => {
  const expected = {
    user: 'system:serviceaccount:ml:a',
    groups: ['system:serviceaccounts', 'system:serviceaccounts:ml', 'system:authenticated'],
    account: { namespace: 'ml', name: 'a' },
  };
  expect(authenticatedAs({ kind: 'ServiceAccount', name: 'a' }, 'ml')).toEqual(expected);
  expect(authenticatedAs({ kind: 'User', name: 'system:serviceaccount:ml:a' }, undefined)).toEqual(expected);
  expect(authenticatedAs({ kind: 'User', name: 'alice' }, 'ml').account).toBeUndefined();
});
