/** Out of the container: the rules about what of the host it can touch. */
import { type CaseTable, can, canEverywhere, node, object, pod, podWithHostPath, workload } from './world.case.ts';

const privileged = { securityContext: { privileged: true } };
const adds = (...add: string[]) => ({ securityContext: { capabilities: { add } } });
const toNode = ['Container/prod/a/a -> Node/n1'];
const stop = ['kubernetes.delete-pod'];

const rayCluster = (name: string, container: object, meta: object = {}) =>
  object(
    'ray.io/v1',
    'RayCluster',
    name,
    { spec: { headGroupSpec: { template: { spec: { containers: [{ name, image: 'x', ...container }] } } } } },
    meta,
  );

export const escapeCases: CaseTable = {
  CE_PRIV_MOUNT: {
    holds: [
      { world: [pod('a', privileged)], edges: toNode, levers: stop },
      {
        world: [workload('Deployment', 'a', privileged)],
        edges: ['Container/prod/a/a -> Node/(unscheduled)'],
        levers: ['kubernetes.scale-to-zero'],
      },
      {
        world: [workload('DaemonSet', 'a', privileged)],
        edges: ['Container/prod/a/a -> Node/(unscheduled)'],
        levers: ['kubernetes.park-daemonset'],
      },
      {
        world: [workload('Job', 'a', privileged)],
        edges: ['Container/prod/a/a -> Node/(unscheduled)'],
        levers: ['kubernetes.suspend-job'],
      },
      {
        world: [workload('CronJob', 'a', privileged)],
        edges: ['Container/prod/a/a -> Node/(unscheduled)'],
        levers: ['kubernetes.suspend-job'],
      },
      {
        world: [rayCluster('a', privileged)],
        edges: ['Container/prod/a-head/a -> Node/(unscheduled)'],
        levers: ['kubernetes.suspend-operated'],
      },
      {
        // The job starts its cluster again: the job is what must be stopped.
        world: [
          object('ray.io/v1', 'RayJob', 'job', { spec: { clusterSelector: { a: 'b' } } }),
          rayCluster('a', privileged, {
            ownerReferences: [{ apiVersion: 'ray.io/v1', kind: 'RayJob', name: 'job', controller: true }],
          }),
        ],
        edges: ['Container/prod/a-head/a -> Node/(unscheduled)'],
      },
    ],
    nearMisses: [
      { because: 'SYS_ADMIN is not privileged', world: [pod('a', adds('SYS_ADMIN'))] },
      { because: 'root is mapped to another user of the host', world: [pod('a', privileged, { hostUsers: false })] },
      {
        because: 'the pod has ended',
        world: [{ ...pod('a', privileged), status: { phase: 'Succeeded' } }],
      },
      {
        because: 'an init container has ended when the pod runs',
        world: [pod('a', {}, { initContainers: [{ name: 'init', image: 'x', ...privileged }] })],
      },
      {
        because: 'the workload is scaled to zero',
        world: [
          object('apps/v1', 'Deployment', 'a', {
            spec: {
              replicas: 0,
              selector: {},
              template: { spec: { containers: [{ name: 'a', image: 'x', ...privileged }] } },
            },
          }),
        ],
      },
    ],
  },
  CE_NSENTER: {
    holds: [{ world: [pod('a', privileged, { hostPID: true })], edges: toNode, levers: stop }],
    nearMisses: [
      { because: 'privileged, but in its own process namespace', world: [pod('a', privileged)] },
      { because: 'sees the host’s processes, but is not privileged', world: [pod('a', {}, { hostPID: true })] },
    ],
  },
  CE_MODULE_LOAD: {
    holds: [
      { world: [pod('a', adds('SYS_MODULE'))], edges: toNode, levers: stop },
      { world: [pod('a', privileged)], edges: toNode },
      { world: [pod('a', adds('ALL'))], edges: toNode },
      {
        world: [pod('a', { securityContext: { capabilities: { add: ['cap_sys_module'], drop: ['ALL'] } } })],
        edges: toNode,
      },
    ],
    nearMisses: [
      { because: 'another capability', world: [pod('a', adds('SYS_TIME'))] },
      {
        because: 'the drop by name comes last',
        world: [pod('a', { securityContext: { capabilities: { add: ['ALL'], drop: ['SYS_MODULE'] } } })],
      },
    ],
  },
  CE_SYS_PTRACE: {
    holds: [
      { world: [pod('a', adds('SYS_PTRACE', 'SYS_ADMIN'), { hostPID: true })], edges: toNode, levers: stop },
      { world: [pod('a', adds('SYS_PTRACE'), { hostPID: true })], edges: toNode },
    ],
    nearMisses: [
      { because: 'its own process namespace', world: [pod('a', adds('SYS_PTRACE', 'SYS_ADMIN'))] },
      { because: 'another capability', world: [pod('a', adds('SYS_ADMIN'), { hostPID: true })] },
      { because: 'privileged takes CE_NSENTER', world: [pod('a', privileged, { hostPID: true })] },
    ],
  },
  CE_HOST_PROCESS: {
    holds: [
      {
        world: [pod('a', {}, { securityContext: { windowsOptions: { hostProcess: true } } })],
        edges: toNode,
        levers: stop,
      },
      { world: [pod('a', { securityContext: { windowsOptions: { hostProcess: true } } })], edges: toNode },
    ],
    nearMisses: [
      { because: 'it shares the network of the node only', world: [pod('a', {}, { hostNetwork: true })] },
      {
        because: 'the container’s word wins over the pod’s',
        world: [
          pod(
            'a',
            { securityContext: { windowsOptions: { hostProcess: false } } },
            { securityContext: { windowsOptions: { hostProcess: true } } },
          ),
        ],
      },
    ],
  },
  CE_SYS_ADMIN: {
    holds: [{ world: [pod('a', adds('SYS_ADMIN'))], edges: toNode, levers: stop }],
    nearMisses: [
      { because: 'privileged takes CE_PRIV_MOUNT', world: [pod('a', privileged)] },
      { because: 'in a user namespace it is nobody', world: [pod('a', adds('SYS_ADMIN'), { hostUsers: false })] },
      { because: 'another capability', world: [pod('a', adds('NET_ADMIN'))] },
    ],
  },
  CE_DAC_READ_SEARCH: {
    holds: [{ world: [pod('a', adds('DAC_READ_SEARCH'))], edges: toNode, levers: stop }],
    nearMisses: [
      {
        because: 'an ordinary user that cannot become root has no capability',
        world: [
          pod('a', {
            securityContext: {
              runAsUser: 1000,
              allowPrivilegeEscalation: false,
              capabilities: { add: ['DAC_READ_SEARCH'] },
            },
          }),
        ],
      },
      { because: 'DAC_OVERRIDE, which all have, does not open by handle', world: [pod('a', adds('DAC_OVERRIDE'))] },
      { because: 'in a user namespace it is nobody', world: [pod('a', adds('DAC_READ_SEARCH'), { hostUsers: false })] },
    ],
  },
  HOST_PROCESS_READ: {
    holds: [
      {
        world: [pod('a', {}, { hostPID: true }), pod('b', {}, { serviceAccountName: 'sa' })],
        edges: ['Container/prod/a/a -> Volume/prod/b/kube-api-access'],
        levers: [...stop, ...stop],
      },
      {
        world: [podWithHostPath('a', '/proc', { readOnly: true }), pod('b', {}, { serviceAccountName: 'sa' })],
        edges: ['Container/prod/a/a -> Volume/prod/b/kube-api-access'],
      },
    ],
    nearMisses: [
      { because: 'its own process namespace', world: [pod('a'), pod('b', {}, { serviceAccountName: 'sa' })] },
      {
        because: 'not root',
        world: [
          pod('a', { securityContext: { runAsUser: 65534 } }, { hostPID: true }),
          pod('b', {}, { serviceAccountName: 'sa' }),
        ],
      },
      {
        because: 'another node',
        world: [pod('a', {}, { hostPID: true }), pod('b', {}, { serviceAccountName: 'sa', nodeName: 'n2' })],
        edge: 'Container/prod/a/a -> Volume/prod/b/kube-api-access',
      },
    ],
  },
  CE_UMH_CORE_PATTERN: {
    holds: [{ world: [podWithHostPath('a', '/proc/sys')], edges: toNode, levers: stop }],
    nearMisses: [
      { because: 'mounted read-only', world: [podWithHostPath('a', '/proc/sys', { readOnly: true })] },
      { because: 'not root', world: [podWithHostPath('a', '/proc', {}, { securityContext: { runAsUser: 1000 } })] },
      { because: 'the whole disk is EXPLOIT_HOST_WRITE', world: [podWithHostPath('a', '/')] },
      { because: 'a subPath mounts something else', world: [podWithHostPath('a', '/proc', { subPath: 'net' })] },
    ],
  },
  CE_VAR_LOG_SYMLINK: {
    holds: [
      {
        world: [podWithHostPath('a', '/var/log'), ...can('reader', ['get pods/log'])],
        edges: ['Container/prod/a/a + PermissionSet/prod/reader::reader -> Node/n1'],
        levers: stop,
      },
      {
        world: [podWithHostPath('a', '/var/log/'), ...canEverywhere('reader', ['get nodes/log'])],
        edges: ['Container/prod/a/a + PermissionSet/reader::reader -> Node/n1'],
      },
    ],
    nearMisses: [
      { because: 'nobody may read logs', world: [podWithHostPath('a', '/var/log'), ...can('reader', ['get pods'])] },
      { because: 'nothing is mounted', world: [pod('a'), ...can('reader', ['get pods/log'])] },
      {
        because: 'a link cannot be planted',
        world: [podWithHostPath('a', '/var/log', { readOnly: true }), ...can('reader', ['get pods/log'])],
      },
      {
        because: 'logs of another pod',
        world: [podWithHostPath('a', '/var/log'), ...can('reader', ['get pods/log other'])],
      },
      {
        because: 'node logs are cluster-scoped',
        world: [podWithHostPath('a', '/var/log'), ...can('reader', ['get nodes/log'])],
      },
    ],
  },
  EXPLOIT_CONTAINERD_SOCK: {
    holds: [
      { world: [podWithHostPath('a', '/run/containerd/containerd.sock')], edges: toNode, levers: stop },
      { world: [podWithHostPath('a', '/var/run', { readOnly: true })], edges: toNode },
    ],
    nearMisses: [
      { because: 'another socket', world: [podWithHostPath('a', '/run/docker.sock')] },
      { because: 'a directory beside it', world: [podWithHostPath('a', '/run/containerd-logs')] },
    ],
  },
  EXPLOIT_CRIO_SOCK: {
    holds: [{ world: [podWithHostPath('a', '/var/run/crio')], edges: toNode, levers: stop }],
    nearMisses: [{ because: 'another runtime', world: [podWithHostPath('a', '/run/containerd')] }],
  },
  EXPLOIT_DOCKER_SOCK: {
    holds: [
      { world: [podWithHostPath('a', '/var/run/docker.sock')], edges: toNode, levers: stop },
      { world: [podWithHostPath('a', '/run/podman', { readOnly: true })], edges: toNode },
    ],
    nearMisses: [{ because: 'only its logs', world: [podWithHostPath('a', '/var/lib/docker/containers')] }],
  },
  EXPLOIT_HOST_WRITE: {
    holds: [
      { world: [podWithHostPath('a', '/')], edges: ['Volume/prod/a/host -> Node/n1'], levers: stop },
      { world: [podWithHostPath('a', '/etc/cron.d')], edges: ['Volume/prod/a/host -> Node/n1'] },
      { world: [podWithHostPath('a', '/var/run')], edges: ['Volume/prod/a/host -> Node/n1'] },
      {
        world: [
          pod(
            'a',
            { volumeMounts: [{ name: 'host', mountPath: '/h' }] },
            {
              volumes: [{ name: 'host', hostPath: { path: '/etc' } }],
              containers: [
                { name: 'a', image: 'x', volumeMounts: [{ name: 'host', mountPath: '/h' }] },
                { name: 'b', image: 'x', volumeMounts: [{ name: 'host', mountPath: '/h', readOnly: true }] },
              ],
            },
          ),
        ],
        edges: ['Volume/prod/a/host + Container/prod/a/a -> Node/n1'],
      },
      {
        world: [
          pod(
            'a',
            { volumeMounts: [{ name: 'data', mountPath: '/d' }] },
            { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'c' } }] },
          ),
          object('v1', 'PersistentVolumeClaim', 'c', { spec: { volumeName: 'pv' } }),
          {
            apiVersion: 'v1',
            kind: 'PersistentVolume',
            metadata: { name: 'pv' },
            spec: { hostPath: { path: '/usr' } },
          },
        ],
        edges: ['Volume/prod/a/data -> Node/n1'],
      },
    ],
    nearMisses: [
      { because: 'mounted read-only', world: [podWithHostPath('a', '/', { readOnly: true })] },
      { because: 'the host runs nothing from there', world: [podWithHostPath('a', '/data/models')] },
      {
        because: 'no container mounts it',
        world: [pod('a', {}, { volumes: [{ name: 'host', hostPath: { path: '/' } }] })],
      },
      { because: 'the subPath is harmless', world: [podWithHostPath('a', '/', { subPath: 'data/models' })] },
    ],
  },
  EXPLOIT_HOST_READ: {
    holds: [
      {
        world: [podWithHostPath('a', '/root', { readOnly: true })],
        edges: ['Volume/prod/a/host -> Node/n1'],
        levers: stop,
      },
    ],
    nearMisses: [
      { because: 'nothing secret lies there', world: [podWithHostPath('a', '/usr/share', { readOnly: true })] },
      { because: 'writable is EXPLOIT_HOST_WRITE', world: [podWithHostPath('a', '/root')] },
      { because: 'processes are not for everybody', world: [podWithHostPath('a', '/proc', { readOnly: true })] },
    ],
  },
  EXPLOIT_HOST_TRAVERSE: {
    holds: [
      {
        world: [
          podWithHostPath('a', '/var/lib/kubelet', { readOnly: true }),
          pod('b', {}, { serviceAccountName: 'sa' }),
        ],
        edges: ['Volume/prod/a/host -> Volume/prod/b/kube-api-access'],
        levers: [...stop, ...stop],
      },
    ],
    nearMisses: [
      {
        because: 'the pods are on different nodes',
        world: [podWithHostPath('a', '/var/lib/kubelet'), pod('b', {}, { serviceAccountName: 'sa', nodeName: 'n2' })],
      },
      {
        because: 'tokens do not lie there',
        world: [podWithHostPath('a', '/var/log'), pod('b', {}, { serviceAccountName: 'sa' })],
      },
    ],
  },
  CONTROL_PLANE_HOST: {
    holds: [
      {
        world: [node('n1', { 'node-role.kubernetes.io/control-plane': '' })],
        edges: ['Node/n1 -> Privilege/cluster-admin'],
      },
      {
        world: [
          pod('kube-apiserver-n1', {}, {}, { namespace: 'kube-system', labels: { component: 'kube-apiserver' } }),
        ],
        edges: ['Node/n1 -> Privilege/cluster-admin'],
      },
    ],
    nearMisses: [
      { because: 'a worker', world: [node('n1')] },
      {
        because: 'anybody can put the label on a pod',
        world: [pod('fake', {}, {}, { labels: { component: 'etcd' } })],
      },
    ],
  },
  NETWORK_MITM: {
    holds: [
      {
        world: [
          pod('a', adds('NET_ADMIN'), { hostNetwork: true }),
          pod('b', { ports: [{ name: 'http', containerPort: 80 }] }),
        ],
        edges: ['Container/prod/a/a -> Endpoint/prod/b/port/b/80-TCP'],
        levers: stop,
      },
    ],
    nearMisses: [
      {
        because: 'its own network',
        world: [pod('a', adds('NET_ADMIN')), pod('b', { ports: [{ containerPort: 80 }] })],
      },
      {
        because: 'the other pod is on another node',
        world: [
          pod('a', adds('NET_ADMIN'), { hostNetwork: true }),
          pod('b', { ports: [{ containerPort: 80 }] }, { nodeName: 'n2' }),
        ],
      },
    ],
  },
};
