/**
 * The pods that an operator makes of a custom resource, as far as the resource says so itself: manifests hold a RayCluster and
 * no pods, and what it runs, with which account, secrets and host access, stands in its templates. Field names from: ray.io v1,
 * serving.kserve.io v1beta1 and v1alpha1, kubeflow.org v1 (Notebook, the training operator's jobs) and v2beta1
 * (ScheduledWorkflow), argoproj.io v1alpha1, agents.x-k8s.io v1alpha1.
 *
 * What must stay true: nothing is made up. Containers that the operator adds by itself (sidecars, storage initialisers) are left
 * out; a resource that is suspended, stopped or over makes no pods; what a resource takes from another one (a workflow template,
 * a serving runtime) is not looked up here.
 */
import { array, at, field, record, stringMap, text, textAt } from '../../../intake/foreign.ts';
import type { ApiObject } from '../api.ts';
import { groupVersion } from '../resources.ts';
import { isAtRest, restOf } from './resting.ts';

interface OperatorPod {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: unknown;
}
type Named = readonly [suffix: string, template: unknown];

/** Of one resource; a RayCluster has a handful of groups, a workflow some dozens of templates. */
const maxPods = 200;

/** Still to be checked by the schema of a pod. */
export function operatorPods(object: ApiObject): readonly OperatorPod[] {
  const name = textAt(object, 'metadata', 'name');
  const shape = shapes.get(`${groupVersion(text(object.apiVersion) ?? '').group}/${text(object.kind)}`);
  if (name === undefined || shape === undefined || rests(object)) return [];
  return shape(object.spec)
    .filter(([, template]) => array(at(template, 'spec', 'containers')).length > 0)
    .slice(0, maxPods)
    .map(([suffix, template]) => ({
      name: suffix === '' ? name : `${name}-${suffix}`,
      labels: stringMap(at(template, 'metadata', 'labels')),
      spec: at(template, 'spec'),
    }));
}

/** Suspended, stopped or over. */
function rests(object: ApiObject): boolean {
  const { spec } = object;
  const suspended = [at(spec, 'suspend'), at(spec, 'runPolicy', 'suspend')].includes(true);
  const rest = restOf(text(object.apiVersion) ?? '', text(object.kind) ?? '');
  const stopped = rest !== undefined && isAtRest(rest, object);
  const over = ['Succeeded', 'Failed', 'Error', 'Complete', 'Stopped'].some(
    (end) =>
      textAt(object, 'status', 'phase') === end ||
      textAt(object, 'status', 'jobStatus')?.toLowerCase() === end.toLowerCase() ||
      array(at(object, 'status', 'conditions')).some(
        (condition) => textAt(condition, 'type') === end && textAt(condition, 'status') === 'True',
      ),
  );
  return suspended || stopped || over;
}

/** Head and workers. */
function ray(cluster: unknown): readonly Named[] {
  const workers = array(at(cluster, 'workerGroupSpecs')).map(
    (group, index): Named => [textAt(group, 'groupName') ?? `workers-${index}`, at(group, 'template')],
  );
  return [['head', at(cluster, 'headGroupSpec', 'template')], ...workers];
}

/** One template for each `<framework>ReplicaSpecs.<role>`. */
function replicas(spec: unknown): readonly Named[] {
  return Object.entries(record(spec) ?? {})
    .filter(([key]) => key.endsWith('ReplicaSpecs'))
    .flatMap(([, roles]) => Object.entries(record(roles) ?? {}))
    .map(([role, replica]) => [role.toLowerCase(), at(replica, 'template')]);
}

/** KServe writes the fields of a pod beside those of its own; a named framework or `model` becomes `kserve-container`. */
function component(spec: unknown): unknown {
  const fields = record(spec);
  if (fields === undefined) return undefined;
  const server =
    field(fields, 'model') ?? Object.values(fields).find((entry) => record(entry)?.storageUri !== undefined);
  const own = array(fields.containers);
  const containers = own.length > 0 || server === undefined ? own : [{ ...record(server), name: 'kserve-container' }];
  return { spec: { ...fields, containers } };
}

function inference(spec: unknown): readonly Named[] {
  return ['predictor', 'transformer', 'explainer'].map((part) => [part, component(at(spec, part))]);
}

/** Every template that runs a container is a pod; its own account and volumes count before the workflow's. */
function workflow(spec: unknown): readonly Named[] {
  return array(at(spec, 'templates')).flatMap((template, index): Named[] => {
    const main = at(template, 'container') ?? at(template, 'script');
    const set = array(at(template, 'containerSet', 'containers'));
    const containers = main === undefined ? set : [{ ...record(main), name: 'main' }];
    if (containers.length === 0) return [];
    const podSpec = {
      ...record(spec),
      ...record(template),
      serviceAccountName: at(template, 'serviceAccountName') ?? at(spec, 'serviceAccountName'),
      containers: [...containers, ...array(at(template, 'sidecars'))],
      volumes: [...array(at(spec, 'volumes')), ...array(at(template, 'volumes'))],
    };
    const metadata = at(template, 'metadata') ?? at(spec, 'podMetadata');
    return [[textAt(template, 'name') ?? `template-${index}`, { metadata, spec: podSpec }]];
  });
}

type Templates = (spec: unknown) => readonly Named[];
const alone =
  (...path: readonly string[]): Templates =>
  (spec) => [['', at(spec, ...path)]];

const shapes: ReadonlyMap<string, Templates> = new Map<string, Templates>([
  ['ray.io/RayCluster', ray],
  // With a selector the job runs on a cluster that is there already.
  ['ray.io/RayJob', (spec) => (at(spec, 'clusterSelector') === undefined ? ray(at(spec, 'rayClusterSpec')) : [])],
  ['ray.io/RayService', (spec) => ray(at(spec, 'rayClusterConfig'))],
  ['ray.io/RayCronJob', (spec) => ray(at(spec, 'jobTemplate', 'rayClusterSpec'))],
  ['serving.kserve.io/InferenceService', inference],
  [
    'serving.kserve.io/LLMInferenceService',
    (spec) => [
      ['', { spec: at(spec, 'template') }],
      ['prefill', { spec: at(spec, 'prefill', 'template') }],
      ['worker', { spec: at(spec, 'worker') }],
    ],
  ],
  ['kubeflow.org/Notebook', alone('template')],
  ...['PyTorchJob', 'TFJob', 'MPIJob', 'XGBoostJob', 'JAXJob', 'PaddleJob'].map((kind): [string, Templates] => [
    `kubeflow.org/${kind}`,
    replicas,
  ]),
  ['kubeflow.org/ScheduledWorkflow', (spec) => workflow(at(spec, 'workflow', 'spec'))],
  ['argoproj.io/Workflow', workflow],
  ['argoproj.io/WorkflowTemplate', workflow],
  ['argoproj.io/CronWorkflow', (spec) => workflow(at(spec, 'workflowSpec'))],
  ['agents.x-k8s.io/Sandbox', alone('podTemplate')],
]);
