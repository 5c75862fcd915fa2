/**
 * Every pod that runs or will run, with its containers and volumes seen as an attacker sees them. All rules about pods read
 * this index and not the facts, so they agree on what must stay true:
 *
 * - A pod that has ended (phase Succeeded or Failed) holds nothing. An ordinary init container has ended too; a sidecar
 *   (init container with restartPolicy Always) and an ephemeral container run.
 * - **Would-be pods.** Manifests hold Deployments and no pods. A workload none of whose pods is in the estate, and that wants
 *   some (replicas not 0, not suspended, not parked), counts as one pod of the workload's name; its facts are the
 *   workload's. So do the templates of an operator's resource (a RayCluster, a Workflow).
 * - **No node named.** A pod without `nodeName` will run somewhere: on the node `(unscheduled)`, the worst case that all
 *   such pods meet on one host.
 * - **Tokens.** Admission mounts `kube-api-access-…` into every container unless automounting is off (the pod's word wins
 *   over the account's) or something else is mounted at that path. Where an API token volume is in the pod the mounts are
 *   believed; where there is none the implied one is added, except for static pods, which never get one.
 */
import {
  type ContainerSpec,
  containerId,
  type Estate,
  type FactId,
  kubernetesId,
  type NodeId,
  type ObjectMeta,
  type PodSpec,
  type Volume,
  volumeId,
} from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { runsModel } from './model-pods.ts';
import { type Ownership, ownershipOf, type WorkloadFact } from './owners.ts';
import { rbacOf, serviceAccountGroups } from './rbac.ts';

export interface PodView {
  readonly id: NodeId;
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly metadata: ObjectMeta;
  readonly spec: PodSpec;
  /** The pod, or the workload that makes it. */
  readonly facts: readonly FactId[];
  readonly wouldBe: boolean;
  /** A static pod's mirror: run by the kubelet from a file, beyond the API's reach. */
  readonly mirror: boolean;
  readonly node: NodeId;
  readonly account: NodeId;
  /** Whether the account is one that the estate knows: an object, a subject, or named by the pod itself. */
  readonly accountKnown: boolean;
  readonly ownership: Ownership;
  readonly containers: readonly ContainerView[];
  readonly volumes: readonly VolumeView[];
}

export interface ContainerView {
  readonly id: NodeId;
  readonly name: string;
  readonly spec: ContainerSpec;
  readonly role: 'main' | 'sidecar' | 'ephemeral';
  /** Said to run as another user than root. Silence means whatever the image says: assume root. */
  readonly nonRoot: boolean;
  readonly explicitRoot: boolean;
}

export interface VolumeView {
  readonly id: NodeId;
  readonly name: string;
  readonly source: Volume;
  readonly hostPath: string | undefined;
  /** Holds a token that the API server accepts. */
  readonly token: boolean;
  readonly secrets: readonly string[];
  readonly claim: string | undefined;
  readonly mounts: readonly Mount[];
}

export interface Mount {
  readonly container: ContainerView;
  readonly readOnly: boolean;
  readonly at: string;
  /** The host directory that is really mounted, subPath applied. */
  readonly hostPath: string | undefined;
}

export const unscheduled: NodeId = kubernetesId('Node', undefined, '(unscheduled)');
const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';

export interface Pods {
  readonly all: readonly PodView[];
  readonly byId: ReadonlyMap<NodeId, PodView>;
  readonly onNode: ReadonlyMap<NodeId, readonly PodView[]>;
  readonly inNamespace: ReadonlyMap<string, readonly PodView[]>;
  readonly ofContainer: ReadonlyMap<NodeId, { readonly pod: PodView; readonly container: ContainerView }>;
  readonly ofVolume: ReadonlyMap<NodeId, { readonly pod: PodView; readonly volume: VolumeView }>;
}

export const podsOf: (estate: Estate) => Pods = perEstate((estate) => {
  const all = [...livePods(estate)];
  const taken = new Set(estate.all('kubernetes.pod').map((fact) => fact.id));
  all.push(...wouldBePods(estate, taken), ...operatorPods(estate, all, taken));
  const onNode = new Map<NodeId, PodView[]>();
  const inNamespace = new Map<string, PodView[]>();
  const ofContainer = new Map<NodeId, { pod: PodView; container: ContainerView }>();
  const ofVolume = new Map<NodeId, { pod: PodView; volume: VolumeView }>();
  for (const pod of all) {
    append(onNode, pod.node, pod);
    append(inNamespace, pod.namespace, pod);
    for (const container of pod.containers) ofContainer.set(container.id, { pod, container });
    for (const volume of pod.volumes) ofVolume.set(volume.id, { pod, volume });
  }
  return { all, byId: new Map(all.map((pod) => [pod.id, pod])), onNode, inNamespace, ofContainer, ofVolume };
});

/** Adds to the list of a key. */
export function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}

