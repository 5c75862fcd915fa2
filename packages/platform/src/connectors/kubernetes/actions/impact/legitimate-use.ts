/**
 * Who legitimately uses what, from the facts of one estate. Impacts are asked for every lever that the planner weighs, so
 * the indexes are built once for an estate and dropped with it.
 */
import {
  type Estate,
  type Fact,
  type Impact,
  type Interruption,
  kubernetesId,
  type NodeId,
  type NodeRef,
} from '@firebreak/contract';
import { fixedCost, interruptionWeight, type Reach } from './business-weight.ts';

type Labels = Readonly<Record<string, string>>;
type Pod = Fact<'kubernetes.pod'>;
type Workload = Fact<'kubernetes.workload'>;

/** A workload or a bare pod: the thing that its owner would name when it stops. */
export interface User {
  readonly ref: NodeRef;
  readonly namespace: string;
  readonly reach: Reach;
  readonly weight: number;
  /** Labels of its pods. */
  readonly podLabels: Labels;
}

export interface LegitimateUse {
  /** What runs as a service account, as far as it is known to run: pods, and templates of workloads. */
  readonly runningAs: (namespace: string, serviceAccount: string) => readonly User[];
  readonly podsRunningAs: (namespace: string, serviceAccount: string) => readonly Pod[];
  /** What runs in a namespace, all of it or what a label selector selects. */
  readonly selectedBy: (namespace: string, podSelector: Labels | null) => readonly User[];
  readonly user: (id: NodeId) => User | undefined;
  readonly onNode: (name: string) => readonly User[];
}

const known = new WeakMap<Estate, LegitimateUse>();

export function legitimateUse(estate: Estate): LegitimateUse {
  const found = known.get(estate);
  if (found !== undefined) return found;
  const made = indexUses(estate);
  known.set(estate, made);
  return made;
}

/** The impact of a lever: its fixed cost and one interruption for each user. */
export function impactOf(
  lever: keyof typeof fixedCost,
  interrupts: readonly Interruption[],
  restarts: readonly NodeRef[] = [],
): Impact {
  const cost = interrupts.reduce<number>((sum, { weight }) => sum + weight, fixedCost[lever]);
  return restarts.length === 0 ? { cost, interrupts } : { cost, interrupts, restarts };
}

export function interruptEach(users: readonly User[], what: (user: User) => string): readonly Interruption[] {
  return users.map((user) => ({ who: user.ref, what: what(user), weight: user.weight }));
}

export function podRef(pod: Pod): NodeRef {
  return { kind: 'Pod', id: pod.id, name: pod.data.metadata.name };
}

function labelsSelect(selector: Labels, labels: Labels): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

function indexUses(estate: Estate): LegitimateUse {
  const reachOf = reachIndex(estate);
  const namespaceLabels = new Map(
    estate.all('kubernetes.namespace').map(({ data }) => [data.metadata.name, data.metadata.labels]),
  );
  const users = new Map<NodeId, User>();
  const byAccount = new Map<string, Set<NodeId>>();
  const byNamespace = new Map<string, Set<NodeId>>();
  const byNode = new Map<string, Set<NodeId>>();
  const podsByAccount = new Map<string, Pod[]>();

  const add = (owner: NamedOwner, podLabels: Labels, account: string): void => {
    if (!users.has(owner.id)) {
      const reach = reachOf(owner, podLabels);
      const weight = interruptionWeight(reach, owner.labels, podLabels, namespaceLabels.get(owner.namespace) ?? {});
      const ref = { kind: owner.kind, id: owner.id, name: owner.name };
      users.set(owner.id, { ref, namespace: owner.namespace, reach, weight, podLabels });
    }
    addTo(byAccount, `${owner.namespace}/${account}`, owner.id);
    addTo(byNamespace, owner.namespace, owner.id);
  };
  for (const workload of estate.all('kubernetes.workload')) {
    const { template } = workload.data;
    add(topOwner(estate, workload), template.metadata?.labels ?? {}, accountOf(template.spec));
  }
  for (const pod of estate.all('kubernetes.pod')) {
    const { metadata, spec } = pod.data;
    const owner = topOwner(estate, pod);
    add(owner, metadata.labels, accountOf(spec));
    const account = `${owner.namespace}/${accountOf(spec)}`;
    const pods = podsByAccount.get(account);
    if (pods === undefined) podsByAccount.set(account, [pod]);
    else pods.push(pod);
    if (spec.nodeName !== undefined) addTo(byNode, spec.nodeName, owner.id);
  }

  const resolve = (ids: Iterable<NodeId> | undefined): readonly User[] =>
    [...(ids ?? [])].flatMap((id) => users.get(id) ?? []);
  return {
    runningAs: (namespace, account) => resolve(byAccount.get(`${namespace}/${account}`)),
    podsRunningAs: (namespace, account) => podsByAccount.get(`${namespace}/${account}`) ?? [],
    selectedBy: (namespace, selector) =>
      resolve(byNamespace.get(namespace)).filter((user) => selector === null || labelsSelect(selector, user.podLabels)),
    user: (id) => users.get(id),
    onNode: (name) => resolve(byNode.get(name)),
  };
}

