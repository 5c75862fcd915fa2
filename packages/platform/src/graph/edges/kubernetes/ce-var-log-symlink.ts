import type { DerivedEdge, DeriveOptions, EdgeRule, Estate } from '@firebreak/contract';
import { mountsIn } from '../../kubernetes/escapes.ts';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { podNeeds, rightsNeeds } from '../../kubernetes/needs.ts';
import { type ContainerView, type PodView, podsOf } from '../../kubernetes/pods.ts';
import { grantsIn, powerOf } from '../../kubernetes/powers.ts';
import { type Grant, grantFacts, rbacOf } from '../../kubernetes/rbac.ts';

const logPaths = new Set(['/var', '/var/log', '/var/log/pods', '/var/log/containers']);

/**
 * Two holdings at once: a container that can plant the link, and a right to have the kubelet read it. They may belong to
 * different identities, as they are used in different requests. A writable `/` is left to EXPLOIT_HOST_WRITE. KubeHound
 * asks that the container's own account holds the right, and counts any mount of `/`, `/var` or `/var/log`.
 */
export default {
  label: 'CE_VAR_LOG_SYMLINK',
  from: ['Container', 'PermissionSet'],
  to: ['Node'],
  needs: [...podNeeds, ...rightsNeeds],
  techniques: ['T1611', 'T1552'],
  traverse: 'minutes',
  explain: {
    what: 'Reads any file of the node as root, its keys first.',
    why: 'The container can replace a log file by a link, and the kubelet follows links when it is asked for logs.',
    cut: 'Stop the workload, or take the right to read logs away from those who also hold the container.',
  },
  aka: { kubehound: 'CE_VAR_LOG_SYMLINK' },
  severedBy: podStops,
  derive,
  levers: stopPods,
} satisfies EdgeRule;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  const readers = grantsIn(estate, options).filter(
    (grant) => readsLogs(grant, undefined) || grant.namespace !== undefined,
  );
  for (const pod of podsOf(estate).all) {
    for (const container of pod.containers) {
      const path = options.convention === 'kubehound' ? anyLogMount(pod, container) : writableLogMount(pod, container);
      if (path === undefined) continue;
      if (options.convention === 'kubehound') {
        const grant = rbacOf(estate)
          .namedIdentities.get(pod.account)
          ?.find((it) => readsPodLogs(it));
        if (grant !== undefined)
          yield { from: container.id, to: pod.node, facts: [...pod.facts, ...grantFacts(grant)], note: path };
        continue;
      }
      for (const grant of readers) {
        if (!readsLogs(grant, pod)) continue;
        yield {
          from: container.id,
          with: [grant.id],
          to: pod.node,
          facts: [...pod.facts, ...grantFacts(grant)],
          note: path,
        };
      }
    }
  }
}

function writableLogMount(pod: PodView, container: ContainerView): string | undefined {
  for (const [, mount] of mountsIn(pod, container))
    if (!mount.readOnly && logPaths.has(mount.hostPath ?? '')) return mount.hostPath;
  return undefined;
}

function anyLogMount(pod: PodView, container: ContainerView): string | undefined {
  for (const [, mount] of mountsIn(pod, container))
    if (['/', '/var', '/var/log'].includes(mount.hostPath ?? '')) return mount.hostPath;
  return undefined;
}

/** Logs of this pod through the API server, or of the whole node through the kubelet. Without a pod: any. */
function readsLogs(grant: Grant, pod: PodView | undefined): boolean {
  const node = ['nodes/log', 'nodes/proxy'].some(
    (resource) => powerOf(grant, { verbs: ['get'], group: '', resource, clusterScoped: true }) !== undefined,
  );
  if (node) return true;
  const power = powerOf(grant, { verbs: ['get'], group: '', resource: 'pods/log' });
  if (power === undefined || pod === undefined) return power !== undefined;
  return (
    (power.namespace ?? pod.namespace) === pod.namespace && (power.names === 'any' || power.names.includes(pod.name))
  );
}

function readsPodLogs(grant: Grant): boolean {
  return powerOf(grant, { verbs: ['get'], group: '', resource: 'pods/log' })?.names === 'any';
}
