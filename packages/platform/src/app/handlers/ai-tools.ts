import { actingNodes } from '../../events/acting-nodes.ts';
import { idsInLogs } from '../../events/node-finder.ts';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import type { Handlers } from '../../http/handlers.ts';
import { aiToolsOf, type LastSeen } from '../../inventory/ai-tools.ts';
import { mustHaveField, type Station } from '../station.ts';

/** What was seen before is shown as not seen. */
const daysBack = 30;
const dayMs = 86_400_000;
const mostEvents = 100_000;

/** AI tools as identities, with what each was last seen to do in the events that the database has. */
export function aiToolsHandlers(station: Station): Pick<Handlers, 'aiTools'> {
  return {
    aiTools: async ({ signal }) => {
      const { graph } = await mustHaveField(station).holder.current(signal);
      return aiToolsOf(graph, await lastSeen(station, graph, signal));
    },
  };
}

async function lastSeen({ storage, clock }: Station, graph: AttackGraph, signal: AbortSignal): Promise<LastSeen> {
  const nodes = new Map<string, string>();
  for (const { id, runBy, actsAs } of aiToolsOf(graph).tools)
    for (const node of [id, ...[...runBy, ...actsAs].map((each) => each.id)])
      for (const name of idsInLogs(node)) nodes.set(name, node);
  const seen = new Map<string, { readonly time: string; readonly operation: string }>();
  const actors = [...nodes.keys()];
  if (actors.length === 0) return seen;
  let looked = 0;
  const since = new Date(clock.now().getTime() - daysBack * dayMs).toISOString();
  for await (const piece of storage.eventStore.search({ actors, since })) {
    signal.throwIfAborted();
    for (const { event } of piece)
      for (const name of actingNodes(event)) {
        const node = nodes.get(name);
        if (node !== undefined && (seen.get(node)?.time ?? '') < event.time)
          seen.set(node, { time: event.time, operation: event.operation });
      }
    looked += piece.length;
    if (looked >= mostEvents) break;
  }
  return seen;
}
