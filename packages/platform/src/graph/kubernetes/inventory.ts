/**
 * The populations that rights are about. Each is computed once per estate; rules name them and never build their own.
 */
import { clusterAdminId, type Estate, kubernetesId, type NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { podSecurity } from './admission.ts';
import { cloudIdentitiesOf } from './credentials.ts';
import { endpointsOf } from './endpoints.ts';
import { hostsOf } from './hosts.ts';
import { identitiesOf, mastersId, nodeUserId } from './identities.ts';
import { podsOf, unscheduled } from './pods.ts';
import { type Member, Population } from './populations.ts';
import { rbacOf } from './rbac.ts';

export const pods = perEstate(
  (estate) =>
    new Population(
      'pods',
      'pods',
      podsOf(estate).all.map(({ id, namespace, name, facts }) => ({ node: id, namespace, name, facts })),
    ),
);

/** Containers whose main process reads what is typed to it, by the name of their pod. */
export const openStdin = perEstate(
  (estate) =>
    new Population(
      'open-stdin',
      'containers with an open standard input',
      podsOf(estate).all.flatMap(({ namespace, name, facts, containers }) =>
        containers.filter(({ spec }) => spec.stdin === true).map(({ id }) => ({ node: id, namespace, name, facts })),
      ),
    ),
);

/** Without static pods: changing a mirror changes nothing that runs, and the server refuses debug containers for them. */
export const changeablePods = perEstate((estate) => {
  const mirrors = new Set(podsOf(estate).all.flatMap((pod) => (pod.mirror ? [pod.id] : [])));
  const all = pods(estate);
  if (mirrors.size === 0) return all;
  const members = [...all].filter(({ node }) => !mirrors.has(node));
  return new Population('changeable-pods', 'pods that can be changed', members);
});

/** The nodes below those of them in whose namespace admission refuses nothing, each under its pods' names. */
export const hostsOfOpenPods = perEstate((estate) => {
  const open = podsOf(estate).all.filter((pod) => !pod.mirror && podSecurity(estate, pod.namespace) === 'privileged');
  return new Population(
    'hosts-of-open-pods',
    'nodes below pods that may be given a privileged container',
    open.map(({ node, namespace, name, facts }) => ({ node, namespace, name, facts })),
    'of namespace',
  );
});

/** The volumes with a token for the API server, by node. */
export const tokenVolumes = perEstate(
  (estate) =>
    new Population(
      'token-volumes-on',
      'token volumes',
      podsOf(estate).all.flatMap((pod) =>
        pod.volumes
          .filter((volume) => volume.token)
          .map((volume) => ({ node: volume.id, namespace: pod.node, name: volume.name, facts: pod.facts })),
      ),
      'on',
    ),
);

export const serviceAccounts = perEstate(
  (estate) => new Population('service-accounts', 'service accounts', identities(estate, 'ServiceAccount')),
);

/** Accounts that some binding names: the only ones that KubeHound knows. */
export const boundAccounts = perEstate((estate) => {
  const bound = rbacOf(estate).namedIdentities;
  const known = [...serviceAccounts(estate)].filter((account) => bound.has(account.node));
  return new Population('bound-service-accounts', 'bound service accounts', known);
});

export const users = perEstate((estate) => new Population('users', 'users', identities(estate, 'User')));

/** Groups that can be claimed by a name in a certificate. The API server refuses `system:masters` there. */
export const claimableGroups = perEstate(
  (estate) =>
    new Population(
      'groups',
      'groups',
      identities(estate, 'Group').filter((group) => group.node !== mastersId),
    ),
);

export const groups = perEstate((estate) => new Population('all-groups', 'groups', identities(estate, 'Group')));

export const nodeUsers = perEstate(
  (estate) =>
    new Population(
      'node-users',
      'node identities',
      hostsOf(estate)
        .filter((host) => host.id !== unscheduled)
        .map((host) => ({ node: nodeUserId(host.name), namespace: undefined, name: host.name, facts: host.facts })),
    ),
);

export const hosts = perEstate(
  (estate) =>
    new Population(
      'nodes',
      'nodes',
      hostsOf(estate).map(({ id, name, facts }) => ({ node: id, namespace: undefined, name, facts })),
    ),
);

export const secrets = perEstate(
  (estate) => new Population('secrets', 'secrets', objects(estate, 'kubernetes.secret')),
);
const claims = perEstate(
  (estate) => new Population('claims', 'volume claims', objects(estate, 'kubernetes.persistent-volume-claim')),
);
const namespaces = perEstate(
  (estate) => new Population('namespaces', 'namespaces', objects(estate, 'kubernetes.namespace')),
);
const models = perEstate(
  (estate) => new Population('models', 'model workloads', objects(estate, 'kubernetes.model-workload')),
);
const channels = perEstate(
  (estate) => new Population('channels', 'delivery channels', objects(estate, 'kubernetes.delivery-channel')),
);

/** Accounts by their legacy token secrets: one member per account. */
export const legacyTokens = perEstate((estate) => {
  const members = new Map<NodeId, Member>();
  for (const fact of estate.all('kubernetes.secret')) {
    const account = tokenAccount(fact.data);
    const namespace = fact.data.metadata.namespace;
    if (account === undefined || namespace === undefined) continue;
    const node = kubernetesId('ServiceAccount', namespace, account);
    const known = members.get(node);
    members.set(node, { node, namespace, name: account, facts: [...(known?.facts ?? []), fact.id] });
  }
  return new Population('legacy-tokens', 'accounts with a token in a secret', members.values());
});

/** Credentials for the cloud roles that accounts stand for, by the account's name. */
export const cloudCredentials = perEstate(
  (estate) =>
    new Population(
      'cloud-credentials',
      'cloud credentials of service accounts',
      [...cloudIdentitiesOf(estate).values()]
        .flat()
        .map(({ id, holder, namespace, name }) => ({ node: id, namespace, name, facts: [holder] })),
    ),
);

/** What a new pod may simply ask for in its namespace: any account's token and what it opens in the cloud, any secret, any claim. */
export const podWishes = perEstate(
  (estate) =>
    new Population('pod-wishes', 'accounts, secrets and volume claims', [
      ...serviceAccounts(estate),
      ...cloudCredentials(estate),
      ...secrets(estate),
      ...claims(estate),
    ]),
);

const workloadPopulations = perEstate((estate) => {
  const byKind = new Map<string, Population>();
  for (const kind of [
    'Deployment',
    'StatefulSet',
    'DaemonSet',
    'ReplicaSet',
    'ReplicationController',
    'Job',
    'CronJob',
  ]) {
    const facts = estate.all('kubernetes.workload').filter((fact) => fact.data.workloadKind === kind);
    byKind.set(kind, new Population(`workloads-${kind}`, `${kind}s`, facts.map(member)));
  }
  return byKind;
});
export function workloads(kind: string): (estate: Estate) => Population {
  return (estate) => workloadPopulations(estate).get(kind) ?? new Population(`workloads-${kind}`, kind, []);
}

/** What cluster-admin holds: every object that stands for something, and every identity. */
export const everything = perEstate((estate) => {
  const populations = [
    pods,
    serviceAccounts,
    users,
    groups,
    nodeUsers,
    hosts,
    secrets,
    claims,
    namespaces,
    models,
    channels,
  ];
  const members = new Map<NodeId, Member>();
  for (const population of populations) for (const member of population(estate)) members.set(member.node, member);
  for (const fact of estate.all('kubernetes.workload')) members.set(fact.id, member(fact));
  for (const fact of estate.all('kubernetes.config-map')) members.set(fact.id, member(fact));
  for (const fact of estate.all('kubernetes.persistent-volume')) members.set(fact.id, member(fact));
  members.delete(clusterAdminId);
  return new Population('everything', 'objects and identities of the cluster', members.values());
});

/** The account that a legacy token secret speaks for. */
export function tokenAccount(secret: {
  readonly type?: string | undefined;
  readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
}): string | undefined {
  if (secret.type !== 'kubernetes.io/service-account-token') return undefined;
  return secret.metadata.annotations['kubernetes.io/service-account.name'];
}

function identities(estate: Estate, kind: 'ServiceAccount' | 'User' | 'Group'): Member[] {
  return [...identitiesOf(estate).values()].filter((identity) => identity.kind === kind).map(identityMember);
}

function identityMember(identity: {
  readonly id: NodeId;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly facts: readonly string[];
}): Member {
  return { node: identity.id, namespace: identity.namespace, name: identity.name, facts: identity.facts };
}

type ObjectKind =
  | 'kubernetes.secret'
  | 'kubernetes.persistent-volume-claim'
  | 'kubernetes.namespace'
  | 'kubernetes.model-workload'
  | 'kubernetes.delivery-channel';

function objects(estate: Estate, kind: ObjectKind): Member[] {
  return estate.all(kind).map(member);
}

function member(fact: {
  readonly id: string;
  readonly data: { readonly metadata: { readonly namespace?: string | undefined; readonly name: string } };
}): Member {
  return { node: fact.id, namespace: fact.data.metadata.namespace, name: fact.data.metadata.name, facts: [fact.id] };
}

/** Pods by the name of the node that they run on. */
export const podsByHost = perEstate((estate) => {
  const nameOf = new Map(hostsOf(estate).map((host) => [host.id, host.name]));
  const members = podsOf(estate).all.map(({ id, node, name, facts }) => ({
    node: id,
    namespace: nameOf.get(node),
    name,
    facts,
  }));
  return new Population('pods-on', 'pods', members, 'on');
});

/** Endpoints by the name of the node whose pods answer. */
export const endpointsByNode = perEstate((estate) => {
  const members = endpointsOf(estate).flatMap(({ id, name, facts, targets }) =>
    [...new Set(targets.map(({ pod }) => pod.spec.nodeName))].map((host) => ({
      node: id,
      namespace: host,
      name,
      facts,
    })),
  );
  return new Population('endpoints-on', 'endpoints', members, 'on');
});
