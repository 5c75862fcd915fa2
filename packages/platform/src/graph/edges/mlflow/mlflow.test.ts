/** From whoever writes data, code, runs or aliases to what serves the model; ties to a cluster only by the server's address. */
import { type AnyFact, type FactKind, factSchemas, mlflowId } from '@firebreak/contract';
import { describe, expect, test } from 'vitest';
import { normalise } from '../../../connectors/kubernetes/normalise.ts';
import { estateOf } from '../../../facts/estate.ts';
import { deriveGraph } from '../../derive-graph.ts';
import { nodeRules } from '../../nodes/index.ts';
import { edgeRules } from '../index.ts';

const server = 'mlflow.ml.svc:5000';
const run = 'd0e13773d8d840d88eb98910bdec744d';

function fact(kind: FactKind, id: string, data: object): AnyFact {
  return {
    id,
    kind,
    data: factSchemas[kind].parse({ server, ...data }),
    source: { connector: 'mlflow', locator: 'test' },
  } as AnyFact;
}
const tracking = (authentication: string, name = server) =>
  fact('mlflow.server', mlflowId('Server', name), { authentication, server: name });
const model = fact('mlflow.registered-model', mlflowId('RegisteredModel', server, 'churn'), {
  name: 'churn',
  aliases: [{ alias: 'champion', version: '2' }],
});
const version = (number: string, data: object = {}) =>
  fact('mlflow.model-version', mlflowId('ModelVersion', server, `churn/${number}`), {
    name: 'churn',
    version: number,
    ...data,
  });
const experiment = (artifactLocation: string) =>
  fact('mlflow.experiment', mlflowId('Experiment', server, '1'), { experimentId: '1', name: 'e', artifactLocation });
const user = (data: object) =>
  fact('mlflow.user', mlflowId('User', server, 'ann'), { username: 'ann', admin: false, ...data });
const trained = fact('mlflow.run', mlflowId('Run', server, run), {
  runId: run,
  experimentId: '1',
  source: { repository: 'https://github.com/acme/churn' },
  datasets: [
    { name: 'customers', digest: 'abcd', source: 's3://lake/customers/v1' },
    { name: 'local', digest: 'ef', source: '/tmp/x.csv' },
  ],
});

function objects(...list: readonly object[]): readonly AnyFact[] {
  return list.flatMap((object) => normalise(object as never, { locator: 'test' }).facts);
}
const service = (storageUri: string, namespace = 'ml') => ({
  apiVersion: 'serving.kserve.io/v1beta1',
  kind: 'InferenceService',
  metadata: { name: 'churn', namespace },
  spec: { predictor: { model: { storageUri } } },
});
const pod = (env: readonly object[], container: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'ml', labels: { 'serving.kserve.io/inferenceservice': 'churn' } },
  spec: { containers: [{ name: 'main', image: 'x', env, ...container }] },
});
const asks = (value: string) => [{ name: 'MLFLOW_TRACKING_URI', value }];

function edges(label: string, facts: readonly AnyFact[]): readonly string[] {
  const estate = estateOf(facts, []);
  const rules = edgeRules.filter((rule) => rule.label === label);
  expect(rules).toHaveLength(1);
  const graph = deriveGraph(estate, nodeRules, rules);
  const made = new Set(nodeRules.flatMap((rule) => [...rule.derive(estate)].map(({ id }) => id)));
  return [...graph.liveEdges()]
    .filter(({ type }) => type === label)
    .map(({ from, to, facts: cited }) => {
      for (const end of [from, to]) expect(made, end).toContain(end);
      expect(cited.length).toBeGreaterThan(0);
      return `${from} -> ${to}`;
    });
}
const at = (kind: string, name: string) => `mlflow:${kind}/${server}/${name}`;

