/** What a system must tell of its grants, so that they can be held against their use. One file a system, composed in privileges.ts. */
import type { NodeId, PrivilegeRow } from '@firebreak/contract';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import type { RecordOfUse } from './use.ts';

/** A row without the identity that it is about. */
export type Sized = Pick<PrivilegeRow, 'verdict' | 'why' | 'granted' | 'proposals'>;

export interface PrivilegeSystem {
  /** Where the system's own record of use was read, with what it tells of; none when nothing was. */
  readonly evidence: (graph: AttackGraph, given: readonly RecordOfUse[]) => readonly Omit<RecordOfUse, 'byIdentity'>[];
  /** By identity that the system grants something. */
  readonly sizes: (graph: AttackGraph, given: readonly RecordOfUse[]) => Iterable<readonly [NodeId, Sized]>;
}
