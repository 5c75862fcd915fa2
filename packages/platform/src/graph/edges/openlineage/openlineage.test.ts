/** Source → job → data → job → model → endpoint, by the names that producers give and nothing else. */
import type { AnyFact } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { normalise } from '../../../connectors/kubernetes/normalise.ts';
import { Lineage } from '../../../connectors/openlineage/events.ts';
import { estateOf } from '../../../facts/estate.ts';
import { deriveGraph } from '../../derive-graph.ts';
import lineageDataset from '../../nodes/openlineage/lineage-dataset.ts';
import lineageJob from '../../nodes/openlineage/lineage-job.ts';
import { edgeRules } from '../index.ts';

const rules = edgeRules.filter(({ label }) => /^(JOB_|DATASET_|REPOSITORY_RUNS_JOB)/.test(label));

const data = (written: string) => {
  const slash = written.indexOf('/', written.indexOf('://') + 3);
  return { namespace: written.slice(0, slash), name: written.slice(slash + 1) };
};
function lineage(inputs: readonly string[], outputs: readonly string[], facets: object = {}): AnyFact[] {
  const draft = new Lineage();
  draft.read(
    {
      eventTime: '2024-01-01T00:00:00Z',
      job: { namespace: 'ml', name: 'j', facets },
      inputs: inputs.map(data),
      outputs: outputs.map(data),
    },
    'test',
  );
  return [...draft.finish('test').facts];
}
const graphOf = (facts: readonly AnyFact[]) => deriveGraph(estateOf(facts, []), [lineageDataset, lineageJob], rules);
const edgesOf = (facts: readonly AnyFact[]) =>
  [...graphOf(facts).liveEdges()]
    .map(({ type, from, to }) => `${type} ${from} -> ${to}`.replaceAll('openlineage:', ''))
    .sort();
const serving = (storageUri: string) =>
  normalise(
    {
      apiVersion: 'serving.kserve.io/v1beta1',
      kind: 'InferenceService',
      metadata: { name: 's', namespace: 'ml' },
      spec: { predictor: { model: { modelFormat: { name: 'x' }, storageUri } } },
    } as never,
    { locator: 'test', defaultNamespace: 'default' },
  ).facts;

test('a job: what it reads, what it writes, what its input does to its output, where its code is', () => {
  const source = {
    sourceCodeLocation: { type: 'git', url: 'x', repoUrl: 'git@github.com:Acme/Train.git', branch: 'main' },
  };
  expect(edgesOf(lineage(['db://x/in'], ['db://x/out'], source))).toEqual([
    'DATASET_TAINTS DatasetWrite/db://x/in -> DatasetWrite/db://x/out',
    'JOB_READS Job/ml/j -> Dataset/db://x/in',
    'JOB_WRITES Job/ml/j -> DatasetWrite/db://x/out',
    'REPOSITORY_RUNS_JOB git:Repository/github.com/acme/train -> Job/ml/j',
  ]);
});

test('a dataset that lies in a bucket, and a model that is served from there', () => {
  const edges = edgesOf([...lineage([], ['s3://models/churn/v1']), ...serving('s3://models/churn')]);
  expect(edges).toContain('DATASET_STORED aws:Bucket/arn:aws:s3:::models -> Dataset/s3://models/churn/v1');
  expect(edges).toContain('DATASET_STORED aws:BucketWrite/arn:aws:s3:::models -> DatasetWrite/s3://models/churn/v1');
  expect(edges).toContain(
    'DATASET_SERVES DatasetWrite/s3://models/churn/v1 -> kubernetes:InferenceService.serving.kserve.io/ml/s',
  );
});

test.each<[string, string, string]>([
  ['another folder with a name alike', 's3://models/churn', 's3://models/churn-old'],
  ['another bucket', 's3://models/churn', 's3://other/churn'],
  ['another cloud', 's3://models/churn', 'gs://models/churn'],
])('nothing is served from %s', (_, output, uri) => {
  expect(
    edgesOf([...lineage([], [output]), ...serving(uri)]).filter((edge) => edge.startsWith('DATASET_SERVES')),
  ).toEqual([]);
});

test('a table of a store that was read is that store’s collection; one that was not is its own', () => {
  const collection = {
    id: 'store:Collection/db.example.com:5432/rag/public.docs',
    kind: 'store.collection',
    data: {
      store: 'store:VectorStore/db.example.com:5432/rag',
      name: 'public.docs',
      content: 'vectors',
      sources: [],
      tags: {},
    },
    source: { connector: 'test', locator: 'test' },
  } as unknown as AnyFact;
  const job = lineage(
    [],
    [
      'postgres://db.example.com:5432/rag.public.docs',
      'postgres://db.example.com:5432/rag.public.other',
      'postgres://db.example.com:5433/rag.public.docs',
    ],
  );
  expect(edgesOf([collection, ...job])).toEqual([
    'JOB_WRITES Job/ml/j -> DatasetWrite/postgres://db.example.com:5432/rag.public.other',
    'JOB_WRITES Job/ml/j -> DatasetWrite/postgres://db.example.com:5433/rag.public.docs',
    'JOB_WRITES Job/ml/j -> store:CollectionWrite/db.example.com:5432/rag/public.docs',
  ]);
});

test.each<[string, object]>([
  ['a source that is no repository', { sourceCodeLocation: { type: 'git', url: '/srv/git/x' } }],
  ['a source of another kind', { sourceCode: { language: 'python', sourceCode: 'https://github.com/acme/x' } }],
])('no repository: %s', (_, facets) => expect(edgesOf(lineage([], [], facets))).toEqual([]));

test('what a training job puts out is a model', () => {
  const classOf = (jobType: string) =>
    graphOf(lineage(['a://b/in'], ['a://b/out'], { jobType: { jobType } })).nodes.find(
      ({ id }) => id === 'openlineage:Dataset/a://b/out',
    )?.class;
  expect([classOf('TRAINING'), classOf('QUERY')]).toEqual(['model', 'dataset']);
});

test('a job with thousands of inputs and outputs does not make millions of edges', () => {
  const many = (name: string) => Array.from({ length: 300 }, (_, at) => `a://b/${name}${at}`);
  expect(edgesOf(lineage(many('in'), many('out')))).toHaveLength(600);
});
