/** Levers that a team declared: which steps they are joined to, that a plan uses them, and what is left out by declaration alone. */
import { type AnyFact, type DeclaredLever, declaredLever, type Gap } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { readClient } from '../connectors/oauth/clients.ts';
import { estateOf } from '../facts/estate.ts';
import { deriveGraph } from './derive-graph.ts';
import { edgeRules } from './edges/index.ts';
import { nodeRules } from './nodes/index.ts';

const issuer = 'oauth:Issuer/op.example.com';
const client = (id: string, more: object = {}): AnyFact => {
  const read = readClient(
    { client_id: id, grant_types: ['client_credentials'], client_secret: 's', scope: 'models data', ...more },
    issuer,
    'test',
  );
  if ('gap' in read) throw new Error(read.gap.reason);
  return read.fact;
};
const chat = 'oauth:Client/op.example.com/chat';
const models = 'oauth:Scope/op.example.com/models';

function lever(more: Partial<DeclaredLever> = {}): AnyFact {
  const data = declaredLever.parse({
    lever: 'drain',
    title: 'Drain it',
    file: 'levers.yaml#1',
    definition: '0'.repeat(64),
    stage: 'network',
    target: 'kind=Client',
    severs: [{ edge: 'CLIENT_SCOPE', from: 'target', to: 'kind=Scope,name=models' }],
    parameters: { route: { from: 'name' }, tier: { value: 'gold' } },
    shown: 'collector',
    cost: 2,
    drastic: false,
    ...more,
  });
  const source = { connector: 'declared', locator: data.file };
  return { id: `declared:Lever/${data.lever}`, kind: 'declared.lever', data, source };
}

function graphOf(facts: readonly AnyFact[], gaps: readonly Gap[] = []) {
  return deriveGraph(estateOf(facts, gaps), nodeRules, edgeRules);
}
function leversOn(facts: readonly AnyFact[]): string[] {
  const graph = graphOf(facts);
  return [...graph.liveEdges()].flatMap((edge) =>
    edge.rule.levers(edge, graph.estate).flatMap(({ action, params }) => {
      if (!action.startsWith('declared.')) return [];
      expect(edge.rule.severedBy).toContain(action);
      const { target, with: values } = params as { target: { id: string }; with: Record<string, string> };
      return [`${edge.from} -> ${edge.to}: ${action} ${target.id} ${JSON.stringify(values)}`];
    }),
  );
}

test('a lever is on the steps that it names, for each target with its own values, and on no other', () => {
  expect(leversOn([client('chat'), client('train'), lever()])).toEqual([
    `${chat} -> ${models}: declared.network ${chat} {"route":"chat","tier":"gold"}`,
    `oauth:Client/op.example.com/train -> ${models}: declared.network oauth:Client/op.example.com/train {"route":"train","tier":"gold"}`,
  ]);
});

test.each<[string, Partial<DeclaredLever>]>([
  ['a target that no step has', { target: 'kind=Client,name=other' }],
  ['a rule that there is not', { severs: [{ edge: 'NO_SUCH', from: 'target', to: 'kind=Scope' }] }],
  ['an end of another kind', { severs: [{ edge: 'CLIENT_SCOPE', from: 'target', to: 'kind=Role' }] }],
  ['the wrong end', { severs: [{ edge: 'CLIENT_SCOPE', from: 'kind=Scope', to: 'target' }] }],
  ['a value that the node does not have', { parameters: { x: { label: 'no-such-label' } } }],
  ['a selector that cannot be read', { target: 'kind=' }],
])('no lever: %s', (_, more) => expect(leversOn([client('chat'), lever(more)])).toEqual([]));

test('a name that would be another place is no value: the lever is not offered', () => {
  expect(leversOn([client('chat', { client_name: '..' }), lever()])).toEqual([]);
});

test('where neither end is the target, it is the one node that is named', () => {
  const severs = [{ edge: 'CLIENT_SCOPE', from: 'kind=Client', to: `id=${models}` }];
  expect(leversOn([client('chat'), client('train'), lever({ target: `id=${models}`, severs })])).toEqual([
    `${chat} -> ${models}: declared.network ${models} {"route":"models","tier":"gold"}`,
    `oauth:Client/op.example.com/train -> ${models}: declared.network ${models} {"route":"models","tier":"gold"}`,
  ]);
});

test('by declaration: while the lever is in effect the step is left out, and no answer is called complete', () => {
  const by = (inEffect: boolean | undefined) =>
    lever({
      shown: 'declaration',
      target: `id=${chat}`,
      severs: [{ edge: 'CLIENT_SCOPE', from: 'target', to: `id=${models}` }],
      inEffect,
    });
  const scopes = (facts: readonly AnyFact[]) =>
    [...graphOf(facts).liveEdges()]
      .filter(({ type }) => type === 'CLIENT_SCOPE')
      .map(({ from, to }) => `${from} ${to}`)
      .sort();
  const all = [`${chat} oauth:Scope/op.example.com/data`, `${chat} ${models}`];
  expect(scopes([client('chat'), by(false)])).toEqual(all);
  expect(scopes([client('chat'), by(undefined)])).toEqual(all);
  expect(scopes([client('chat'), by(true)])).toEqual(all.slice(0, 1));
  expect(scopes([client('chat'), lever({ inEffect: true })]), 'a collector would see it').toEqual(all);

  const gap = {
    kinds: ['declared.lever'],
    where: 'levers.yaml#1',
    code: 'FB-LEVER-BY-DECLARATION',
    reason: 'It says so.',
    next: '',
  };
  expect(graphOf([client('chat'), by(true)], [gap]).completeness).toMatchObject({ answer: 'limited', reasons: [gap] });
});

test('by declaration: one member of a group is left out, and the group stays for the others', () => {
  const from = 'oidc:Issuer/op.example.com';
  const issuerFact = {
    id: issuer,
    kind: 'oauth.issuer',
    data: {
      issuer: 'https://op.example.com',
      name: 'op',
      grantTypes: [],
      scopes: [],
      tokenEndpointAuthMethods: [],
      registration: 'none',
    },
    source: { connector: 'test', locator: 'test' },
  } as unknown as AnyFact;
  const held = lever({
    shown: 'declaration',
    target: `id=${chat}`,
    severs: [{ edge: 'ISSUER_SIGNS', from: `id=${from}`, to: 'target' }],
    inEffect: true,
  });
  const signs = (...more: readonly AnyFact[]) =>
    [...graphOf([issuerFact, client('chat'), client('train'), ...more]).liveEdges()]
      .filter(({ type }) => type === 'ISSUER_SIGNS')
      .map(({ to }) => to)
      .sort();
  expect(signs()).toEqual([chat, 'oauth:Client/op.example.com/train']);
  expect(signs(held)).toEqual(['oauth:Client/op.example.com/train']);
});
