/**
 * Named sets of nodes, the other side of a right: "patch pods" is a right over a population, in the whole cluster, in one
 * namespace, or by name. A population knows its members by namespace and by name and hands them out as groups (hubs) or as
 * single nodes, so that every rule names the same group by the same key and a big cluster stays linear.
 */
import type { Estate, FactId, GroupMember, NodeGroup, NodeId } from '@firebreak/contract';
import { append } from './pods.ts';

export interface Member {
  readonly node: NodeId;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly facts: readonly FactId[];
}

/** Where a right counts: `namespace` undefined for the whole cluster, and which names. */
export interface Scope {
  readonly namespace: string | undefined;
  readonly names: 'any' | readonly string[];
}

export class Population {
  readonly #key: string;
  readonly #label: string;
  readonly #where: string;
  readonly #members: readonly Member[];
  readonly #byNamespace = new Map<string, Member[]>();
  readonly #byName = new Map<string, Member[]>();

  /**
   * @param key unique among populations, for example `pods`.
   * @param label a plural for people: `pods`.
   * @param where how its parts are told apart, for people: usually by namespace, by node for what lies on nodes.
   */
  constructor(key: string, label: string, members: Iterable<Member>, where = 'in namespace') {
    this.#key = key;
    this.#label = label;
    this.#where = where;
    this.#members = [...members];
    for (const member of this.#members) {
      append(this.#byName, member.name, member);
      if (member.namespace !== undefined) append(this.#byNamespace, member.namespace, member);
    }
  }

  get size(): number {
    return this.#members.length;
  }

  /** The whole population, or its part in one namespace; undefined when that is empty. */
  group(namespace?: string): NodeGroup | undefined {
    const members = namespace === undefined ? this.#members : (this.#byNamespace.get(namespace) ?? []);
    if (members.length === 0) return undefined;
    return {
      key: `${this.#key}:${namespace ?? '*'}`,
      label:
        namespace === undefined ? `any of the ${this.#label}` : `any of the ${this.#label} ${this.#where} ${namespace}`,
      members: () => members.map(({ node, facts }): GroupMember => ({ node, facts })),
    };
  }

  /** What a right over this population reaches: one group, or the members that its names single out. */
  within(scope: Scope): readonly (NodeId | NodeGroup)[] {
    if (scope.names === 'any') {
      const group = this.group(scope.namespace);
      return group === undefined ? [] : [group];
    }
    return scope.names.flatMap((name) => this.named(name, scope.namespace)).map(({ node }) => node);
  }

  named(name: string, namespace?: string): readonly Member[] {
    const members = this.#byName.get(name) ?? [];
    return namespace === undefined ? members : members.filter((member) => member.namespace === namespace);
  }

  [Symbol.iterator](): Iterator<Member> {
    return this.#members[Symbol.iterator]();
  }
}

/** A population by the way it is read from an estate. */
export type PopulationOf = (estate: Estate) => Population;
