/** Where events are kept. */
import type { NodeId, NormalEvent } from '@firebreak/contract';

export interface KnownLog {
  readonly format: string;
  readonly events: number;
  readonly first: string;
  readonly last: string;
}

export interface EventStore {
  /** All of them or none; those that are there already count as duplicates. */
  append(
    batch: readonly { readonly event: NormalEvent; readonly raw: unknown }[],
    received: Date,
  ): Promise<{ readonly kept: number; readonly duplicates: number }>;
  /** Events in which one of the nodes acted, the oldest first. `more` when there are more than `limit`. */
  byActors(
    nodes: readonly NodeId[],
    since: string | undefined,
    limit: number,
  ): Promise<{ readonly events: readonly NormalEvent[]; readonly more: boolean }>;
  logs(): Promise<readonly KnownLog[]>;
}

/** The nodes that acted in an event, as it names them; a group is no actor. */
export function actingNodes({ actor: { id, credential, behind, also = [] } }: NormalEvent): readonly NodeId[] {
  const nodes = [credential, id, behind, ...also].filter((each) => each !== undefined);
  return [...new Set(nodes)].filter((each) => !each.startsWith('kubernetes:Group/'));
}
