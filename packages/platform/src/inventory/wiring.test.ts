import { expect, test } from 'vitest';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { group, idOf, smallWorld, step, thing } from '../graph/small-world.ts';
import { authoritiesOver, functionsOf, identitiesUsedBy, usersOf, wholesOf } from './wiring.ts';

const graph = smallWorld({
  nodes: [
    thing('Account/runner', { class: 'identity' }),
    thing('Account/admin', { class: 'identity' }),
    thing('Account/reader', { class: 'identity' }),
    thing('Group/admins', { class: 'identity' }),
    thing('Token/admin', { class: 'credential' }),
    thing('Role/edit', { class: 'permission' }),
    thing('Role/root', { class: 'permission' }),
    thing('Cluster/control', { class: 'control-plane' }),
    thing('Deployment/web'),
    thing('Pod/web-1'),
    thing('Container/web-1/app'),
    thing('Job/train', { class: 'pipeline' }),
    thing('Pod/train-1'),
    thing('Pod/other'),
  ],
  edges: {
    RUNS: [
      step('Deployment/web', 'Pod/web-1'),
      step('Pod/web-1', 'Container/web-1/app'),
      step('Job/train', 'Pod/train-1'),
    ],
    ASSUMES: [step('Container/web-1/app', 'Account/runner'), step('Pod/train-1', 'Account/runner')],
    // whoever rewrites it could choose any account: no wiring
    COULD: [step('Deployment/web', group('accounts', ['Account/runner', 'Account/admin', 'Account/reader']))],
    BREAK: [
      step('Pod/other', 'Account/admin', { likelihood: 0.5 }),
      step('Account/reader', 'Pod/web-1', { likelihood: 0.5 }),
    ],
    MAY: [step('Account/admin', 'Role/edit'), step('Group/admins', 'Role/root'), step('Role/root', 'Cluster/control')],
    EXEC: [step('Role/edit', group('pods', ['Pod/web-1', 'Pod/train-1']))],
    ALL: [step('Cluster/control', group('all', ['Pod/web-1', 'Pod/other']))],
    IN: [step('Token/admin', 'Account/admin')],
    READ_TOKEN: [step('Role/root', 'Token/admin')],
  },
});
const at = (text: string) => graph.resolve(idOf(text));
const names = (nodes: readonly number[], of: AttackGraph = graph) => nodes.map((node) => of.nodeAt(node).id.slice(5));

test('what runs with an identity is wired to it: neither what could choose it nor what must break something', () => {
  expect(names(usersOf(graph, at('Account/runner')))).toEqual(['Container/web-1/app', 'Pod/train-1']);
  expect(names(usersOf(graph, at('Account/admin')))).toEqual([]);
  expect(names(identitiesUsedBy(graph, at('Container/web-1/app')))).toEqual(['Account/runner']);
});

test('a part belongs to the whole that runs it', () => {
  expect(names(wholesOf(graph, at('Container/web-1/app')))).toEqual(['Deployment/web']);
  expect(names(wholesOf(graph, at('Pod/train-1')))).toEqual(['Job/train']);
  expect(names(wholesOf(graph, at('Pod/other')))).toEqual(['Pod/other']);
});

test('functions come from what runs with it, administration from its powers', () => {
  const functions = (text: string) => functionsOf(graph, at(text), usersOf(graph, at(text)));
  expect(functions('Account/runner')).toEqual(['training']);
  expect(functions('Group/admins')).toEqual(['admin']);
  expect(functions('Account/reader')).toEqual([]);
});

test('power is had without breaking in, through powers alone, and by those who act as the holder', () => {
  const powers = (text: string) =>
    authoritiesOver(graph, at(text)).map(({ actor, edge, through }) => [
      names([actor])[0],
      graph.ruleOf(edge)?.label ?? 'member',
      names(through),
    ]);
  expect(powers('Pod/web-1')).toEqual([
    ['Account/admin', 'EXEC', ['Role/edit']],
    ['Group/admins', 'ALL', ['Cluster/control', 'Role/root']],
    ['Token/admin', 'EXEC', ['Role/edit']],
  ]);
  expect(powers('Pod/train-1').map(([actor]) => actor)).toEqual(['Account/admin', 'Token/admin']);
});

test('kinds of step can be left out', () => {
  const exec = new Set(graph.rules.flatMap(({ label }, type) => (label === 'EXEC' ? [type] : [])));
  expect(names(authoritiesOver(graph, at('Pod/web-1'), exec).map(({ actor }) => actor))).toEqual(['Group/admins']);
});

test('things that run each other in a circle end', () => {
  const circle = smallWorld({
    nodes: [thing('a'), thing('b'), thing('id', { class: 'identity' })],
    edges: { RUNS: [step('a', 'b'), step('b', 'a')], ASSUMES: [step('a', 'id')] },
  });
  const part = circle.resolve(idOf('a'));
  expect(names(wholesOf(circle, part), circle)).toEqual(['Thing/a']);
});

test('a step that needs two things at once is a power of whoever has both', () => {
  const apart = smallWorld({
    nodes: [
      thing('Job/deploy', { class: 'pipeline' }),
      thing('Branch/main', { class: 'repository' }),
      thing('Role/write', { class: 'permission' }),
      thing('Role/workflows', { class: 'permission' }),
      thing('Role/admin', { class: 'permission' }),
      thing('User/writer', { class: 'identity' }),
      thing('User/owner', { class: 'identity' }),
      thing('User/app', { class: 'identity' }),
    ],
    edges: {
      EDIT: [step('Branch/main', 'Job/deploy', { with: [idOf('Role/workflows')] })],
      ADMIN: [
        step('Role/admin', 'Branch/main'),
        step('Role/admin', 'Role/workflows'),
        step('Role/admin', 'Role/write'),
      ],
      ROLE: [
        step('User/writer', 'Role/write'),
        step('User/writer', 'Role/workflows'),
        step('User/owner', 'Role/admin'),
        step('User/app', 'Branch/main'),
      ],
    },
  });
  const authorities = authoritiesOver(apart, apart.resolve(idOf('Job/deploy')));
  expect(
    names(
      authorities.map(({ actor }) => actor),
      apart,
    ),
  ).toEqual(['User/owner']);
});
