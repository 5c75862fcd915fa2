/**
 * Custom resources that serve or train models, hold notebooks or run agents. Field names from: serving.kserve.io v1beta1 and
 * v1alpha1, ray.io v1, kubeflow.org v1 (Notebook and the training operator's jobs), argoproj.io v1alpha1 (Workflow and kin,
 * which is where AI platforms keep their training pipelines), agents.x-k8s.io Sandbox, kagent.dev Agent.
 */

import { array, field, record, text, textAt } from '../../../intake/foreign.ts';
import type { ApiObject } from '../api.ts';
import { groupVersion } from '../resources.ts';
import { operatorPods } from './operator-pods.ts';
import { restOf } from './resting.ts';

type Role = 'serving' | 'training' | 'notebook' | 'agent';

interface Shape {
  readonly role: Role;
  readonly storageUri?: (spec: unknown) => string | undefined;
  readonly account?: (spec: unknown) => string | undefined;
}

const rayAccount =
  (...path: readonly string[]) =>
  (spec: unknown) =>
    textAt(spec, ...path, 'headGroupSpec', 'template', 'spec', 'serviceAccountName');
const ownAccount = (spec: unknown) => textAt(spec, 'serviceAccountName');
const pipeline: Shape = { role: 'training', account: ownAccount };
const replicaJob: Shape = { role: 'training', account: accountOfReplicas };

const shapes: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  [
    'serving.kserve.io/InferenceService',
    {
      role: 'serving',
      storageUri: (spec) => predictorStorage(field(spec, 'predictor')),
      account: (spec) => textAt(spec, 'predictor', 'serviceAccountName'),
    },
  ],
  ['serving.kserve.io/TrainedModel', { role: 'serving', storageUri: (spec) => textAt(spec, 'model', 'storageUri') }],
  [
    'serving.kserve.io/LLMInferenceService',
    {
      role: 'serving',
      storageUri: (spec) => textAt(spec, 'model', 'uri'),
      account: (spec) => textAt(spec, 'template', 'serviceAccountName'),
    },
  ],
  ['ray.io/RayCluster', { role: 'training', account: rayAccount() }],
  ['ray.io/RayJob', { role: 'training', account: rayAccount('rayClusterSpec') }],
  ['ray.io/RayService', { role: 'serving', account: rayAccount('rayClusterConfig') }],
  ['ray.io/RayCronJob', { role: 'training', account: rayAccount('jobTemplate', 'rayClusterSpec') }],
  [
    'kubeflow.org/Notebook',
    { role: 'notebook', account: (spec) => textAt(spec, 'template', 'spec', 'serviceAccountName') },
  ],
  ...['PyTorchJob', 'TFJob', 'MPIJob', 'XGBoostJob', 'JAXJob', 'PaddleJob'].map((kind): [string, Shape] => [
    `kubeflow.org/${kind}`,
    replicaJob,
  ]),
  [
    'kubeflow.org/ScheduledWorkflow',
    { role: 'training', account: (spec) => textAt(spec, 'workflow', 'spec', 'serviceAccountName') },
  ],
  ['trainer.kubeflow.org/TrainJob', { role: 'training' }],
  ['argoproj.io/Workflow', pipeline],
  ['argoproj.io/WorkflowTemplate', pipeline],
  ['argoproj.io/ClusterWorkflowTemplate', pipeline],
  [
    'argoproj.io/CronWorkflow',
    { role: 'training', account: (spec) => textAt(spec, 'workflowSpec', 'serviceAccountName') },
  ],
  [
    'agents.x-k8s.io/Sandbox',
    { role: 'agent', account: (spec) => textAt(spec, 'podTemplate', 'spec', 'serviceAccountName') },
  ],
  ['kagent.dev/Agent', { role: 'agent', account: (spec) => textAt(spec, 'deployment', 'serviceAccountName') }],
]);

function shapeOf(object: ApiObject): Shape | undefined {
  return shapes.get(`${groupVersion(text(object.apiVersion) ?? '').group}/${text(object.kind)}`);
}

export function isModelWorkload(object: ApiObject): boolean {
  return shapeOf(object) !== undefined;
}

/** The fact data of a model workload, still to be checked by its schema; undefined for other kinds. */
export function modelWorkloadData(object: ApiObject): Record<string, unknown> | undefined {
  const shape = shapeOf(object);
  if (shape === undefined) return undefined;
  return {
    metadata: object.metadata,
    apiVersion: object.apiVersion,
    resourceKind: object.kind,
    role: shape.role,
    storageUri: shape.storageUri?.(object.spec),
    revisions: revisionsOf(object),
    serviceAccountName: shape.account?.(object.spec),
    pods: operatorPods(object),
    stoppable: restOf(text(object.apiVersion) ?? '', text(object.kind) ?? '') !== undefined,
  };
}

/**
 * KServe on Knative: `status.components.predictor`. Traffic can go back to the revision that was rolled out last, or to the one before
 * where the newest is that already. While a newer one is being made, what the specification says is of no revision yet.
 */
function revisionsOf(object: ApiObject): { readonly newest: string; readonly back: string | undefined } | undefined {
  const revision = (name: string) => textAt(object, 'status', 'components', 'predictor', name);
  const newest = revision('latestReadyRevision');
  if (newest === undefined || revision('latestCreatedRevision') !== newest) return undefined;
  const rolledOut = revision('latestRolledoutRevision');
  return { newest, back: rolledOut === newest ? revision('previousRolledoutRevision') : rolledOut };
}

/** `predictor.model`, or the older form that names the framework: `predictor.sklearn`, `predictor.pytorch`, … */
function predictorStorage(predictor: unknown): string | undefined {
  for (const entry of Object.values(record(predictor) ?? {})) {
    const uri = textAt(entry, 'storageUri') ?? textAt(array(field(entry, 'storageUris'))[0], 'uri');
    if (uri !== undefined) return uri;
  }
  return undefined;
}

/** The training operator keeps one pod template per replica type under `<framework>ReplicaSpecs`. */
function accountOfReplicas(spec: unknown): string | undefined {
  for (const [name, replicas] of Object.entries(record(spec) ?? {})) {
    if (!name.endsWith('ReplicaSpecs')) continue;
    for (const replica of Object.values(record(replicas) ?? {})) {
      const account = textAt(replica, 'template', 'spec', 'serviceAccountName');
      if (account !== undefined) return account;
    }
  }
  return undefined;
}