describe('REGISTERED_MODEL_SERVES', () => {
  const known = [tracking('basic'), model, version('1'), version('2')];
  const serving = 'kubernetes:InferenceService.serving.kserve.io/ml/churn';
  test.each([
    ['models:/churn@champion', at('Alias', 'churn@champion')],
    ['models:/churn/1', at('ModelVersionWrite', 'churn/1')],
    ['models:/churn/Production', at('RegisteredModelWrite', 'churn')],
  ])('%s', (uri, from) => {
    for (const address of [
      'http://mlflow.ml.svc.cluster.local:5000',
      'http://mlflow:5000',
      'http://u:p@mlflow.ml:5000/',
    ])
      expect(edges('REGISTERED_MODEL_SERVES', [...known, ...objects(service(uri), pod(asks(address)))])).toEqual([
        `${from} -> ${serving}`,
      ]);
  });
  test.each([
    ['no address in the environment', 'models:/churn@champion', []],
    ['another server', 'models:/churn@champion', asks('http://mlflow.other.svc:5000')],
    ['another port', 'models:/churn@champion', asks('http://mlflow.ml.svc:5001')],
    ['an alias that there is not', 'models:/churn@challenger', asks('http://mlflow:5000')],
    ['a version that there is not', 'models:/churn/9', asks('http://mlflow:5000')],
    ['another model', 'models:/other@champion', asks('http://mlflow:5000')],
    ['a bucket', 's3://models/churn', asks('http://mlflow:5000')],
  ])('near miss: %s', (_, uri, env) =>
    expect(edges('REGISTERED_MODEL_SERVES', [...known, ...objects(service(uri), pod(env))])).toEqual([]),
  );
  test('two servers behind one address are undecided', () =>
    expect(
      edges('REGISTERED_MODEL_SERVES', [
        ...known,
        tracking('none', `${server}/other`),
        ...objects(service('models:/churn@champion'), pod(asks('http://mlflow:5000'))),
      ]),
    ).toEqual([]));
  test('a container that loads one by its command line', () => {
    const command = { command: ['mlflow', 'models', 'serve', '-m', 'models:/churn@champion'] };
    const worker = { ...pod(asks('http://mlflow:5000'), command), metadata: { name: 'p', namespace: 'ml' } };
    expect(edges('REGISTERED_MODEL_SERVES', [...known, ...objects(worker)])).toEqual([
      `${at('Alias', 'churn@champion')} -> kubernetes:Container/ml/p/main`,
    ]);
  });
});

describe('who may write', () => {
  const all = [tracking('basic'), model, experiment('mlflow-artifacts:/1')];
  const grant = (resource: string, pattern: string, permission: string) => ({ resource, pattern, permission });
  test.each([
    [[grant('registered_model', 'churn', 'EDIT')], [`${at('User', 'ann')} -> ${at('RegisteredModelWrite', 'churn')}`]],
    [[grant('registered_model', '*', 'MANAGE')], [`${at('User', 'ann')} -> ${at('RegisteredModelWrite', 'churn')}`]],
    [[grant('workspace', '*', 'MANAGE')], [`${at('User', 'ann')} -> ${at('RegisteredModelWrite', 'churn')}`]],
    [[grant('registered_model', 'churn', 'READ')], []],
    [[grant('registered_model', 'other', 'EDIT')], []],
    [[grant('experiment', 'churn', 'EDIT')], []],
    [[grant('registered_model', '*', 'EDIT'), grant('registered_model', 'churn', 'DENY')], []],
    [[grant('workspace', '*', 'USE')], []],
  ])('%j', (permissions, expected) =>
    expect(edges('REGISTERED_MODEL_EDIT', [...all, user({ permissions })])).toEqual(expected),
  );
  test('reading is not writing', () => {
    const reader = user({ permissions: [grant('registered_model', 'churn', 'READ')] });
    expect(edges('REGISTERED_MODEL_READ', [...all, reader])).toEqual([
      `${at('User', 'ann')} -> ${at('RegisteredModel', 'churn')}`,
    ]);
  });
  test('experiments', () => {
    const editor = user({ permissions: [grant('experiment', '1', 'EDIT')] });
    expect(edges('EXPERIMENT_EDIT', [...all, editor])).toEqual([
      `${at('User', 'ann')} -> ${at('ExperimentWrite', '1')}`,
    ]);
  });
  test('an administrator, and anybody where nobody is asked, has the server and all that is on it', () => {
    const asked = mlflowId('Server', server);
    expect(edges('TRACKING_ADMIN', [...all, user({ admin: true })])).toEqual([`${at('User', 'ann')} -> ${asked}`]);
    expect(edges('TRACKING_ADMIN', [...all, user({})])).toEqual([]);
    expect(edges('TRACKING_ADMIN', [tracking('none')])).toEqual([`mlflow:Anonymous/${server} -> ${asked}`]);
    expect(edges('TRACKING_ADMIN', [tracking('unknown')])).toEqual([]);
    expect(edges('TRACKING_CONTROL', all)).toEqual([
      `${asked} -> ${at('ExperimentWrite', '1')}`,
      `${asked} -> ${at('RegisteredModel', 'churn')}`,
      `${asked} -> ${at('RegisteredModelWrite', 'churn')}`,
    ]);
  });
  test('a workload whose environment names an open server is anybody', () => {
    const client = objects(pod(asks('http://mlflow.ml.svc:5000')));
    expect(edges('TRACKING_USE', [tracking('none'), ...client])).toEqual([
      `kubernetes:Container/ml/p/main -> mlflow:Anonymous/${server}`,
    ]);
    expect(edges('TRACKING_USE', [tracking('basic'), ...client])).toEqual([]);
    expect(edges('TRACKING_USE', [tracking('none', 'mlflow.example'), ...client])).toEqual([]);
  });
});

