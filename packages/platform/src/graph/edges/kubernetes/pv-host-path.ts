import {
  type DerivedEdge,
  type DeriveOptions,
  type EdgeRule,
  type Estate,
  type FactId,
  kubernetesId,
} from '@firebreak/contract';
import { perEstate } from '../../../facts/estate.ts';
import { admitsHostAccess } from '../../kubernetes/admission.ts';
import { readsHost, writesHost } from '../../kubernetes/host-access.ts';
import { hosts } from '../../kubernetes/inventory.ts';
import { rightsNeeds } from '../../kubernetes/needs.ts';
import { meeting, podMakers } from '../../kubernetes/pod-makers.ts';
import { normalPath } from '../../kubernetes/pods.ts';
import { powers } from '../../kubernetes/powers.ts';
import { type Grant, grantFacts } from '../../kubernetes/rbac.ts';

/**
 * Three requests that need not be one identity's: a PersistentVolume over a host directory, a claim on it, a pod that mounts
 * the claim. A volume that is free, or a claim that lies on one, saves the first or the first two. Pod Security admission
 * looks at the pod alone and lets claims through; where it lets host paths through anyway, POD_PLACEMENT is the shorter way.
 */
export default {
  label: 'PV_HOST_PATH',
  from: ['PermissionSet'],
  to: ['Node'],
  needs: [
    ...rightsNeeds,
    'kubernetes.namespace',
    'kubernetes.node',
    'kubernetes.persistent-volume',
    'kubernetes.persistent-volume-claim',
  ],
  techniques: ['T1611'],
  traverse: 'minutes',
  explain: {
    what: 'Mounts the disk of a node through a PersistentVolume.',
    why: 'A volume over a directory of the node is there or can be made, and admission does not look behind a claim.',
    cut: 'Take the identity out of one of the bindings, and remove volumes over directories of the node.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  const to = hosts(estate).group();
  if (to === undefined || options.convention === 'kubehound') return;
  const creating = { verbs: ['create'], group: '', resource: 'persistentvolumes', clusterScoped: true };
  const creators = [...powers(estate, options, creating)].filter(({ names }) => names === 'any');
  const claiming = { verbs: ['create'], group: '', resource: 'persistentvolumeclaims' };
  const claimers = [...powers(estate, options, claiming)].filter(({ names }) => names === 'any');
  const { claimed, free } = hostVolumes(estate);
  for (const maker of podMakers(estate, options)) {
    if (admitsHostAccess(estate, maker)) continue;
    const ready = claimed.find((claim) => meeting(claim, maker) !== undefined);
    if (ready !== undefined) {
      yield { ...step([maker.grant], ready.facts), to, note: ready.note };
      continue;
    }
    const volumes: readonly (HostVolume & { readonly grants: readonly Grant[] })[] = [
      ...(free === undefined ? [] : [{ ...free, grants: [] }]),
      ...creators.map(({ grant }) => ({ grants: [grant], facts: [], note: 'create persistentvolumes' })),
    ];
    const fitting = claimers.filter((claimer) => meeting(claimer, maker) !== undefined);
    for (const { grants, facts, note } of volumes) {
      // One of the two sets that are needed anyway, or else each that could help.
      const own = fitting.find(({ grant }) => grant === maker.grant || grants.includes(grant));
      for (const claimer of own === undefined ? fitting : [own])
        yield { ...step([...grants, maker.grant, claimer.grant], facts), to, note };
    }
  }
}

function step(holders: readonly Grant[], facts: readonly FactId[]): Omit<DerivedEdge, 'to'> {
  const grants = [...new Set(holders)];
  const [from = '', ...also] = grants.map(({ id }) => id);
  return {
    from,
    ...(also.length > 0 ? { with: also } : {}),
    facts: [...new Set(grants.flatMap(grantFacts)), ...facts],
  };
}

interface HostVolume {
  readonly facts: readonly FactId[];
  readonly note: string;
}

/** Claims that lie on a directory which gives the node away, and one such volume that nobody has claimed. */
const hostVolumes = perEstate((estate) => {
  const claimed: (HostVolume & { readonly namespace: string | undefined })[] = [];
  const paths = new Map<string, string>();
  let free: HostVolume | undefined;
  for (const { id, data } of estate.all('kubernetes.persistent-volume')) {
    const path = data.spec.hostPath?.path ?? data.spec.local?.path;
    if (path === undefined || !givesHostAway(path)) continue;
    paths.set(data.metadata.name, path);
    if (data.spec.claimRef === undefined) free ??= { facts: [id], note: `${path} is free to claim` };
  }
  for (const { id, data } of estate.all('kubernetes.persistent-volume-claim')) {
    const volume = data.spec.volumeName;
    const path = volume === undefined ? undefined : paths.get(volume);
    if (volume === undefined || path === undefined) continue;
    const facts = [id, kubernetesId('PersistentVolume', undefined, volume)];
    claimed.push({ namespace: data.metadata.namespace, facts, note: `claim ${data.metadata.name} is ${path}` });
  }
  return { claimed, free };
});

function givesHostAway(path: string): boolean {
  const mount = { hostPath: normalPath(path), readOnly: false };
  return writesHost(mount) || readsHost(mount);
}