function addTo(index: Map<string, Set<NodeId>>, key: string, id: NodeId): void {
  const ids = index.get(key);
  if (ids === undefined) index.set(key, new Set([id]));
  else ids.add(id);
}

function accountOf(spec: { serviceAccountName?: string | undefined; serviceAccount?: string | undefined }): string {
  return spec.serviceAccountName ?? spec.serviceAccount ?? 'default';
}

interface NamedOwner {
  readonly kind: string;
  readonly id: NodeId;
  readonly name: string;
  readonly namespace: string;
  readonly labels: Labels;
  /** Kinds of the custom resources above it, such as InferenceService. */
  readonly above: readonly string[];
}

/** Follows controllers up (Pod → ReplicaSet → Deployment) as far as they are workloads that we know. */
function topOwner(estate: Estate, start: Pod | Workload): NamedOwner {
  let fact: Pod | Workload = start;
  let above: readonly string[] = [];
  // Kubernetes nests three deep; a circle of hostile owner references ends here as well.
  for (let depth = 0; depth < 5; depth += 1) {
    const namespace: string | undefined = fact.data.metadata.namespace;
    const owner = fact.data.metadata.ownerReferences.find(({ controller }) => controller === true);
    if (owner === undefined) break;
    const parent: Workload | undefined = estate.get(
      'kubernetes.workload',
      kubernetesId(owner.kind, namespace, owner.name),
    );
    if (parent === undefined) {
      above = [owner.kind];
      break;
    }
    fact = parent;
  }
  const { name, namespace = 'default', labels } = fact.data.metadata;
  const kind = fact.kind === 'kubernetes.pod' ? 'Pod' : fact.data.workloadKind;
  return { kind, id: fact.id, name, namespace, labels, above };
}

/** Who notices when a workload stops: what leads to its pods. */
function reachIndex(estate: Estate): (owner: NamedOwner, podLabels: Labels) => Reach {
  const behindIngress = new Set<string>();
  for (const { data } of estate.all('kubernetes.ingress')) {
    for (const backend of data.spec.backends) behindIngress.add(`${data.metadata.namespace ?? ''}/${backend.service}`);
  }
  const services = new Map<string, { selector: Labels; outside: boolean }[]>();
  for (const { data } of estate.all('kubernetes.service')) {
    if (Object.keys(data.spec.selector).length === 0) continue;
    const namespace = data.metadata.namespace ?? '';
    const outside =
      data.spec.type === 'LoadBalancer' ||
      data.spec.type === 'NodePort' ||
      data.spec.externalIPs.length > 0 ||
      behindIngress.has(`${namespace}/${data.metadata.name}`);
    const others = services.get(namespace);
    if (others === undefined) services.set(namespace, [{ selector: data.spec.selector, outside }]);
    else others.push({ selector: data.spec.selector, outside });
  }
  const servingKinds = new Set(
    estate
      .all('kubernetes.model-workload')
      .filter(({ data }) => data.role === 'serving')
      .map(({ data }) => data.resourceKind),
  );
  return (owner, podLabels) => {
    if (owner.above.some((kind) => servingKinds.has(kind))) return 'model';
    // KServe puts this label on the pods of a model server in every deployment mode.
    if (podLabels['serving.kserve.io/inferenceservice'] !== undefined) return 'model';
    if (owner.kind === 'Job' || owner.kind === 'CronJob') return 'batch';
    const leading = (services.get(owner.namespace) ?? []).filter(({ selector }) => labelsSelect(selector, podLabels));
    if (leading.length === 0) return 'internal';
    return leading.some(({ outside }) => outside) ? 'outside' : 'service';
  };
}
