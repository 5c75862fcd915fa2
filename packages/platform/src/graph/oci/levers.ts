/**
 * Which lever severs which edge of a registry: only what by itself makes the edge disappear from a fresh collect. A tag that is pointed
 * back (`oci.pin-tag`) and an image that is removed are repairs: whoever may push does it again, so they sever nothing.
 */
import { type Estate, type Lever, type LiveEdge, lever, type NodeId, ociId } from '@firebreak/contract';

/** Whether a registry takes nothing from anybody at the moment; undefined where it did not tell. */
function isReadOnly(estate: Estate, registry: string): boolean | undefined {
  return estate.get('oci.registry', ociId('Registry', registry))?.data.readOnly;
}

/** Of `oci:Repository/<registry>/…` and what else lies in a registry; a registry's name holds no slash. */
function registryOf(id: NodeId): string | undefined {
  return /^oci:[A-Za-z]+\/([^/]+)\/./.exec(id)?.[1];
}

/** Being able to push to a repository is nothing while its registry takes nothing. */
export function takesPushes(estate: Estate, repository: NodeId): boolean {
  const registry = registryOf(repository);
  return registry === undefined || isReadOnly(estate, registry) !== true;
}

/** For rules that begin with being able to push, or end in it; where the registry told that it is not read-only now. */
export function shutRegistry({ from, to }: LiveEdge, estate: Estate): readonly Lever[] {
  const registry = [from, to].map(registryOf).find((each) => each !== undefined);
  if (registry === undefined || isReadOnly(estate, registry) !== false) return [];
  return [lever('oci.read-only', { registry })];
}

/** A registry that asks for name and password knows its users by a file. */
export function suspendUser({ from }: LiveEdge, estate: Estate): readonly Lever[] {
  const [, registry, user] = /^oci:User\/([^/]+)\/(.+)$/.exec(from) ?? [];
  if (registry === undefined || user === undefined) return [];
  const { authentication } = estate.get('oci.registry', ociId('Registry', registry))?.data ?? {};
  return authentication === 'basic' ? [lever('oci.suspend-user', { registry, user })] : [];
}
