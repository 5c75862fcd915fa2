import { array, at, textAt } from '../../../../intake/foreign.ts';
import type { Channel } from './channel.ts';

/**
 * Flux: every reconciler honours `spec.suspend` of its own kind (fluxcd.io/flux/components, "Suspend"). A source that is
 * suspended fetches nothing new; what applies it goes on with the last artifact until it is suspended as well.
 */
const kindsByGroup: Readonly<Record<string, readonly string[]>> = {
  'kustomize.toolkit.fluxcd.io': ['Kustomization'],
  'helm.toolkit.fluxcd.io': ['HelmRelease'],
  'source.toolkit.fluxcd.io': ['GitRepository', 'OCIRepository', 'HelmRepository', 'HelmChart', 'Bucket'],
  'image.toolkit.fluxcd.io': ['ImageRepository', 'ImageUpdateAutomation'],
  'notification.toolkit.fluxcd.io': ['Receiver'],
};

export const fluxKinds: readonly Channel[] = Object.entries(kindsByGroup).map(([group, kinds]) => ({
  group,
  kinds,
  fields: [{ path: ['spec', 'suspend'], value: true }],
  remark: 'A reconciliation that is running ends by itself.',
  underWay: (object) => {
    const reconciling = array(at(object, 'status', 'conditions')).find(
      (condition) => textAt(condition, 'type') === 'Reconciling' && textAt(condition, 'status') === 'True',
    );
    return reconciling === undefined ? undefined : 'The last status says that a reconciliation is running.';
  },
}));
