import type { Blast } from '@firebreak/contract/graph';
import type { Drawing } from '@firebreak/contract/routes';

/** One row of the table: the same facts that the drawing shows by place, shape and colour. */
export interface ReachedRow {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly assetClass: string;
  readonly hops: number;
  readonly role: Drawing['nodes'][number]['role'];
  readonly jewel: string | undefined;
}

export type RowOrder = 'role' | 'hops' | 'kind' | 'name' | 'assetClass';

const urgency = { compromised: 0, jewel: 1, reached: 2, safe: 3 } as const;

/** Rows of everything reached. The role comes from the drawing where it has one (it knows what the plan makes safe). */
export function rowsOf(blast: Blast, roles: ReadonlyMap<string, ReachedRow['role']>): readonly ReachedRow[] {
  const compromised = new Set(blast.compromised.map(({ id }) => id));
  return blast.reached.map((node) => ({
    id: node.id,
    kind: node.kind,
    name: node.name,
    namespace: node.namespace ?? '',
    assetClass: node.class,
    hops: node.hops,
    role:
      roles.get(node.id) ?? (compromised.has(node.id) ? 'compromised' : node.jewel !== undefined ? 'jewel' : 'reached'),
    jewel: node.jewel,
  }));
}

/** Rows that hold the text and whose class is shown, in the order asked for; ties by hops and then by name. */
export function arrange(
  rows: readonly ReachedRow[],
  search: string,
  hidden: ReadonlySet<string>,
  order: RowOrder,
): readonly ReachedRow[] {
  const wanted = search.trim().toLowerCase();
  return rows
    .filter((row) => !hidden.has(row.assetClass) && (wanted === '' || row.id.toLowerCase().includes(wanted)))
    .toSorted((a, b) => compare(a, b, order) || a.hops - b.hops || a.name.localeCompare(b.name));
}

function compare(a: ReachedRow, b: ReachedRow, order: RowOrder): number {
  if (order === 'role') return urgency[a.role] - urgency[b.role];
  if (order === 'hops') return a.hops - b.hops;
  return a[order].localeCompare(b[order]);
}
