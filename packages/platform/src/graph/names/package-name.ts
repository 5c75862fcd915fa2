/** A package of a public registry is one node, whoever runs it: whoever may publish it decides what runs. */
import type { NodeId } from '@firebreak/contract';
import { imageReference, imageRepositoryId } from './image-reference.ts';

/** `npm:Package/<name>`, `pypi:Package/<normalised name>`, or the repository of an image; undefined for what is no name. */
export function packageId(registry: 'npm' | 'pypi' | 'oci', name: string): NodeId | undefined {
  if (registry !== 'oci') return `${registry}:Package/${name}`;
  const image = imageReference(name);
  return image === undefined ? undefined : imageRepositoryId(image);
}