describe('where a version lies', () => {
  test('through the server: whoever may edit the experiment', () => {
    const proxied = version('1', { storage: `mlflow-artifacts:/1/${run}/artifacts/model` });
    expect(edges('ARTIFACT_OVERWRITE', [experiment('mlflow-artifacts:/1'), proxied])).toEqual([
      `${at('ExperimentWrite', '1')} -> ${at('ModelVersionWrite', 'churn/1')}`,
    ]);
    // Experiment 1 is no parent of experiment 11, and a bucket asks for its own rights.
    expect(edges('ARTIFACT_OVERWRITE', [experiment('mlflow-artifacts:/11'), proxied])).toEqual([]);
    expect(edges('ARTIFACT_OVERWRITE', [experiment('s3://models/1'), proxied])).toEqual([]);
  });
  test('in a bucket: whoever may write there, and whoever may read there has it', () => {
    const stored = version('2', { storage: 's3://models/churn/2' });
    expect(edges('ARTIFACT_OVERWRITE', [experiment('s3://models'), stored])).toEqual([
      `aws:BucketWrite/arn:aws:s3:::models -> ${at('ModelVersionWrite', 'churn/2')}`,
    ]);
    expect(edges('ARTIFACT_READ', [model, stored])).toEqual([
      `aws:Bucket/arn:aws:s3:::models -> ${at('ModelVersion', 'churn/2')}`,
      `${at('RegisteredModel', 'churn')} -> ${at('ModelVersion', 'churn/2')}`,
    ]);
  });
  test('near miss: a local folder', () =>
    expect(edges('ARTIFACT_OVERWRITE', [experiment('/data/1'), version('1', { storage: '/data/1/x' })])).toEqual([]));
});

describe('lineage', () => {
  test('an alias follows its version, and whoever may write the model moves it', () => {
    expect(edges('VERSION_FOLLOWED', [model, version('1'), version('2')])).toEqual([
      `${at('ModelVersionWrite', 'churn/2')} -> ${at('Alias', 'churn@champion')}`,
    ]);
    expect(edges('ALIAS_MOVE', [model])).toEqual([
      `${at('RegisteredModelWrite', 'churn')} -> ${at('Alias', 'churn@champion')}`,
    ]);
  });
  test('from the bucket to the dataset to the run to the version; a local file leads from nowhere', () => {
    const dataset = at('DatasetWrite', 'customers@abcd');
    expect(edges('DATASET_SOURCE', [trained])).toEqual([`aws:BucketWrite/arn:aws:s3:::lake -> ${dataset}`]);
    expect(edges('DATASET_TRAINS', [trained])).toEqual([
      `${dataset} -> ${at('Run', run)}`,
      `${at('DatasetWrite', 'local@ef')} -> ${at('Run', run)}`,
    ]);
    expect(edges('RUN_PRODUCES', [trained, version('1', { runId: run }), version('2')])).toEqual([
      `${at('Run', run)} -> ${at('ModelVersionWrite', 'churn/1')}`,
    ]);
    expect(edges('RUN_PRODUCES', [version('1', { runId: 'unknown' })])).toEqual([]);
  });
  test('from the code', () =>
    expect(edges('RUN_SOURCE', [trained])).toEqual([`git:Repository/github.com/acme/churn -> ${at('Run', run)}`]));
  test('whoever writes the data reaches what serves the model', () => {
    const facts = [
      tracking('basic'),
      fact('mlflow.registered-model', mlflowId('RegisteredModel', server, 'churn'), {
        name: 'churn',
        aliases: [{ alias: 'champion', version: '1' }],
      }),
      version('1', { runId: run }),
      trained,
      ...objects(service('models:/churn@champion'), pod(asks('http://mlflow:5000'))),
    ];
    const graph = deriveGraph(estateOf(facts, []), nodeRules, edgeRules);
    const reached = new Set(['aws:BucketWrite/arn:aws:s3:::lake']);
    for (let size = 0; size !== reached.size; ) {
      size = reached.size;
      for (const { from, to } of graph.liveEdges()) if (reached.has(from)) reached.add(to);
    }
    expect(reached).toContain('kubernetes:InferenceService.serving.kserve.io/ml/churn');
  });
});
