/**
 * A big Kubernetes cluster of our own making, the same for the same number: what `kubectl get … -o json` would print of 400
 * teams' namespaces, their deployments with replica sets and pods, accounts, roles, bindings, secrets and services, the
 * machines under them, and the platform's own agents that run everywhere with too many rights.
 */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { seeded, skewed } from './random.ts';

type KubernetesObject = { readonly apiVersion: string; readonly kind: string; readonly [field: string]: unknown };

const rbac = 'rbac.authorization.k8s.io/v1';
const podsPerNode = 50;

/** Every object of a cluster with this many pods, one at a time. */
function* kubernetesCluster(pods: number, namespaces = 400): Generator<KubernetesObject> {
  const random = seeded(25_000);
  const nodes = Math.ceil(pods / podsPerNode);
  const agents = platformAgents();
  const teamPods = pods - agents.length * nodes;
  for (let node = 0; node < nodes; node += 1) yield machine(node);
  yield* clusterRoles();
  yield* platform(agents, nodes);
  for (let team = 0; team < namespaces; team += 1) {
    const share = Math.floor((teamPods * (team + 1)) / namespaces) - Math.floor((teamPods * team) / namespaces);
    yield* teamNamespace(team, share, nodes, random);
  }
}

/** Writes a cluster as one `List` in JSON. @returns how many objects */
export async function writeCluster(file: string, pods: number): Promise<number> {
  let count = 0;
  function* lines(): Generator<string> {
    let chunk = '{"apiVersion":"v1","kind":"List","items":[';
    for (const object of kubernetesCluster(pods)) {
      chunk += `${count === 0 ? '' : ','}\n${JSON.stringify(object)}`;
      count += 1;
      if (chunk.length < 65_536) continue;
      yield chunk;
      chunk = '';
    }
    yield `${chunk}\n]}\n`;
  }
  await pipeline(Readable.from(lines()), createWriteStream(file));
  return count;
}

function metadata(namespace: string | undefined, name: string, more: object = {}) {
  return { name, ...(namespace === undefined ? {} : { namespace }), uid: `uid-${namespace ?? ''}-${name}`, ...more };
}

function* teamNamespace(team: number, pods: number, nodes: number, random: () => number): Generator<KubernetesObject> {
  const namespace = `team-${String(team).padStart(3, '0')}`;
  yield {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: metadata(undefined, namespace, { labels: { team: namespace } }),
  };
  for (const [name, type] of [
    ['database', 'Opaque'],
    ['registry', 'kubernetes.io/dockerconfigjson'],
    ['cloud', 'Opaque'],
  ]) {
    yield {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: metadata(namespace, name as string),
      type,
      data: { value: 'eA==' },
    };
  }
  yield {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata(namespace, 'settings'),
    data: { mode: 'production' },
  };
  yield account(namespace, 'default');
  yield account(namespace, 'deployer');
  yield role(namespace, 'deploy', [
    { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'create', 'update', 'patch'] },
    { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
  ]);
  yield binding(namespace, 'deploy', 'Role', 'deploy', 'deployer', namespace);
  yield binding(namespace, 'team-edit', 'ClusterRole', 'edit', undefined, `${namespace}-developers`);
  if (team % 10 === 0) {
    yield account(namespace, 'debugger');
    yield role(namespace, 'debug', [{ apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] }]);
    yield binding(namespace, 'debug', 'Role', 'debug', 'debugger', namespace);
  }

  for (let left = pods, app = 0; left > 0; app += 1) {
    const replicas = Math.min(left, 1 + skewed(random, 12, 2));
    left -= replicas;
    const name = `app-${app}`;
    const reads = app % 4 === 0;
    yield account(namespace, name);
    if (reads) {
      yield role(namespace, `${name}-secrets`, [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }]);
      yield binding(namespace, `${name}-secrets`, 'Role', `${name}-secrets`, name, namespace);
    }
    const spec = podSpec(name, reads ? 'database' : undefined);
    yield deployment(namespace, name, replicas, spec);
    yield replicaSet(namespace, name, replicas, spec);
    yield {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadata(namespace, name),
      spec: { type: 'ClusterIP', selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
    };
    for (let replica = 0; replica < replicas; replica += 1) {
      yield pod(
        namespace,
        `${name}-5d4f7c9b8-${replica}`,
        `${name}-5d4f7c9b8`,
        'ReplicaSet',
        { app: name },
        {
          ...spec,
          nodeName: nodeName(Math.floor(random() * nodes)),
        },
      );
    }
  }
}

function podSpec(name: string, secret: string | undefined) {
  return {
    serviceAccountName: name,
    containers: [
      {
        name: 'app',
        image: `registry.example/${name}:1`,
        ports: [{ containerPort: 8080 }],
        volumeMounts: [
          { name: 'token', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true },
          { name: 'settings', mountPath: '/etc/settings' },
        ],
        ...(secret === undefined
          ? {}
          : { env: [{ name: 'DB', valueFrom: { secretKeyRef: { name: secret, key: 'value' } } }] }),
      },
      { name: 'proxy', image: 'registry.example/proxy:1' },
    ],
    volumes: [
      { name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'token', expirationSeconds: 3607 } }] } },
      { name: 'settings', configMap: { name: 'settings' } },
    ],
  };
}

function deployment(namespace: string, name: string, replicas: number, spec: object): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata(namespace, name, { labels: { app: name } }),
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec },
    },
  };
}

