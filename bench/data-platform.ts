import { type AnyFact, type FactKind, factSchemas, mlflowId } from '@firebreak/contract';

const server = 'mlflow.ml.svc:5000';

/**
 * The data platform beside the cluster, as OpenLineage and MLflow tell of it: pipelines, each with a training job, the data that it
 * reads and writes, the run, and the model version that came of it. Six facts a pipeline.
 *
 * @param trained how often it was trained: another time is another run, other data and another version
 */
export function* pipeline(number: number, trained: number): Generator<AnyFact> {
  const name = `churn-${String(number).padStart(6, '0')}`;
  const run = `${number.toString(16).padStart(8, '0')}${trained.toString(16).padStart(24, '0')}`;
  const [read, written] = [`lake/${name}/day=${trained}`, `models/${name}`];
  yield fact('openlineage.dataset', `openlineage:Dataset/s3://${read}`, {
    namespace: 's3://lake',
    name: read.slice(5),
  });
  yield fact('openlineage.dataset', `openlineage:Dataset/s3://${written}`, { namespace: 's3://models', name });
  yield fact('openlineage.job', `openlineage:Job/ml/train-${name}`, {
    namespace: 'ml',
    name: `train-${name}`,
    jobType: 'TRAINING',
    source: { repository: `https://git.example/ml/${name}` },
    inputs: [`openlineage:Dataset/s3://${read}`],
    outputs: [`openlineage:Dataset/s3://${written}`],
  });
  yield fact('mlflow.run', mlflowId('Run', server, run), {
    server,
    runId: run,
    experimentId: '1',
    source: { repository: `https://git.example/ml/${name}` },
    datasets: [{ name, digest: run.slice(0, 8), source: `s3://${read}` }],
  });
  yield fact('mlflow.registered-model', mlflowId('RegisteredModel', server, name), {
    server,
    name,
    aliases: [{ alias: 'champion', version: String(trained) }],
  });
  yield fact('mlflow.model-version', mlflowId('ModelVersion', server, `${name}/${trained}`), {
    server,
    name,
    version: String(trained),
    storage: `s3://${written}/${trained}`,
    runId: run,
  });
}

function fact(kind: FactKind, id: string, data: object): AnyFact {
  return { id, kind, data: factSchemas[kind].parse(data), source: { connector: 'bench', locator: 'bench' } } as AnyFact;
}
