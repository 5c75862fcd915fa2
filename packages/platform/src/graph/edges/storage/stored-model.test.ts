/** Writing where a model is stored is not reading it: each leads where it leads, and a digest cannot be replaced. */
import { expect, test } from 'vitest';
import { normalise } from '../../../connectors/kubernetes/normalise.ts';
import { estateOf } from '../../../facts/estate.ts';
import { deriveGraph } from '../../derive-graph.ts';
import { nodeRules } from '../../nodes/index.ts';
import { edgeRules } from '../index.ts';

const rules = edgeRules.filter(({ label }) => label.startsWith('STORED_MODEL_'));

function graphOf(storageUri: string) {
  const { facts } = normalise(
    {
      apiVersion: 'serving.kserve.io/v1beta1',
      kind: 'InferenceService',
      metadata: { name: 'llm', namespace: 'ml' },
      spec: { predictor: { model: { storageUri } } },
    } as never,
    { locator: 'test', defaultNamespace: 'default' },
  );
  return deriveGraph(estateOf(facts, []), nodeRules, rules);
}
const edges = (uri: string) => [...graphOf(uri).liveEdges()].map(({ from, to }) => `${from} -> ${to}`).sort();
const [serving, weights] = ['kubernetes:InferenceService.serving.kserve.io/ml/llm', 'kubernetes:Model/ml/llm'];

test.each([
  ['s3://models/llm/7', 'aws:Bucket/arn:aws:s3:::models', 'aws:BucketWrite/arn:aws:s3:::models'],
  ['gs://models/llm', 'gs:Bucket/models', 'gs:BucketWrite/models'],
  ['oci://ghcr.io/acme/llm:7', 'oci:RepositoryContent/ghcr.io/acme/llm', 'oci:Repository/ghcr.io/acme/llm'],
  ['hf://acme/llm', 'hf:RepositoryContent/acme/llm', 'hf:Repository/acme/llm'],
])('%s', (uri, content, control) => {
  expect(edges(uri)).toEqual([`${content} -> ${weights}`, `${control} -> ${serving}`].sort());
  const graph = graphOf(uri);
  for (const id of [content, control]) expect(graph.nodeAt(graph.resolve(id)).facts).toEqual([serving]);
});

test('a volume claim is both', () => {
  const claim = 'kubernetes:PersistentVolumeClaim/ml/weights';
  expect(edges('pvc://weights/llm')).toEqual([`${claim} -> ${serving}`, `${claim} -> ${weights}`].sort());
});

test.each(['models:/llm/7', 'https://example.com/llm.tar', ''])('no place: %j', (uri) =>
  expect(edges(uri)).toEqual([]),
);

test('what a digest names stays what it is', () => {
  expect(edges(`oci://ghcr.io/acme/llm@sha256:${'a'.repeat(64)}`)).toEqual([
    `oci:RepositoryContent/ghcr.io/acme/llm -> ${weights}`,
  ]);
});
