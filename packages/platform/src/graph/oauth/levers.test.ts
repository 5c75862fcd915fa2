/** Levers on clients: where each is offered, that a plan uses it and its check proves it, that pulling it takes the step away. */
import type { AnyFact } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { connectors } from '../../connectors/index.ts';
import { readClient, readMetadata } from '../../connectors/oauth/clients.ts';
import { readRealm } from '../../connectors/oauth/keycloak.ts';
import { estateOf } from '../../facts/estate.ts';
import { checkClaims } from '../../planning/check-claims.ts';
import { checkPlan } from '../../planning/check-plan.ts';
import { checkSteps } from '../../planning/check-steps.ts';
import { loadSolver } from '../../planning/hitting-set.ts';
import { makePlan } from '../../planning/make-plan.ts';
import { deriveGraph } from '../derive-graph.ts';
import { edgeRules } from '../edges/index.ts';
import { nodeRules } from '../nodes/index.ts';

const issuer = 'https://op.example.com';
const id = 'oauth:Issuer/op.example.com';
const facts = (collected: Iterable<ReturnType<typeof readClient>>) =>
  [...collected].flatMap((one) => ('fact' in one ? [one.fact] : []));
const metadata = facts([readMetadata({ issuer, token_endpoint: `${issuer}/t` }, 'test')]);
const client = (more: object = {}) =>
  facts([
    readClient(
      {
        client_id: 'c',
        client_secret: 's',
        grant_types: ['client_credentials', 'refresh_token'],
        scope: 'read write',
        ...more,
      },
      id,
      'test',
    ),
  ]);
const graphOf = (all: readonly AnyFact[]) => deriveGraph(estateOf(all, []), nodeRules, edgeRules);
function leversBy(all: readonly AnyFact[]): Record<string, string[]> {
  const graph = graphOf(all);
  const found: Record<string, string[]> = {};
  for (const edge of graph.liveEdges())
    found[`${edge.type} ${edge.to.split('/').at(-1)}`] = edge.rule
      .levers(edge, graph.estate)
      .map(({ action, params }) => {
        expect(edge.rule.severedBy).toContain(action);
        const { scopes = [], grants = [] } = params as { scopes?: string[]; grants?: string[] };
        return `${action.replace('oauth.', '')} ${[...scopes, ...grants].join()}`.trim();
      });
  return found;
}

test('a scope, the client, its secret', () => {
  expect(leversBy([...metadata, ...client()])).toEqual({
    'CLIENT_SCOPE read': ['narrow-client read', 'disable-client'],
    'CLIENT_SCOPE write': ['narrow-client write', 'disable-client'],
    'CLIENT_SECRET_OPENS c': ['disable-client'],
    'ISSUER_SIGNS c': [],
  });
});

test.each<[string, AnyFact[], Record<string, string[]>]>([
  [
    'the only scope is not taken: the issuer would choose',
    [...metadata, ...client({ scope: 'read' })],
    { 'CLIENT_SCOPE read': ['disable-client'] },
  ],
  [
    'an issuer whose address nobody knows cannot be asked',
    client(),
    { 'CLIENT_SCOPE read': [], 'CLIENT_SECRET_OPENS c': [] },
  ],
])('%s', (_, all, expected) => expect(leversBy(all)).toMatchObject(expected));

test('what a user gave as well is not gone with the registration', () => {
  const realm = facts(
    readRealm(
      {
        realm: 'x',
        attributes: { frontendUrl: 'https://sso.example.com' },
        clients: [{ clientId: 'c', secret: 's', serviceAccountsEnabled: true, defaultClientScopes: ['a', 'b'] }],
        users: [{ username: 'ann', clientConsents: [{ clientId: 'c', grantedClientScopes: ['a'] }] }],
      },
      'test',
    ),
  );
  expect(leversBy(realm)).toMatchObject({
    'CLIENT_SCOPE a': ['disable-client'],
    'CLIENT_SCOPE b': ['narrow-client b', 'disable-client'],
  });
});

test('a plan narrows where one scope is to be saved and disables where all are; its check proves it', async () => {
  const graph = graphOf([...metadata, ...client()]);
  const actions = connectors.flatMap((connector) => connector.actions);
  const start = [graph.resolve('oauth:ClientSecret/op.example.com/c')];
  const planOf = async (protect: string) => {
    const plan = makePlan(graph, { compromised: start, protect, actions }, await loadSolver());
    const { ok, checks } = checkPlan(plan, graph, [checkSteps(plan, actions), ...checkClaims(plan, graph, actions)]);
    expect(checks.filter((check) => !check.ok)).toEqual([]);
    expect(ok).toBe(true);
    expect(plan.verdict).toBe('contained');
    return plan.steps.filter(({ reason }) => reason === 'cut').map(({ lever }) => lever.action);
  };
  expect(await planOf('id=oauth:Scope/op.example.com/write')).toEqual(['oauth.narrow-client']);
  expect(await planOf('kind=Scope')).toEqual(['oauth.disable-client']);
});

test('pulled, the steps are gone', () => {
  const types = (all: readonly AnyFact[]) => [...graphOf(all).liveEdges()].map(({ type }) => type);
  expect(types([...metadata, ...client({ grant_types: [] })])).toEqual([]);
  expect(types([...metadata, ...client({ scope: 'read' })]).filter((type) => type === 'CLIENT_SCOPE')).toHaveLength(1);
});
