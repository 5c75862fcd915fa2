/** Fills a tracking server by its API with what training leaves behind. Returns the id of the run. */
import { textAt } from '../../../intake/foreign.ts';
import { basic } from '../../../intake/http.ts';

export interface Seeded {
  readonly run: string;
  readonly experiment: string;
}

/** `name` makes experiment, model and user one's own, so that a server may be seeded more than once. */
export async function seed(base: string, user: string, password: string, name: string): Promise<Seeded> {
  async function post(path: string, body: object): Promise<unknown> {
    const answer = await fetch(`${base}/api/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: basic(user, password) },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
  const tag = (key: string, value: string) => ({ key, value });
  const made = await post('2.0/mlflow/experiments/create', { name, tags: [tag('team', 'risk')] });
  const experiment = textAt(made, 'experiment_id') ?? '';
  const created = await post('2.0/mlflow/runs/create', {
    experiment_id: experiment,
    start_time: 1_763_000_000_000,
    run_name: 'nightly',
    tags: [
      tag('mlflow.user', 'ann'),
      tag('mlflow.source.name', 'train.py'),
      tag('mlflow.source.type', 'LOCAL'),
      tag('mlflow.source.git.commit', '0123456789abcdef0123456789abcdef01234567'),
      tag('mlflow.source.git.branch', 'main'),
      tag('mlflow.source.git.repoURL', 'https://ghp_hunter2@github.com/acme/churn.git'),
    ],
  });
  const run = textAt(created, 'run', 'info', 'run_id') ?? '';
  await post('2.0/mlflow/runs/log-inputs', {
    run_id: run,
    datasets: [
      {
        tags: [tag('mlflow.data.context', 'training')],
        dataset: {
          name: 'customers',
          digest: 'abcd1234',
          source_type: 's3',
          source: JSON.stringify({ uri: 's3://lake/customers/v1' }),
          schema: '{"hunter2":"string"}',
        },
      },
      {
        dataset: {
          name: 'export',
          digest: 'ffff',
          source_type: 'http',
          source: JSON.stringify({ url: 'https://me:hunter2@data.example/x.csv?token=hunter2' }),
        },
      },
    ],
  });
  await post('2.0/mlflow/runs/log-batch', {
    run_id: run,
    params: [tag('depth', 'hunter2')],
    metrics: [{ key: 'auc', value: 0.9, timestamp: 1_763_000_000_001, step: 0 }],
  });
  await post('2.0/mlflow/registered-models/create', { name, tags: [tag('owner', 'risk')] });
  await post('2.0/mlflow/model-versions/create', {
    name,
    run_id: run,
    source: `mlflow-artifacts:/${experiment}/${run}/artifacts/model`,
  });
  await post('2.0/mlflow/model-versions/create', { name, source: `s3://models/${name}/2` });
  await post('2.0/mlflow/registered-models/alias', { name, alias: 'champion', version: '2' });
  await fetch(`${base}/api/2.0/mlflow-artifacts/artifacts/${experiment}/${run}/artifacts/model/MLmodel`, {
    method: 'PUT',
    headers: { authorization: basic(user, password) },
    body: 'flavors: {}',
  });
  return { run, experiment };
}

/** A user of the basic-auth application who may edit one registered model. */
export async function seedUser(base: string, admin: string, password: string, name: string): Promise<void> {
  for (const [path, body] of [
    ['2.0/mlflow/users/create', { username: name, password: 'password-of-the-user' }],
    [
      '3.0/mlflow/users/permissions/grant',
      { username: name, resource_type: 'registered_model', resource_id: name, permission: 'EDIT' },
    ],
  ] as const) {
    const answer = await fetch(`${base}/api/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: basic(admin, password) },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  }
}
