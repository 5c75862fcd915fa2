/**
 * Which workloads run what a tag points to, and not what a digest names. What must stay true: a reference with a digest follows
 * nothing, and neither does a container that never pulls. Who pushes decides at the next pull: at every start with the policy
 * `Always`, which is what an absent policy means for `latest`; else where a node has no copy yet.
 */
import type { ContainerSpec, Estate, FactId, NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { append, podsOf } from '../kubernetes/pods.ts';
import { type ImageReference, imageReference, imageRepositoryId } from '../names/image-reference.ts';

export interface RunningImage {
  readonly repository: NodeId;
  readonly reference: ImageReference;
  readonly tag: string;
  /** The container; or the pod, for containers that only prepare it. */
  readonly runs: NodeId;
  readonly always: boolean;
  readonly facts: readonly FactId[];
}

/** By the node of the repository. */
export const runningImages: (estate: Estate) => ReadonlyMap<NodeId, readonly RunningImage[]> = perEstate((estate) => {
  const byRepository = new Map<NodeId, RunningImage[]>();
  for (const pod of podsOf(estate).all) {
    const seen = new Set<string>();
    const note = (spec: ContainerSpec, runs: NodeId) => {
      const image = followed(spec);
      if (image === undefined) return;
      const repository = imageRepositoryId(image.reference);
      const key = `${repository}:${image.tag} ${runs}`;
      if (seen.has(key)) return;
      seen.add(key);
      append(byRepository, repository, { ...image, repository, runs, facts: pod.facts });
    };
    for (const { id, spec } of pod.containers) note(spec, id);
    // Restarting ones are among the containers already; the others have ended and run again with the pod.
    for (const spec of pod.spec.initContainers) if (spec.restartPolicy !== 'Always') note(spec, pod.id);
  }
  return byRepository;
});

/** Undefined for what does not change whatever is pushed. */
function followed({ image, imagePullPolicy }: ContainerSpec) {
  const reference = image === undefined ? undefined : imageReference(image);
  if (reference?.tag === undefined || reference.digest !== undefined || imagePullPolicy === 'Never') return undefined;
  const always = imagePullPolicy === undefined ? reference.tag === 'latest' : imagePullPolicy === 'Always';
  return { reference, tag: reference.tag, always };
}
