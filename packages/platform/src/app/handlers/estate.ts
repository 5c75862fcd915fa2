import { completeness, FirebreakError } from '@firebreak/contract';
import { nodeLines } from '../../graph/exports.ts';
import { jewelsOf } from '../../graph/jewels.ts';
import type { Handlers } from '../../http/handlers.ts';
import { mustHaveField, type Station } from '../station.ts';

/** What is known of the estate. */
export function estateHandlers(station: Station): Pick<Handlers, 'estate' | 'nodes' | 'recollect'> {
  return {
    estate: async ({ signal }) => {
      const { holder } = mustHaveField(station);
      const { estate: _, gaps, graph, at } = await holder.current(signal);
      const counts: Record<string, number> = {};
      graph.nodes.forEach((node, index) => {
        if (!graph.isHub(index)) counts[node.kind] = (counts[node.kind] ?? 0) + 1;
      });
      return {
        source: holder.target.spec,
        collectedAt: at.toISOString(),
        counts,
        nodes: graph.nodeCount,
        edges: graph.edgeCount,
        jewels: jewelsOf(graph).length,
        completeness: completeness(gaps, 'any'),
      };
    },

    nodes: async ({ query, signal }) => {
      const { graph } = await mustHaveField(station).holder.current(signal);
      const wanted = query.q?.toLowerCase() ?? '';
      const found = [];
      let total = 0;
      for (const line of nodeLines(graph)) {
        if (query.kind !== undefined && line.kind !== query.kind) continue;
        if (!line.id.toLowerCase().includes(wanted)) continue;
        total += 1;
        if (found.length < query.limit) found.push(line);
      }
      return { nodes: found, total };
    },

    recollect: async ({ signal }) => {
      const { estate, gaps } = await mustHaveField(station).holder.collect(signal);
      if (estate.size === 0) throw new FirebreakError('FB-SOURCE-EMPTY', 'The collect brought nothing.');
      return { facts: estate.size, gaps: gaps.length };
    },
  };
}