function replicaSet(namespace: string, name: string, replicas: number, spec: object): KubernetesObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: metadata(namespace, `${name}-5d4f7c9b8`, {
      labels: { app: name },
      ownerReferences: [owner('Deployment', name, namespace)],
    }),
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec },
    },
  };
}

function pod(
  namespace: string,
  name: string,
  ownerName: string,
  ownerKind: string,
  labels: object,
  spec: object,
): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: metadata(namespace, name, { labels, ownerReferences: [owner(ownerKind, ownerName, namespace)] }),
    spec,
    status: { phase: 'Running' },
  };
}

function owner(kind: string, name: string, namespace: string) {
  return { apiVersion: 'apps/v1', kind, name, uid: `uid-${namespace}-${name}`, controller: true };
}

function account(namespace: string, name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(namespace, name) };
}

function role(namespace: string, name: string, rules: readonly object[]): KubernetesObject {
  return { apiVersion: rbac, kind: 'Role', metadata: metadata(namespace, name), rules };
}

/** @param who an account of `where`; when undefined, the group called `where` */
function binding(
  namespace: string | undefined,
  name: string,
  kind: string,
  roleName: string,
  who: string | undefined,
  where: string,
): KubernetesObject {
  const subject =
    who === undefined
      ? { kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: where }
      : { kind: 'ServiceAccount', name: who, namespace: where };
  return {
    apiVersion: rbac,
    kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: metadata(namespace, name),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: roleName },
    subjects: [subject],
  };
}

function nodeName(node: number): string {
  return `node-${String(node).padStart(4, '0')}`;
}

function machine(node: number): KubernetesObject {
  const labels = {
    'kubernetes.io/hostname': nodeName(node),
    ...(node < 3 ? { 'node-role.kubernetes.io/control-plane': '' } : {}),
  };
  return { apiVersion: 'v1', kind: 'Node', metadata: metadata(undefined, nodeName(node), { labels }), spec: {} };
}

function* clusterRoles(): Generator<KubernetesObject> {
  const clusterRole = (name: string, rules: readonly object[]) => {
    return { apiVersion: rbac, kind: 'ClusterRole', metadata: metadata(undefined, name), rules };
  };
  yield clusterRole('cluster-admin', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]);
  yield clusterRole('edit', [
    {
      apiGroups: ['', 'apps'],
      resources: ['pods', 'deployments', 'configmaps', 'secrets'],
      verbs: ['get', 'list', 'create', 'update', 'patch', 'delete'],
    },
    { apiGroups: [''], resources: ['pods/exec', 'pods/portforward'], verbs: ['create'] },
  ]);
  yield clusterRole('secret-reader', [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch'] }]);
  yield clusterRole('metrics', [
    { apiGroups: [''], resources: ['nodes/proxy', 'pods', 'services'], verbs: ['get', 'list'] },
  ]);
  yield clusterRole('workloads', [
    { apiGroups: ['apps'], resources: ['deployments', 'statefulsets', 'daemonsets'], verbs: ['*'] },
    { apiGroups: [''], resources: ['pods', 'services'], verbs: ['*'] },
  ]);
}

interface Agent {
  readonly name: string;
  readonly role: string;
  readonly spec: object;
}

/** Agents with a pod on every node. */
function platformAgents(): Agent[] {
  const hostPath = (name: string, path: string) => ({ name, hostPath: { path } });
  return [
    {
      name: 'network',
      role: 'metrics',
      spec: {
        hostNetwork: true,
        containers: [
          {
            name: 'agent',
            image: 'registry.example/network:1',
            securityContext: { privileged: true },
            volumeMounts: [{ name: 'run', mountPath: '/run' }],
          },
        ],
        volumes: [hostPath('run', '/run')],
      },
    },
    {
      name: 'logs',
      role: 'metrics',
      spec: {
        containers: [
          {
            name: 'agent',
            image: 'registry.example/logs:1',
            volumeMounts: [{ name: 'logs', mountPath: '/var/log', readOnly: true }],
          },
        ],
        volumes: [hostPath('logs', '/var/log')],
      },
    },
  ];
}

function* platform(agents: readonly Agent[], nodes: number): Generator<KubernetesObject> {
  const namespace = 'platform';
  yield { apiVersion: 'v1', kind: 'Namespace', metadata: metadata(undefined, namespace) };
  for (const [name, roleName] of [
    ['delivery', 'cluster-admin'],
    ['secrets-sync', 'secret-reader'],
    ['autoscaler', 'workloads'],
  ]) {
    yield account(namespace, name as string);
    yield binding(undefined, name as string, 'ClusterRole', roleName as string, name as string, namespace);
    const spec = podSpec(name as string, undefined);
    yield deployment(namespace, name as string, 0, spec);
  }
  for (const { name, role: roleName, spec } of agents) {
    yield account(namespace, name);
    yield binding(undefined, name, 'ClusterRole', roleName, name, namespace);
    const template = { metadata: { labels: { app: name } }, spec: { serviceAccountName: name, ...spec } };
    yield {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: metadata(namespace, name),
      spec: { selector: { matchLabels: { app: name } }, template },
    };
    for (let node = 0; node < nodes; node += 1) {
      const own = { serviceAccountName: name, ...spec, nodeName: nodeName(node) };
      yield pod(namespace, `${name}-${node}`, name, 'DaemonSet', { app: name }, own);
    }
  }
}
