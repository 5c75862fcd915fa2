import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ApiObject } from '../../api.ts';
import { sameButServerOwned, stripServerOwned } from './server-owned.ts';

/** Any JSON that an object may hold below `spec`. */
const json = fc.jsonValue({ maxDepth: 3 });
const names = fc.string({ minLength: 1, maxLength: 8 });
const object = fc.record({
  apiVersion: fc.constant('v1'),
  kind: fc.constantFrom('ConfigMap', 'Deployment', 'DaemonSet', 'Node', 'Secret', 'RoleBinding'),
  metadata: fc.record({ name: names, labels: fc.dictionary(names, names), annotations: fc.dictionary(names, names) }),
  spec: fc.dictionary(
    names.filter((key) => key !== 'taints'),
    json,
  ),
});
const serverSide = fc.record(
  {
    uid: names,
    resourceVersion: names,
    generation: fc.nat(),
    creationTimestamp: names,
    managedFields: fc.array(fc.object()),
    selfLink: names,
  },
  { requiredKeys: [] },
);

test('what the server writes never makes a difference', () => {
  fc.assert(
    fc.property(object, serverSide, serverSide, json, (made, one, two, status) => {
      const a = { ...made, metadata: { ...made.metadata, ...one }, status } as ApiObject;
      const b = { ...made, metadata: { ...made.metadata, ...two } } as ApiObject;
      expect(sameButServerOwned(a, b)).toBe(true);
      expect(stripServerOwned(stripServerOwned(a))).toEqual(stripServerOwned(a));
    }),
  );
});

test('what anybody else writes does', () => {
  fc.assert(
    fc.property(object, names, json, (made, key, value) => {
      fc.pre(value !== null && key !== 'taints' && made.spec[key] === undefined);
      expect(
        sameButServerOwned(made as ApiObject, { ...made, spec: { ...made.spec, [key]: value } } as ApiObject),
      ).toBe(false);
      const labelled = {
        ...made,
        metadata: { ...made.metadata, labels: { ...made.metadata.labels, [`${key}!`]: 'x' } },
      };
      expect(sameButServerOwned(made as ApiObject, labelled as ApiObject)).toBe(false);
    }),
  );
});

test('null is absent, an empty list is not, and empty metadata maps are', () => {
  const policy = (spec: object, metadata: object = {}) =>
    ({ kind: 'NetworkPolicy', metadata: { name: 'x', ...metadata }, spec }) as ApiObject;
  expect(sameButServerOwned(policy({ egress: null }), policy({}))).toBe(true);
  expect(sameButServerOwned(policy({ egress: [] }), policy({}))).toBe(false);
  expect(sameButServerOwned(policy({ podSelector: {} }), policy({}))).toBe(false);
  expect(sameButServerOwned(policy({}, { labels: {}, finalizers: [], annotations: null }), policy({}))).toBe(true);
});

test('components own single fields of single kinds, and only there', () => {
  const annotated = (kind: string, annotation: string) =>
    ({ kind, metadata: { name: 'x', annotations: { [annotation]: '7', mine: 'a' } } }) as ApiObject;
  const bare = (kind: string) => ({ kind, metadata: { name: 'x', annotations: { mine: 'a' } } }) as ApiObject;
  const revision = 'deployment.kubernetes.io/revision';
  expect(sameButServerOwned(annotated('Deployment', revision), bare('Deployment'))).toBe(true);
  expect(sameButServerOwned(annotated('ConfigMap', revision), bare('ConfigMap'))).toBe(false);

  const node = (...taints: string[]) =>
    ({
      kind: 'Node',
      metadata: { name: 'n' },
      spec: { taints: taints.map((key) => ({ key, effect: 'NoSchedule' })) },
    }) as ApiObject;
  expect(sameButServerOwned(node('node.kubernetes.io/unschedulable', 'gpu'), node('gpu'))).toBe(true);
  expect(sameButServerOwned(node('gpu'), node())).toBe(false);

  const secret = (type: string, token: string) =>
    ({ kind: 'Secret', type, metadata: { name: 's' }, data: { token } }) as ApiObject;
  const tokenType = 'kubernetes.io/service-account-token';
  expect(sameButServerOwned(secret(tokenType, 'a'), secret(tokenType, 'b'))).toBe(true);
  expect(sameButServerOwned(secret('Opaque', 'a'), secret('Opaque', 'b'))).toBe(false);
});
