/** What an attacker took from the cloud before the cut: sessions of roles that were handed out, and keys of users, are ended as well. */
import type { AnyAction } from '@firebreak/contract';
import { beforeAll, expect, test } from 'vitest';
import { connectors } from '../../packages/platform/src/connectors/index.ts';
import type { AttackGraph } from '../../packages/platform/src/graph/attack-graph.ts';
import { supplements } from '../../packages/platform/src/planning/supplements/index.ts';
import { auroraGraph } from './aurora.case.ts';

const actions: readonly AnyAction[] = connectors.flatMap((connector) => connector.actions);
let graph: AttackGraph;

beforeAll(async () => {
  graph = await auroraGraph();
});

function ended(of: (node: { kind: string; id: string }) => boolean, known = actions.map(({ id }) => id)) {
  const start = graph.nodes.findIndex(of);
  expect(start).toBeGreaterThanOrEqual(0);
  const has = (action: string) => known.includes(action);
  return supplements
    .flatMap((supplement) => supplement.propose({ graph, compromised: [start], targets: [], has }))
    .filter(({ lever }) => lever.action.startsWith('aws.'))
    .map(({ lever: { action, params } }) => `${action} ${params.accessKeyId ?? params.arn}`);
}

const role = (name: string) => `aws.revoke-sessions arn:aws:iam::111122223333:role/${name}`;

test('the role of a function', () => {
  expect(ended(({ id }) => id.endsWith(':function:claims-lookup'))).toEqual([role('lambda-claims-lookup')]);
});

test('a role that is compromised itself', () => {
  expect(ended(({ id }) => id.endsWith(':role/lambda-claims-lookup'))).toEqual([role('lambda-claims-lookup')]);
});

test('the role that a pod stands for, by way of its container', () => {
  const roles = (kind: string, name: string) => ended((node) => node.kind === kind && node.id.includes(name));
  const edge = [...graph.liveEdges()].find(({ type }) => type === 'CLOUD_IDENTITY');
  const pod = edge?.from.split('/').at(-2) ?? 'none';
  expect(roles('Pod', pod)).toEqual(roles('Container', pod));
  expect(roles('Pod', pod)).toHaveLength(1);
});

test('the key that was copied, and not the others of the account', () => {
  expect(ended(({ id }) => id === 'aws:AccessKey/AKIAAURORAEXAMPLE003')).toEqual([
    'aws.deactivate-access-key AKIAAURORAEXAMPLE003',
  ]);
});

test('nothing of the cloud for an account of the cluster, and nothing without the levers', () => {
  expect(ended(({ id }) => id === 'kubernetes:ServiceAccount/ml-serving/predictor-runner')).toEqual([]);
  expect(ended(({ id }) => id.endsWith(':function:claims-lookup'), [])).toEqual([]);
});
