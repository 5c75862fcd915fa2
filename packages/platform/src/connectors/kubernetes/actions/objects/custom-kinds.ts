import { kubernetesId, type NodeId } from '@firebreak/contract';
import type { ApiResource, ResourceRef } from '../../api.ts';
import { knownResource, refOf } from '../../resources.ts';

/** One object of such a kind, as parameters name it. */
interface Named<Kind extends string> {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
}

/**
 * Kinds of other projects that an action reads and patches, each by its group. The kinds are ours, not the user's: one that the table of
 * resources lacks throws when the action is loaded.
 */
export function customKinds<const Kind extends string>(groups: Readonly<Record<Kind, string>>) {
  const kinds = Object.keys(groups) as Kind[];
  const resources = new Map(kinds.map((kind) => [kind, resource(groups[kind], kind)]));
  return {
    targetKinds: kinds.map((kind) => `${kind}.${groups[kind]}`),
    permissions: [...resources.values()].flatMap(({ group, plural }) => [
      `get ${group}/${plural}`,
      `patch ${group}/${plural}`,
    ]),
    id: ({ kind, namespace, name }: Named<Kind>): NodeId => kubernetesId(`${kind}.${groups[kind]}`, namespace, name),
    inWords: ({ kind, namespace, name }: Named<Kind>) => `${kind} ${namespace}/${name}`,
    refOf: ({ kind, namespace, name }: Named<Kind>): ResourceRef =>
      refOf(resources.get(kind) as ApiResource, namespace, name),
  };
}

function resource(group: string, kind: string): ApiResource {
  const found = knownResource(group, kind);
  if (found === undefined) throw new RangeError(`${kind} of ${group} has no resource`);
  return found;
}
