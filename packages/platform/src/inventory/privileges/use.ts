/** What identities really did: the record that grants are held against. */
import type { NodeId } from '@firebreak/contract';

/** One kind of thing done, as often as it was: the last time is kept. */
export interface Use {
  readonly verb: string;
  /** API group; empty for the core. */
  readonly group: string;
  /** `pods` or `pods/exec`. */
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
  /** ISO 8601; the latest. */
  readonly at: string;
}

export interface RecordOfUse {
  /** Where it was read. */
  readonly source: string;
  /** The first and the last moment that it tells of; absent when it tells of nothing. */
  readonly from?: string;
  readonly to?: string;
  readonly events: number;
  readonly byIdentity: ReadonlyMap<NodeId, readonly Use[]>;
}
