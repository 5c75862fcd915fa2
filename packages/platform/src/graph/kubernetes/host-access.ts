/**
 * What of the host a container can touch: capabilities as the runtime hands them out, and host directories as mounted.
 */
import type { ContainerView, Mount, PodView } from './pods.ts';
import { normalPath } from './pods.ts';

/** Privileged, and root in the host's sense: inside a user namespace it is an ordinary user of the host. */
export function isPrivileged(pod: PodView, container: ContainerView): boolean {
  return container.spec.securityContext?.privileged === true && pod.spec.hostUsers !== false;
}

/**
 * Whether a container is given a capability by name. containerd's order: `ALL` in add, `ALL` in drop, the added ones, then
 * the dropped ones, so the last word is a drop by name.
 */
export function hasCapability(pod: PodView, container: ContainerView, capability: string): boolean {
  const lists = container.spec.securityContext?.capabilities;
  if (lists === undefined || pod.spec.hostUsers === false) return false;
  const [add, drop] = [lists.add, lists.drop].map((list) =>
    list.map((name) => name.toUpperCase().replace(/^CAP_/, '')),
  );
  if (drop?.includes(capability) === true) return false;
  if (add?.includes(capability) === true) return true;
  return add?.includes('ALL') === true && drop?.includes('ALL') !== true;
}

/**
 * How likely a process gets the capabilities that its container is given. An ordinary user has none of them (they are a bound
 * and not a gift), and where privilege escalation is off (`no_new_privs`, prctl(2)) no program makes it root.
 */
export function capabilityOdds(container: ContainerView): number {
  const bound = container.spec.securityContext?.allowPrivilegeEscalation === false;
  return container.nonRoot && bound ? 0 : rootOdds(container);
}

/** Root-only steps work at even odds for a container that is said to run as another user: it needs a way to root first. */
export function rootOdds(container: ContainerView): number {
  return container.nonRoot ? 0.5 : 1;
}

/**
 * Host directories whose content the host executes or believes: who writes there (or to a directory above or below) runs
 * code on the host. Data directories (`/data`, `/mnt`, `/srv`, `/tmp`, `/opt/<something>`) are not among them.
 */
const executedByHost = [
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/home',
  '/lib',
  '/lib64',
  '/opt/cni',
  '/proc',
  '/root',
  '/run/systemd',
  '/sbin',
  '/sys',
  '/usr',
  '/var/lib/containerd',
  '/var/lib/docker',
  '/var/lib/etcd',
  '/var/lib/kubelet',
  '/var/lib/rancher',
  '/var/spool/cron',
];
/** Below these, but harmless: what node agents are usually given. */
const harmless = [
  '/etc/machine-id',
  '/etc/localtime',
  '/etc/os-release',
  '/etc/hostname',
  '/usr/share/zoneinfo',
  '/sys/fs/cgroup',
];

type HostMount = Pick<Mount, 'hostPath' | 'readOnly'>;

export function writesHost(mount: HostMount): boolean {
  if (mount.readOnly || mount.hostPath === undefined) return false;
  const path = unlinked(mount.hostPath);
  if (harmless.some((safe) => isWithin(path, safe))) return false;
  return executedByHost.some((sensitive) => isWithin(path, sensitive) || isWithin(sensitive, path));
}

/** What KubeHound takes for harmless; it assumes every other writable mount to be a way out. */
const kubehoundSafe = new Set([
  '/var/run/datadog-agent',
  '/etc/datadog-agent',
  '/etc/datadog-agent/auth',
  '/etc/datadog',
]);

export function writesHostByConvention(mount: Mount): boolean {
  return !mount.readOnly && mount.hostPath !== undefined && !kubehoundSafe.has(mount.hostPath);
}

/**
 * Directories that hold a key to the host: who reads one of them (or a directory above) can sign in as root or as the node.
 * Not `/proc`: the files below a process take the rights to trace it (HOST_PROCESS_READ).
 */
const keysOfHost = [
  '/etc/kubernetes',
  '/etc/shadow',
  '/etc/ssh',
  '/root/.ssh',
  '/home',
  '/var/lib/etcd',
  '/var/lib/kubelet',
];

export function readsHost(mount: HostMount): boolean {
  return (
    mount.hostPath !== undefined &&
    keysOfHost.some((key) => isWithin(key, mount.hostPath ?? '') || isWithin(mount.hostPath ?? '', key))
  );
}

/** Whether a mount contains a path of the host. `/var/run` is a link to `/run` on every current distribution. */
export function mountsPath(mount: Mount, path: string): boolean {
  if (mount.hostPath === undefined) return false;
  return isWithin(unlinked(path), unlinked(mount.hostPath));
}

/** Whether `path` is `parent` or lies below it. */
export function isWithin(path: string, parent: string): boolean {
  return parent === '/' || path === parent || path.startsWith(`${parent}/`);
}

function unlinked(path: string): string {
  const normal = normalPath(path);
  return isWithin(normal, '/var/run') ? normal.slice('/var'.length) : normal;
}
