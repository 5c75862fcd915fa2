import type { Estate, FactId, FactKind } from './facts.ts';
import type { Lever } from './lever.ts';
import type { GraphNode, NodeId } from './node.ts';

/** How long one step takes an attacker who knows how: the classes that the attacker race will draw from. */
export type TraverseTime = 'instant' | 'seconds' | 'minutes' | 'hours' | 'days';

/**
 * One step that an attacker can take. Holding `from` (and everything in `with`) gives them `to`.
 *
 * `to` is either one node or a *group*: "any pod of namespace x", "every service account". A group with ten thousand
 * members costs one edge here and is expanded when somebody looks: the graph gives it a hub node. A group's key must say
 * exactly which set it is, because all rules that name the same key share one hub and the first call of `members` wins;
 * the members must not depend on who asks.
 */
export interface DerivedEdge {
  readonly from: NodeId;
  /** Further holdings that the step needs at the same time (AND). */
  readonly with?: readonly NodeId[];
  readonly to: NodeId | NodeGroup;
  /** The facts that the step stands on, most telling first. Never empty. */
  readonly facts: readonly FactId[];
  /** 0 to 1: how likely the step works for an attacker who tries. Default 1. */
  readonly likelihood?: number;
  /** A short remark on this one edge: the rule's verb, the mount path, the port. Foreign text is allowed: data. */
  readonly note?: string;
}

export interface NodeGroup {
  /** For example `pods:ml-serving` or `service-accounts:*`. */
  readonly key: string;
  /** In words, for people: `any pod of namespace ml-serving`. */
  readonly label: string;
  readonly members: () => Iterable<GroupMember>;
}
export interface GroupMember {
  readonly node: NodeId;
  /** The fact that makes it a member. */
  readonly facts: readonly FactId[];
}

/** An edge as a rule sees it again when it is asked what severs it: groups are already resolved to the single member. */
export interface LiveEdge {
  readonly type: string;
  readonly from: NodeId;
  readonly with: readonly NodeId[];
  readonly to: NodeId;
  readonly facts: readonly FactId[];
  readonly note?: string;
}

/**
 * One way in, one file, one word: the rule's file name in kebab case is its label in capitals.
 */
export interface EdgeRule {
  /** `POD_EXEC` */
  readonly label: string;
  /** Node kinds, for the documentation and the drawing. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Fact kinds that the rule reads: a gap in one of them makes answers that rest on the rule `limited`. */
  readonly needs: readonly FactKind[];
  /** ATT&CK and ATLAS technique ids. */
  readonly techniques: readonly string[];
  readonly traverse: TraverseTime;
  readonly explain: { readonly what: string; readonly why: string; readonly cut: string };
  /** The same step in the words of others. */
  readonly aka?: Readonly<Record<string, string>>;
  /** Ids of the actions that can sever an edge of this type; checked against what `levers` returns. */
  readonly severedBy: readonly string[];
  /**
   * All edges of this type in the estate. Pure, deterministic, and in the order of the facts. `convention` asks for the
   * reading of another tool where theirs is more generous than the truth (only `kubehound` today); rules that agree with it ignore it.
   */
  readonly derive: (estate: Estate, options: DeriveOptions) => Iterable<DerivedEdge>;
  /**
   * Every single lever that by itself makes this edge disappear from a fresh collect. Called only for edges that matter
   * to a plan. An empty list says honestly that nothing we have cuts it.
   */
  readonly levers: (edge: LiveEdge, estate: Estate) => readonly Lever[];
}

export interface DeriveOptions {
  readonly convention?: 'kubehound';
}

/** Node rules are to nodes what edge rules are to edges: one file per kind of holding. */
export interface NodeRule {
  readonly kinds: readonly string[];
  readonly needs: readonly FactKind[];
  readonly derive: (estate: Estate) => Iterable<GraphNode>;
}
