/** Which pods a resource of an operator makes, by its own word; checked through the schema that the fact must pass. */
import { kubernetesFactSchemas } from '@firebreak/contract';
import { describe, expect, test } from 'vitest';
import { modelWorkloadData } from './model-workload.ts';

const template = (serviceAccountName: string, more: object = {}) => ({
  metadata: { labels: { team: 'ml' } },
  spec: { serviceAccountName, containers: [{ name: 'c', image: 'registry.example/c:1' }], ...more },
});

/** `name account container,container` of each pod. */
function pods(apiVersion: string, kind: string, spec: unknown, more: object = {}): readonly string[] {
  const object = { apiVersion, kind, metadata: { name: 'x', namespace: 'ml', ...more }, spec, ...more };
  const parsed = kubernetesFactSchemas['kubernetes.model-workload'].parse(modelWorkloadData(object));
  return parsed.pods.map(
    ({ name, spec: made }) => `${name} ${made.serviceAccountName ?? '-'} ${made.containers.map((c) => c.name).join()}`,
  );
}

const cluster = {
  headGroupSpec: { template: template('head') },
  workerGroupSpecs: [{ groupName: 'gpu', template: template('gpu', { hostPID: true }) }, { template: template('cpu') }],
};

describe('Ray', () => {
  test.each([
    ['RayCluster', cluster],
    ['RayJob', { rayClusterSpec: cluster }],
    ['RayService', { rayClusterConfig: cluster }],
    ['RayCronJob', { jobTemplate: { rayClusterSpec: cluster } }],
  ])('%s: head and every group of workers, each with its own account', (kind, spec) => {
    expect(pods('ray.io/v1', kind, spec)).toEqual(['x-head head c', 'x-gpu gpu c', 'x-workers-1 cpu c']);
  });

  test('a job on a cluster that is there, a suspended one and one that is over make none', () => {
    expect(pods('ray.io/v1', 'RayJob', { rayClusterSpec: cluster, clusterSelector: { a: 'b' } })).toEqual([]);
    expect(pods('ray.io/v1', 'RayCluster', { ...cluster, suspend: true })).toEqual([]);
    expect(pods('ray.io/v1', 'RayJob', { rayClusterSpec: cluster }, { status: { jobStatus: 'SUCCEEDED' } })).toEqual(
      [],
    );
  });
});

describe('KServe', () => {
  test('the model, by the new and the old form, and the parts around it', () => {
    const v1 = 'serving.kserve.io/v1beta1';
    const model = { modelFormat: { name: 'sklearn' }, storageUri: 's3://models/x' };
    expect(
      pods(v1, 'InferenceService', {
        predictor: { serviceAccountName: 'serve', model },
        transformer: { containers: [{ name: 'features' }] },
      }),
    ).toEqual(['x-predictor serve kserve-container', 'x-transformer - features']);
    expect(pods(v1, 'InferenceService', { predictor: { sklearn: { storageUri: 's3://m' } } })).toEqual([
      'x-predictor - kserve-container',
    ]);
    expect(pods(v1, 'InferenceService', { predictor: {} })).toEqual([]);
  });
});

describe('Kubeflow', () => {
  test('a notebook, and the replicas of a training job', () => {
    expect(pods('kubeflow.org/v1', 'Notebook', { template: template('nb') })).toEqual(['x nb c']);
    const stopped = { annotations: { 'kubeflow-resource-stopped': 'yes' } };
    expect(pods('kubeflow.org/v1', 'Notebook', { template: template('nb') }, stopped)).toEqual([]);
    const job = { pytorchReplicaSpecs: { Master: { template: template('m') }, Worker: { template: template('w') } } };
    expect(pods('kubeflow.org/v1', 'PyTorchJob', job)).toEqual(['x-master m c', 'x-worker w c']);
    expect(pods('kubeflow.org/v1', 'PyTorchJob', { ...job, runPolicy: { suspend: true } })).toEqual([]);
    const done = { status: { conditions: [{ type: 'Succeeded', status: 'True' }] } };
    expect(pods('kubeflow.org/v1', 'PyTorchJob', job, done)).toEqual([]);
  });
});

describe('Argo Workflows', () => {
  const spec = {
    serviceAccountName: 'flow',
    volumes: [{ name: 'data', secret: { secretName: 'keys' } }],
    templates: [
      { name: 'main', dag: { tasks: [] } },
      { name: 'train', container: { image: 'i' }, sidecars: [{ name: 'proxy' }] },
      { name: 'report', serviceAccountName: 'reporter', script: { image: 'i', source: 'print()' } },
      { name: 'pair', containerSet: { containers: [{ name: 'a' }, { name: 'b' }] } },
    ],
  };
  const steps = ['x-train flow main,proxy', 'x-report reporter main', 'x-pair flow a,b'];

  test('every step that runs a container; a step’s own account counts first', () => {
    expect(pods('argoproj.io/v1alpha1', 'Workflow', spec)).toEqual(steps);
    expect(pods('argoproj.io/v1alpha1', 'CronWorkflow', { workflowSpec: spec })).toEqual(steps);
    expect(pods('kubeflow.org/v2beta1', 'ScheduledWorkflow', { workflow: { spec } })).toEqual(steps);
    expect(pods('argoproj.io/v1alpha1', 'Workflow', spec, { status: { phase: 'Succeeded' } })).toEqual([]);
  });

  test('a workflow with steps without end is bounded', () => {
    const templates = Array.from({ length: 5000 }, (_, i) => ({ name: `t${i}`, container: { image: 'i' } }));
    expect(pods('argoproj.io/v1alpha1', 'Workflow', { templates })).toHaveLength(200);
  });
});
