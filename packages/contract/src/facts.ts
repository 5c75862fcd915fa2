import type { Gap } from './answer.ts';
import type { KubernetesFacts } from './facts/kubernetes.ts';

/**
 * The vocabulary of facts: one interface per system, merged here. A fact is what a connector read, parsed by a zod schema
 * into the shape that the system itself documents, reduced to the fields that we reason with. Adding a system adds one
 * file in `facts/` and one name here.
 */
export interface FactTypes extends KubernetesFacts {}
export type FactKind = keyof FactTypes & string;

/** `<system>:<Kind>/<namespace>/<name>`: the same text as the id of the node that stands for the object. */
export type FactId = string;

export interface Provenance {
  /** Connector id. */
  readonly connector: string;
  /** File and document (`rbac.yaml#3`) or API path, as read. */
  readonly locator: string;
  /** The version that the source gives the object, when it gives one. */
  readonly version?: string;
}

export interface Fact<K extends FactKind = FactKind> {
  readonly id: FactId;
  readonly kind: K;
  readonly data: FactTypes[K];
  readonly source: Provenance;
}

/** Any fact, discriminated by `kind`. */
export type AnyFact = { [K in FactKind]: Fact<K> }[FactKind];

/**
 * All facts of one moment, indexed. Immutable: derived indexes may be memoised on it (a WeakMap keyed by the estate).
 */
export interface Estate {
  all<K extends FactKind>(kind: K): readonly Fact<K>[];
  get<K extends FactKind>(kind: K, id: FactId): Fact<K> | undefined;
  readonly gaps: readonly Gap[];
  /** Number of facts of all kinds. */
  readonly size: number;
}
