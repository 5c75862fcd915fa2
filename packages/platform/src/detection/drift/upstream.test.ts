import { type AnyFact, type FactKind, factSchemas, mlflowId } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { nodeFinder } from '../../events/node-finder.ts';
import { estateOf } from '../../facts/estate.ts';
import { deriveGraph } from '../../graph/derive-graph.ts';
import { edgeRules } from '../../graph/edges/index.ts';
import { nodeRules } from '../../graph/nodes/index.ts';
import { upstreamOf } from './upstream.ts';

const server = 'mlflow.example';
const fact = (kind: FactKind, id: string, data: object) =>
  ({
    id,
    kind,
    data: factSchemas[kind].parse({ server, ...data }),
    source: { connector: 'mlflow', locator: 'test' },
  }) as AnyFact;
const version = (number: number, runId: string) =>
  fact('mlflow.model-version', mlflowId('ModelVersion', server, `churn/${number}`), {
    name: 'churn',
    version: String(number),
    runId,
  });
const run = (runId: string, source: string) =>
  fact('mlflow.run', mlflowId('Run', server, runId), {
    runId,
    experimentId: '1',
    source: { repository: 'https://github.com/acme/churn' },
    datasets: [{ name: 'customers', digest: runId, source }],
  });

function nearOf(facts: readonly AnyFact[], name = 'churn') {
  const graph = deriveGraph(estateOf(facts, []), nodeRules, edgeRules);
  return upstreamOf(graph, nodeFinder(graph), name, null)?.near;
}
const registered = [
  fact('mlflow.server', mlflowId('Server', server), { authentication: 'basic', server }),
  fact('mlflow.registered-model', mlflowId('RegisteredModel', server, 'churn'), { name: 'churn', aliases: [] }),
];

test('a registered model is made of what its versions are made of, down to the bucket of the data', () => {
  const near = nearOf([...registered, version(1, 'r1'), run('r1', 's3://lake/customers')]);
  expect([...(near ?? [])].map(([id, { distance }]) => `${distance} ${id}`)).toEqual([
    '0 mlflow:RegisteredModel/mlflow.example/churn',
    '1 mlflow:ModelVersion/mlflow.example/churn/1',
    '2 mlflow:Run/mlflow.example/r1',
    '3 git:Repository/github.com/acme/churn',
    '3 mlflow:Dataset/mlflow.example/customers@r1',
    '4 aws:Bucket/arn:aws:s3:::lake',
  ]);
});

test('of very many versions the last are looked at, and those of a model with a longer name are not its own', () => {
  const versions = Array.from({ length: 30 }, (_, at) => version(at + 1, `r${at + 1}`));
  const runs = versions.map((_, at) => run(`r${at + 1}`, `s3://lake${at + 1}/customers`));
  const other = fact('mlflow.model-version', mlflowId('ModelVersion', server, 'churn-b/1'), {
    name: 'churn-b',
    version: '1',
    runId: 'r1',
  });
  const near = nearOf([...registered, ...versions, ...runs, other]);
  const bucket = (number: number) => near?.has(`aws:Bucket/arn:aws:s3:::lake${number}`);
  expect([bucket(30), bucket(11), bucket(10), bucket(1)]).toEqual([true, true, false, false]);
  expect([...(near?.keys() ?? [])].filter((id) => id.includes('churn-b'))).toEqual([]);
});
