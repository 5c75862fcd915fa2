/**
 * The single actions that make one edge disappear. What must stay true: a lever named here makes the edge vanish from a
 * fresh collect all by itself; where something else would keep or bring it back (a policy that allows, an operator that owns the workload, the API server's own reconciliation) nothing is offered.
 */
import { createHash } from 'node:crypto';
import { type Estate, kubernetesId, type Lever, type LiveEdge, lever, type NodeId } from '@firebreak/contract';
import { endpointById } from './endpoints.ts';
import { groupsOf, identitiesOf } from './identities.ts';
import { isolating } from './network.ts';
import { type PodView, podsOf } from './pods.ts';
import { type Grant, rbacOf, subjectId } from './rbac.ts';

/** Removes one identity from one binding. */
export function stripSubject(estate: Estate, grant: Grant, identity: NodeId): readonly Lever[] {
  const fact = estate.get('kubernetes.role-binding', grant.bindingFact);
  if (fact === undefined || reconciled(fact.data.metadata) || untouchable(identity)) return [];
  // Whichever form comes first: the action removes the identity in every form in which the binding names it.
  const subject = grant.subjects.find((it) => subjectId(it, grant.namespace) === identity);
  if (subject === undefined) return [];
  const { kind, name, namespace, apiGroup } = subject;
  return [
    lever('kubernetes.strip-subject', {
      bindingKind: grant.bindingKind,
      ...(grant.namespace === undefined ? {} : { namespace: grant.namespace }),
      binding: grant.binding,
      subject: {
        ...(apiGroup === undefined ? {} : { apiGroup }),
        kind,
        name,
        ...(namespace === undefined ? {} : { namespace }),
      },
    }),
  ];
}

/** The permission sets of its own that an identity takes a step with. */
export function ownSets(edge: LiveEdge, estate: Estate): readonly Grant[] {
  return rbacOf(estate)
    .grantsOf(edge.from)
    .filter(({ id }) => edge.with.includes(id));
}

/**
 * Removals for a step that an identity takes with several permission sets in one request.
 *
 * @param combinations the sets that give the step, once for each way in which the same step comes about: a removal must take
 *   something from every one.
 */
export function stripFrom(
  edge: LiveEdge,
  estate: Estate,
  [first = [], ...others]: readonly (readonly Grant[])[],
): readonly Lever[] {
  const own = identitiesOf(estate).get(edge.from);
  const names = own === undefined ? [edge.from] : [edge.from, ...groupsOf(estate, own)];
  return first
    .filter((grant) => others.every((combination) => combination.includes(grant)))
    .flatMap((grant) => {
      // Named twice, by itself and through a group of its own: neither removal is enough.
      const [only, ...more] = names.filter((id) => grant.subjects.some((it) => subjectId(it, grant.namespace) === id));
      return only === undefined || more.length > 0 ? [] : stripSubject(estate, grant, only);
    });
}

function reconciled(metadata: {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}): boolean {
  return (
    metadata.annotations['rbac.authorization.kubernetes.io/autoupdate'] === 'true' ||
    metadata.labels['kubernetes.io/bootstrapping'] === 'rbac-defaults'
  );
}

/** What the cluster itself stands on. */
export function untouchable(identity: NodeId): boolean {
  const controlPlane =
    /^kubernetes:(?:User|Group)\/(?:system:masters|system:nodes?|system:kube-[a-z-]+|system:node:.*)$/;
  return controlPlane.test(identity);
}

/** Stops the workload that an edge's pod, container or volume belongs to, at the top of its chain of controllers. */
export function stopPods(edge: Pick<LiveEdge, 'from' | 'to'>, estate: Estate): readonly Lever[] {
  const levers = [edge.from, edge.to].flatMap((id) => {
    const pod = podOf(estate, id);
    return pod === undefined ? [] : stopPod(estate, pod);
  });
  return [...new Map(levers.map((it) => [it.key, it])).values()];
}

/** The pod that a node is or is part of. */
export function podOf(estate: Estate, id: NodeId): PodView | undefined {
  const pods = podsOf(estate);
  return pods.byId.get(id) ?? pods.ofContainer.get(id)?.pod ?? pods.ofVolume.get(id)?.pod;
}

function stopPod(estate: Estate, pod: PodView): readonly Lever[] {
  if (pod.mirror || pod.namespace === 'kube-system') return [];
  if (pod.ownership.beyond !== undefined) return suspendOperated(estate, pod.namespace, pod.ownership.beyond);
  const { namespace } = pod;
  const top = pod.ownership.top;
  if (top === undefined) return pod.wouldBe ? [] : [lever('kubernetes.delete-pod', { namespace, name: pod.name })];
  const { name } = top.data.metadata;
  const kind = top.data.workloadKind;
  if (kind === 'DaemonSet') return [lever('kubernetes.park-daemonset', { namespace, name })];
  if (kind === 'CronJob') {
    // Suspending stops the next runs, not the one that is on.
    return pod.wouldBe ? [lever('kubernetes.suspend-job', { kind, namespace, name })] : [];
  }
  if (kind === 'Job') return [lever('kubernetes.suspend-job', { kind, namespace, name })];
  return [lever('kubernetes.scale-to-zero', { kind, namespace, name })];
}