function* livePods(estate: Estate): Generator<PodView> {
  for (const fact of estate.all('kubernetes.pod')) {
    const { metadata, spec, status } = fact.data;
    if (status?.phase === 'Succeeded' || status?.phase === 'Failed') continue;
    yield view(estate, { id: fact.id, metadata, spec, facts: [fact.id], ownership: ownershipOf(estate, metadata) });
  }
}

function* wouldBePods(estate: Estate, taken: Set<NodeId>): Generator<PodView> {
  const made = new Set<FactId>();
  for (const fact of estate.all('kubernetes.pod'))
    for (const owner of ownershipOf(estate, fact.data.metadata).chain) made.add(owner.id);
  for (const fact of estate.all('kubernetes.workload')) {
    if (made.has(fact.id) || !wantsPods(estate, fact)) continue;
    const { metadata, template } = fact.data;
    const namespace = metadata.namespace ?? 'default';
    let name = metadata.name;
    if (taken.has(kubernetesId('Pod', namespace, name))) name += `-${fact.data.workloadKind.toLowerCase()}`;
    const id = kubernetesId('Pod', namespace, name);
    taken.add(id);
    yield view(estate, {
      id,
      metadata: {
        name,
        namespace,
        labels: template.metadata?.labels ?? {},
        annotations: template.metadata?.annotations ?? {},
        ownerReferences: [],
      },
      spec: template.spec,
      facts: [fact.id],
      ownership: { top: fact, chain: [fact], beyond: ownershipOf(estate, metadata).beyond },
      wouldBe: true,
    });
  }
}

/** Of resources whose operator has made no pod that is in the estate. */
function* operatorPods(estate: Estate, live: readonly PodView[], taken: Set<NodeId>): Generator<PodView> {
  const made = new Map<string, PodView[]>();
  for (const pod of live) if (!pod.wouldBe) append(made, pod.namespace, pod);
  for (const fact of estate.all('kubernetes.model-workload')) {
    const { metadata, apiVersion, resourceKind, pods } = fact.data;
    const namespace = metadata.namespace ?? 'default';
    if (pods.length === 0 || (made.get(namespace) ?? []).some((pod) => runsModel(fact, pod))) continue;
    for (const { name, labels, spec } of pods) {
      const id = kubernetesId('Pod', namespace, name);
      if (taken.has(id)) continue;
      taken.add(id);
      yield view(estate, {
        id,
        metadata: { name, namespace, labels, annotations: {}, ownerReferences: [] },
        spec,
        facts: [fact.id],
        ownership: { top: undefined, chain: [], beyond: { kind: resourceKind, apiVersion, name: metadata.name } },
        wouldBe: true,
      });
    }
  }
}

function wantsPods(estate: Estate, fact: WorkloadFact): boolean {
  const { metadata, replicas, suspend, template, workloadKind } = fact.data;
  if (replicas === 0 || suspend === true) return false;
  // Its own controller makes it: that one stands for the pods.
  if (ownershipOf(estate, metadata).chain.length > 0) return false;
  if (workloadKind !== 'DaemonSet') return true;
  const wanted = Object.entries(template.spec.nodeSelector);
  const nodes = estate.all('kubernetes.node');
  // Over files without nodes only our own parking mark is known to match nothing.
  if (nodes.length === 0) return !wanted.some(([key]) => key.startsWith('firebreak.dev/'));
  return nodes.some((node) => wanted.every(([key, value]) => node.data.metadata.labels[key] === value));
}

interface Seed {
  readonly id: NodeId;
  readonly metadata: ObjectMeta;
  readonly spec: PodSpec;
  readonly facts: readonly FactId[];
  readonly ownership: Ownership;
  readonly wouldBe?: boolean;
}

function view(estate: Estate, seed: Seed): PodView {
  const { id, metadata, spec, facts, ownership, wouldBe = false } = seed;
  const namespace = metadata.namespace ?? 'default';
  const named = spec.serviceAccountName ?? spec.serviceAccount;
  const accountName = named === undefined || named === '' ? 'default' : named;
  const account = kubernetesId('ServiceAccount', namespace, accountName);
  const mirror = metadata.annotations['kubernetes.io/config.mirror'] !== undefined;
  const containers = containerViews(namespace, metadata.name, spec);
  const accountKnown = accountName !== 'default' || isKnown(estate, namespace, account);
  return {
    id,
    name: metadata.name,
    namespace,
    labels: metadata.labels,
    metadata,
    spec,
    facts,
    wouldBe,
    mirror,
    node:
      spec.nodeName === undefined || spec.nodeName === ''
        ? unscheduled
        : kubernetesId('Node', undefined, spec.nodeName),
    account,
    accountKnown,
    ownership,
    containers,
    volumes: volumeViews(estate, { namespace, name: metadata.name, spec, account, mirror, accountKnown }, containers),
  };
}

/** Nothing says that a `default` account matters until it is collected or something is granted to it or to its groups. */
function isKnown(estate: Estate, namespace: string, account: NodeId): boolean {
  if (estate.get('kubernetes.service-account', account) !== undefined) return true;
  const named = rbacOf(estate).namedIdentities;
  if (named.has(account)) return true;
  return serviceAccountGroups(namespace).some((group) => named.has(kubernetesId('Group', undefined, group)));
}

