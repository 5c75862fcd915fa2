/**
 * KubeHound's reading of pods, for the comparison only: an identity is what a binding names, and the only volumes are host
 * directories and the tokens of such identities (pkg/kubehound/models/converter/store.go).
 */
import type { Estate, NodeId } from '@firebreak/contract';
import type { PodView, VolumeView } from './pods.ts';
import { rbacOf } from './rbac.ts';

export function identityInConvention(estate: Estate, identity: NodeId): boolean {
  return rbacOf(estate).namedIdentities.has(identity);
}

export function volumeInConvention(estate: Estate, pod: PodView, volume: VolumeView): boolean {
  return volume.source.hostPath !== undefined || (volume.token && identityInConvention(estate, pod.account));
}