/**
 * Stops what an operator runs at the topmost resource: what owns it would start it again. Nothing where the top cannot be stopped, or
 * is of a kind that we do not know.
 */
function suspendOperated(
  estate: Estate,
  namespace: string,
  owner: { readonly kind: string; readonly apiVersion: string; readonly name: string },
): readonly Lever[] {
  let { kind, apiVersion, name } = owner;
  // An operator's resources own each other two deep (RayJob, RayCluster); a hostile circle is cut.
  for (let depth = 0; depth < 5; depth += 1) {
    const fact = estate.get(
      'kubernetes.model-workload',
      kubernetesId(`${kind}.${apiVersion.split('/')[0]}`, namespace, name),
    );
    if (fact === undefined) return [];
    const above = fact.data.metadata.ownerReferences.find(({ controller }) => controller === true);
    if (above === undefined) {
      if (fact.data.stoppable !== true) return [];
      return [lever('kubernetes.suspend-operated', { apiVersion: fact.data.apiVersion, kind, namespace, name })];
    }
    ({ kind, apiVersion, name } = above);
  }
  return [];
}

const churn =
  /^(?:pod-template-hash|controller-revision-hash|pod-template-generation|statefulset\.kubernetes\.io\/.*|apps\.kubernetes\.io\/.*|batch\.kubernetes\.io\/.*|controller-uid|job-name)$/;

/**
 * Isolates a pod's network in a direction, the pod alone or its whole namespace. Policies only ever add: where another
 * policy already selects the pod and lets traffic through, a denying one changes nothing and is not offered.
 */
export function isolate(estate: Estate, pod: PodView, direction: 'ingress' | 'egress'): readonly Lever[] {
  if (pod.spec.hostNetwork === true || isolating(estate, pod, direction).length > 0) return [];
  const { namespace } = pod;
  const labels = Object.fromEntries(Object.entries(pod.labels).filter(([key]) => !churn.test(key)));
  const owner = pod.ownership.top?.data.metadata.name ?? pod.name;
  const whole = lever('kubernetes.isolate-network', {
    namespace,
    podSelector: null,
    direction,
    name: `firebreak-${direction}`,
  });
  if (Object.keys(labels).length === 0) return [whole];
  const one = lever('kubernetes.isolate-network', {
    namespace,
    podSelector: labels,
    direction,
    name: `firebreak-${direction}-${owner.slice(0, 200)}-${shortDigest(labels)}`,
  });
  return [one, whole];
}

/** Two workloads of the same name may have different labels; their policies must not share a name. */
function shortDigest(labels: Readonly<Record<string, string>>): string {
  const ordered = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('sha256').update(ordered).digest('hex').slice(0, 8);
}

/** Isolation of everything that answers at an endpoint, when one policy can do it. */
export function isolateEndpoint(estate: Estate, endpoint: NodeId, container: NodeId): readonly Lever[] {
  const target = endpointById(estate)
    .get(endpoint)
    ?.targets.find((it) => it.container.id === container);
  return target === undefined ? [] : isolate(estate, target.pod, 'ingress');
}

/** Makes an account's legacy token secrets worthless. */
export function invalidateTokens(account: NodeId): readonly Lever[] {
  const match = /^kubernetes:ServiceAccount\/([^/]+)\/([^/]+)$/.exec(account);
  if (match?.[1] === undefined || match[2] === undefined) return [];
  return [lever('kubernetes.invalidate-tokens', { namespace: match[1], serviceAccount: match[2] })];
}

/** Stops a channel from delivering by itself. */
export function suspendDelivery(estate: Estate, channel: NodeId): readonly Lever[] {
  const fact = estate.get('kubernetes.delivery-channel', channel);
  if (fact === undefined) return [];
  const { apiVersion, resourceKind, metadata } = fact.data;
  const namespace = metadata.namespace ?? 'default';
  return [lever('kubernetes.suspend-delivery', { apiVersion, kind: resourceKind, namespace, name: metadata.name })];
}

/** Everything that `stopPods` may name. */
export const podStops = [
  'kubernetes.scale-to-zero',
  'kubernetes.suspend-job',
  'kubernetes.park-daemonset',
  'kubernetes.delete-pod',
  'kubernetes.suspend-operated',
] as const;
