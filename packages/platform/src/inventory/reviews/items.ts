import type { PrivilegeRow } from '@firebreak/contract';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import { jewelsOf } from '../../graph/jewels.ts';
import { reachTable } from '../reach-table.ts';
import type { NewReviewItem } from './store.ts';

/** What a review of these privileges asks: one item an identity, those that reach most first. */
export function reviewItemsFor(graph: AttackGraph, rows: readonly PrivilegeRow[]): NewReviewItem[] {
  const numbers = rows.map(({ id }) => graph.indexOf.get(id) as number);
  const table = reachTable(graph.hypergraph, numbers, jewelsOf(graph));
  return rows
    .map((row, place) => ({ row, reaches: table.reachedFrom(place).length }))
    .sort((a, b) => b.reaches - a.reaches)
    .map(({ row, reaches }, place) => ({ ...itemOf(row), id: `item-${place + 1}`, reaches }));
}

function itemOf({ kind, id, name, owner, granted, why, verdict }: PrivilegeRow): Omit<NewReviewItem, 'id' | 'reaches'> {
  const last = granted
    .flatMap(({ lastUsed }) => lastUsed ?? [])
    .sort()
    .at(-1);
  return {
    identity: { kind, id, name },
    owner: owner ?? null,
    grants: granted.map(({ what, used }) => (used === 'unknown' ? what : `${what} (${used})`)),
    evidence: `${verdict}: ${why}${last === undefined ? '' : ` Last used ${last}.`}`,
  };
}
