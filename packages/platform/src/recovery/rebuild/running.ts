/**
 * Which images run: of each container the image that it is asked for by, and the digests that its pods tell. A pod's own
 * specification counts before the node's word, because a digest in it is what the node was made to run; the node's word
 * (`imageID`) is the only one for a tag, and a bare image id there is no digest that a registry knows.
 *
 * Names and digests are foreign text.
 */
import type { Estate, Fact, NodeRef, PodSpec } from '@firebreak/contract';
import { ownershipOf } from '../../graph/kubernetes/owners.ts';

export interface Running {
  readonly workload: NodeRef;
  readonly container: string;
  /** As the workload asks for it, or as its pods do for what was put into them on their way in. */
  readonly image: string;
  /** Of each of its pods that has not ended; null where one does not tell. */
  readonly runs: readonly (string | null)[];
  /** What stands below it: its pods, and what makes them for it. */
  readonly below: readonly string[];
}

/** What only makes pods for another workload: it is no workload beside it. */
const makers: readonly string[] = ['ReplicaSet', 'Job'];

/**
 * Containers of workloads, and of pods that no workload in the estate keeps. References to owners are foreign: a workload that names
 * an owner is left out only where it is of a kind that others make, and its pods count for everybody above them.
 */
export function runningIn(estate: Estate): Running[] {
  const pods = new Map<string, Fact<'kubernetes.pod'>[]>();
  const below = new Map<string, Set<string>>();
  const alone: Running[] = [];
  const note = (above: string, id: string) => below.set(above, (below.get(above) ?? new Set()).add(id));
  for (const pod of estate.all('kubernetes.pod')) {
    if (/^(?:Succeeded|Failed)$/.test(pod.data.status?.phase ?? '')) continue;
    const chain = new Set(ownershipOf(estate, pod.data.metadata).chain.map(({ id }) => id));
    for (const id of chain) {
      const known = pods.get(id);
      if (known === undefined) pods.set(id, [pod]);
      else known.push(pod);
      note(id, pod.id);
    }
    if (chain.size === 0) alone.push(...containersOf({ ...pod, kind: 'Pod' }, pod.data.spec, [pod], []));
  }
  const workloads = estate.all('kubernetes.workload').filter((fact) => {
    const { chain } = ownershipOf(estate, fact.data.metadata);
    const above = chain.filter(({ id }) => id !== fact.id);
    for (const { id } of above) note(id, fact.id);
    return above.length === 0 || !makers.includes(fact.data.workloadKind);
  });
  const kept = workloads.flatMap((fact) =>
    containersOf({ ...fact, kind: fact.data.workloadKind }, fact.data.template.spec, pods.get(fact.id) ?? [], [
      ...(below.get(fact.id) ?? []),
    ]),
  );
  return [...kept, ...alone];
}

interface Named {
  readonly id: string;
  readonly kind: string;
  readonly data: { readonly metadata: { readonly name: string } };
}

function containersOf(
  { kind, id, data }: Named,
  spec: PodSpec,
  pods: readonly Fact<'kubernetes.pod'>[],
  below: readonly string[],
): Running[] {
  const workload = { kind, id, name: data.metadata.name };
  const images = new Map<string, string>();
  for (const { name, image } of [spec, ...pods.map((pod) => pod.data.spec)].flatMap(({ containers }) => containers))
    if (image !== undefined && !images.has(name)) images.set(name, image);
  return [...images].map(([container, image]) => ({
    workload,
    container,
    image,
    runs: pods
      .filter((pod) => pod.data.spec.containers.some(({ name }) => name === container))
      .map((pod) => digestIn(pod, container)),
    below,
  }));
}

function digestIn({ data }: Fact<'kubernetes.pod'>, container: string): string | null {
  const asked = data.spec.containers.find(({ name }) => name === container)?.image;
  const told = data.status?.containerStatuses?.find(({ name }) => name === container)?.imageID;
  return digestOf(asked ?? '') ?? digestOf(told ?? '') ?? null;
}

/** The digest of an image that is named by one. */
export function digestOf(image: string): string | undefined {
  return /@(sha256:[0-9a-f]{64})$/.exec(image)?.[1];
}

/** Without tag and digest. */
export function repositoryOf(image: string): string {
  const plain = image.replace(/@sha256:[0-9a-f]{64}$/, '');
  const slash = plain.lastIndexOf('/');
  const colon = plain.indexOf(':', slash + 1);
  return colon === -1 ? plain : plain.slice(0, colon);
}
