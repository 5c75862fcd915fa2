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
  /** As the workload asks for it. */
  readonly image: string;
  /** Of each of its pods that has not ended; null where one does not tell. */
  readonly runs: readonly (string | null)[];
}

/** Containers of the topmost workloads, and of pods that no workload in the estate keeps. */
export function runningIn(estate: Estate): Running[] {
  const pods = new Map<string, Fact<'kubernetes.pod'>[]>();
  const alone: Running[] = [];
  for (const pod of estate.all('kubernetes.pod')) {
    if (/^(?:Succeeded|Failed)$/.test(pod.data.status?.phase ?? '')) continue;
    const { top } = ownershipOf(estate, pod.data.metadata);
    if (top === undefined) alone.push(...containersOf({ ...pod, kind: 'Pod' }, pod.data.spec, [pod]));
    else {
      const known = pods.get(top.id);
      if (known === undefined) pods.set(top.id, [pod]);
      else known.push(pod);
    }
  }
  const kept = estate
    .all('kubernetes.workload')
    .filter(({ data }) => ownershipOf(estate, data.metadata).top === undefined)
    .flatMap((fact) =>
      containersOf({ ...fact, kind: fact.data.workloadKind }, fact.data.template.spec, pods.get(fact.id) ?? []),
    );
  return [...kept, ...alone];
}

interface Named {
  readonly id: string;
  readonly kind: string;
  readonly data: { readonly metadata: { readonly name: string } };
}

function containersOf({ kind, id, data }: Named, spec: PodSpec, pods: readonly Fact<'kubernetes.pod'>[]): Running[] {
  const workload = { kind, id, name: data.metadata.name };
  return spec.containers.flatMap(({ name, image }) =>
    image === undefined ? [] : [{ workload, container: name, image, runs: pods.map((pod) => digestIn(pod, name)) }],
  );
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
