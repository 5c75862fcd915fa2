import { expect, test } from 'vitest';
import type { ApiObject } from '../../api.ts';
import { otherPolicies } from './other-policies.ts';

const policy = (name: string, spec: object): ApiObject => ({ metadata: { name, namespace: 'ml' }, spec });
const toDns = {
  policyTypes: ['Egress'],
  podSelector: {},
  egress: [{ to: [{ namespaceSelector: {} }], ports: [{ protocol: 'UDP', port: 53 }] }],
};

test('what another policy allows is told by direction', () => {
  const policies = [
    policy('dns', toDns),
    policy('from-gateway', {
      podSelector: { matchLabels: { app: 'serve' } },
      ingress: [{ from: [{ podSelector: { matchLabels: { app: 'gateway' } } }] }],
    }),
    policy('open', { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] }),
  ];
  expect(otherPolicies(policies, 'ours', { app: 'serve' }, 'both')).toEqual([
    { name: 'dns', allows: ['to any pod of namespaces (any) on UDP 53'] },
    { name: 'from-gateway', allows: ['from pods (app=gateway) of its namespace'] },
    { name: 'open', allows: ['from anywhere'] },
  ]);
  expect(otherPolicies(policies, 'open', null, 'ingress').map(({ name, allows }) => [name, allows.length])).toEqual([
    ['dns', 0],
    ['from-gateway', 1],
  ]);
});

test('a policy that cannot select the same pods does not count', () => {
  const others = [
    policy('contradiction', { podSelector: { matchLabels: { app: 'other' } }, ingress: [{}] }),
    policy('excluded', {
      podSelector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['serve'] }] },
      ingress: [{}],
    }),
    policy('further-label', { podSelector: { matchLabels: { app: 'serve', track: 'canary' } }, ingress: [{}] }),
  ];
  expect(otherPolicies(others, 'ours', { app: 'serve' }, 'ingress').map(({ name }) => name)).toEqual(['further-label']);
});

test('types that are not given are Ingress, and Egress where there are egress rules', () => {
  const rules = { ingress: [{}], egress: [{}] };
  const [untyped] = otherPolicies([policy('p', { podSelector: {}, ...rules })], '', null, 'both');
  expect(untyped?.allows).toEqual(['from anywhere', 'to anywhere']);
  const [typed] = otherPolicies(
    [policy('p', { podSelector: {}, policyTypes: ['Ingress'], ...rules })],
    '',
    null,
    'both',
  );
  expect(typed?.allows).toEqual(['from anywhere']);
});