function containerViews(namespace: string, pod: string, spec: PodSpec): ContainerView[] {
  const sidecars = spec.initContainers.filter((container) => container.restartPolicy === 'Always');
  const roles = [
    ['main', spec.containers],
    ['sidecar', sidecars],
    ['ephemeral', spec.ephemeralContainers],
  ] as const;
  return roles.flatMap(([role, list]) =>
    list.map((container) => {
      const user = container.securityContext?.runAsUser ?? spec.securityContext?.runAsUser;
      const nonRoot = container.securityContext?.runAsNonRoot ?? spec.securityContext?.runAsNonRoot ?? false;
      return {
        id: containerId(namespace, pod, container.name),
        name: container.name,
        spec: container,
        role,
        nonRoot: user === undefined ? nonRoot : user !== 0,
        explicitRoot: user === 0,
      };
    }),
  );
}

interface Home {
  readonly namespace: string;
  readonly name: string;
  readonly spec: PodSpec;
  readonly account: NodeId;
  readonly mirror: boolean;
  readonly accountKnown: boolean;
}

function volumeViews(estate: Estate, home: Home, containers: readonly ContainerView[]): VolumeView[] {
  const views: VolumeView[] = [];
  let holdsToken = false;
  for (const source of home.spec.volumes) {
    const claim = source.persistentVolumeClaim?.claimName;
    const hostPath =
      source.hostPath?.path ?? (claim === undefined ? undefined : claimedPath(estate, home.namespace, claim));
    const sources = source.projected?.sources ?? [];
    const projectsToken = sources.some(
      ({ serviceAccountToken: token }) => token !== undefined && forApi(token.audience),
    );
    holdsToken ||= projectsToken;
    const token = projectsToken && home.accountKnown;
    const secrets = [source.secret?.secretName, ...sources.map((part) => part.secret?.name)].filter(
      (name) => name !== undefined,
    );
    if (hostPath === undefined && !token && secrets.length === 0 && claim === undefined) continue;
    let mounts = mountsOf(source.name, containers, hostPath);
    // A bare kube-api-access volume that nobody mounts is a trimmed manifest: admission mounts it everywhere.
    if (token && mounts.length === 0 && source.name.startsWith('kube-api-access')) mounts = mountEverywhere(containers);
    const id = volumeId(home.namespace, home.name, source.name);
    views.push({ id, name: source.name, source, hostPath, token, secrets, claim, mounts });
  }
  if (!holdsToken && home.accountKnown && !home.mirror && automounts(estate, home)) {
    const name = 'kube-api-access';
    const mounts = mountEverywhere(containers);
    const id = volumeId(home.namespace, home.name, name);
    views.push({ id, name, source: { name }, hostPath: undefined, token: true, secrets: [], claim: undefined, mounts });
  }
  return views;
}

function automounts(estate: Estate, home: Home): boolean {
  if (home.spec.automountServiceAccountToken !== undefined) return home.spec.automountServiceAccountToken;
  return estate.get('kubernetes.service-account', home.account)?.data.automountServiceAccountToken ?? true;
}

/** A token for another audience (a vault, a cloud's federation) is not accepted by the API server. */
function forApi(audience: string | undefined): boolean {
  return audience === undefined || audience === '' || audience.includes('kubernetes.default.svc') || audience === 'api';
}

function mountsOf(volume: string, containers: readonly ContainerView[], hostPath: string | undefined): Mount[] {
  return containers.flatMap((container) =>
    container.spec.volumeMounts
      .filter((mount) => mount.name === volume)
      .map((mount) => ({
        container,
        readOnly: mount.readOnly ?? false,
        at: mount.mountPath,
        hostPath: hostPath === undefined ? undefined : normalPath(`${hostPath}/${mount.subPath ?? ''}`),
      })),
  );
}

function mountEverywhere(containers: readonly ContainerView[]): Mount[] {
  return containers
    .filter((container) => !container.spec.volumeMounts.some((mount) => normalPath(mount.mountPath) === tokenPath))
    .map((container) => ({ container, readOnly: true, at: tokenPath, hostPath: undefined }));
}

/** The host directory behind a claim, when its PersistentVolume is one of the kinds that lie on the node. */
function claimedPath(estate: Estate, namespace: string, claim: string): string | undefined {
  const fact = estate.get(
    'kubernetes.persistent-volume-claim',
    kubernetesId('PersistentVolumeClaim', namespace, claim),
  );
  const volume = fact?.data.spec.volumeName;
  if (volume === undefined) return undefined;
  const spec = estate.get('kubernetes.persistent-volume', kubernetesId('PersistentVolume', undefined, volume))?.data
    .spec;
  return spec?.hostPath?.path ?? spec?.local?.path;
}

/** Without `.`, empty parts and a final slash; `..` takes a part away, as the kernel would. */
export function normalPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}`;
}
