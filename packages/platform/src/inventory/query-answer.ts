import type { Inventory } from '@firebreak/contract';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { assetOf } from './asset.ts';
import { parseQuery } from './query/parse.ts';
import { printQuery } from './query/print.ts';
import { query } from './query/query.ts';

/**
 * The answer of `firebreak inventory query`.
 *
 * @param limit nodes at the most; the total counts all
 * @throws FirebreakError FB-QUERY-INVALID, FB-QUERY-COSTLY
 */
export function inventoryOf(graph: AttackGraph, text: string, now: Date, limit = Number.POSITIVE_INFINITY): Inventory {
  const asked = parseQuery(text);
  const found = query(graph, asked, now);
  return {
    query: printQuery(asked),
    now: now.toISOString(),
    total: found.length,
    nodes: found.slice(0, limit).map((node) => assetOf(graph.nodeAt(node))),
    completeness: graph.completeness,
  };
}
