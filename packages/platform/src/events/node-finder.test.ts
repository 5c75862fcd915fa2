/** What logs leave out of a name is fitted to the estate where exactly one node fits, and only there. */
import { expect, test } from 'vitest';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { idsInLogs, nodeFinder } from './node-finder.ts';

/** All that the finder looks at of a graph. */
const graphOf = (...ids: readonly string[]) =>
  ({ indexOf: new Map(ids.map((id, index) => [id, index])) }) as unknown as AttackGraph;

test.each([
  ['litellm:Key/llm.example/abc', 'litellm:Key/abc'],
  ['litellm:Tool/llm.example:4000/tracker/search', 'litellm:Tool/tracker/search'],
  ['mlflow:ModelVersion/mlflow.example/fraud/7', 'mlflow:ModelVersion/fraud/7'],
  ['mlflow:Alias/mlflow.example/fraud@champion', 'mlflow:Alias/fraud@champion'],
  [
    'aws:Secret/arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf',
    'aws:Secret/arn:aws:secretsmanager:eu-west-1:111122223333:secret:db',
  ],
  ['aws:User/arn:aws:iam::111122223333:user/ml/ann', 'aws:User/arn:aws:iam::111122223333:user/ann'],
])('%s is %s in logs', (node, inLog) => {
  expect(idsInLogs(node)).toContain(inLog);
  expect(nodeFinder(graphOf('x', node))(inLog, 'read')).toBe(1);
  expect(nodeFinder(graphOf('x', node))(node, 'read')).toBe(1);
});

test('of two proxies that have the same, none is meant', () => {
  const find = nodeFinder(graphOf('litellm:Model/a.example/assistant', 'litellm:Model/b.example/assistant'));
  expect(find('litellm:Model/assistant', 'execute')).toBeUndefined();
  expect(find('litellm:Model/b.example/assistant', 'execute')).toBe(1);
});
