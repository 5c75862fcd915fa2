/** Who is told of whom: by selector and by an identifier that the receiver understands; and that a plan tells them and revokes known tokens. */
import { type AnyFact, type SsfReceiver, ssfReceiver } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { connectors } from '../../connectors/index.ts';
import { readClient, readMetadata } from '../../connectors/oauth/clients.ts';
import { estateOf } from '../../facts/estate.ts';
import { checkPlan } from '../../planning/check-plan.ts';
import { checkSteps } from '../../planning/check-steps.ts';
import { loadSolver } from '../../planning/hitting-set.ts';
import { makePlan } from '../../planning/make-plan.ts';
import { deriveGraph } from '../derive-graph.ts';
import { edgeRules } from '../edges/index.ts';
import { nodeRules } from '../nodes/index.ts';
import { signalsAbout } from './signals.ts';

const place = (name: string) => `\${${name}}`;
const facts = (collected: Iterable<ReturnType<typeof readClient>>) =>
  [...collected].flatMap((one) => ('fact' in one ? [one.fact] : []));
const issuer = facts([
  readMetadata({ issuer: 'https://op.example.com', token_endpoint: 'https://op.example.com/t' }, 'test'),
]);
const client = facts([
  readClient(
    { client_id: 'c', client_secret: 's', grant_types: ['client_credentials'], scope: 'read write' },
    'oauth:Issuer/op.example.com',
    'test',
  ),
]);
function receiver(more: Partial<SsfReceiver> = {}): AnyFact {
  const data = ssfReceiver.parse({
    transmitter: 'https://firebreak.example.com',
    receiver: 'gateway',
    audience: 'g',
    delivery: 'push',
    address: 'https://g',
    events: ['session-revoked', 'credential-change'],
    subjects: [
      { node: 'kind=Client', as: { format: 'iss_sub', iss: 'https://op.example.com', sub: place('detail.clientId') } },
    ],
    ...more,
  });
  return {
    id: `ssf:Receiver/${data.receiver}`,
    kind: 'ssf.receiver',
    data,
    source: { connector: 'ssf', locator: 'test' },
  };
}
const graphOf = (all: readonly AnyFact[]) => deriveGraph(estateOf(all, []), nodeRules, edgeRules);
function told(more: Partial<SsfReceiver> = {}) {
  const graph = graphOf([...issuer, ...client, receiver(more)]);
  return graph.nodes.flatMap((node) => signalsAbout(graph.estate, node));
}

test('a client is told of by the name that the receiver has for it', () => {
  expect(told().map(({ action, params }) => [action, params.subject])).toEqual([
    ['ssf.session-revoked', { format: 'iss_sub', iss: 'https://op.example.com', sub: 'c' }],
  ]);
});

test.each<[string, Partial<SsfReceiver>]>([
  [
    'a node that it does not know',
    { subjects: [{ node: 'kind=User', as: { format: 'opaque', id: 'x' }, credential: undefined }] },
  ],
  [
    'a property that the node does not have',
    { subjects: [{ node: 'kind=Client', as: { format: 'opaque', id: place('namespace') }, credential: undefined }] },
  ],
  [
    'what is no identifier',
    { subjects: [{ node: 'kind=Client', as: { format: 'email', email: place('name') }, credential: undefined }] },
  ],
  [
    'a selector that cannot be read',
    { subjects: [{ node: 'kind=', as: { format: 'opaque', id: 'x' }, credential: undefined }] },
  ],
  ['an event that it does not take', { events: ['credential-change'] }],
])('nobody is told: %s', (_, more) => expect(told(more)).toEqual([]));

test('a plan tells the receivers of the identity behind a stolen credential, and revokes the tokens that are known', async () => {
  const held = client.map((fact) => ({ ...fact, data: { ...fact.data, heldTokens: 2 } }) as AnyFact);
  const subjects = [{ node: 'kind=Client', as: { format: 'opaque', id: place('id') }, credential: 'client-secret' }];
  const graph = graphOf([...issuer, ...held, receiver({ subjects })]);
  const actions = connectors.flatMap((connector) => connector.actions);
  const plan = makePlan(
    graph,
    { compromised: [graph.resolve('oauth:ClientSecret/op.example.com/c')], protect: 'kind=Scope', actions },
    await loadSolver(),
  );
  expect(plan.steps.map(({ lever, reason }) => [lever.action, reason]).sort()).toEqual([
    ['oauth.disable-client', 'cut'],
    ['oauth.revoke-tokens', 'revoke-held-credential'],
    ['ssf.credential-change', 'revoke-held-credential'],
    ['ssf.session-revoked', 'revoke-held-credential'],
  ]);
  expect(checkPlan(plan, graph, [checkSteps(plan, actions)]).checks.filter(({ ok }) => !ok)).toEqual([]);
  // Who is not at hand is not told.
  const without = actions.filter(({ id }) => !id.startsWith('ssf.'));
  const other = makePlan(
    graph,
    { compromised: [graph.resolve('oauth:ClientSecret/op.example.com/c')], protect: 'kind=Scope', actions: without },
    await loadSolver(),
  );
  expect(other.steps.some(({ lever }) => lever.action.startsWith('ssf.'))).toBe(false);
});
