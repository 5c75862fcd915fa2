import { nodeRef } from '@firebreak/contract';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import { blastOf } from '../../graph/blast.ts';
import { drawingOf } from '../../graph/drawing.ts';
import { jewelsOf } from '../../graph/jewels.ts';
import { bestPaths } from '../../graph/paths.ts';
import { parseSelector } from '../../graph/selector.ts';
import type { Handlers } from '../../http/handlers.ts';
import { mustHaveField, type Station } from '../station.ts';

/** Incidents, and what their compromised nodes can reach in the estate as last collected. */
export function incidentHandlers(
  station: Station,
): Pick<Handlers, 'incidents' | 'openIncident' | 'incident' | 'blast' | 'drawing' | 'paths'> {
  const { incidents } = station;
  const about = async (id: string, signal: AbortSignal) => {
    const incident = await incidents.get(id);
    const { graph } = await mustHaveField(station).holder.current(signal);
    return { incident, graph, starts: startsOf(graph, incident.compromised) };
  };

  return {
    incidents: async () => ({ incidents: [...(await incidents.list())] }),
    incident: ({ params }) => incidents.get(params.id),

    openIncident: async ({ body, caller, signal }) => {
      const { graph } = await mustHaveField(station).holder.current(signal);
      const compromised = body.compromised.map((text) => graph.nodeAt(graph.resolve(text)).id);
      parseSelector(body.protect);
      return incidents.open({ title: body.title, compromised, protect: body.protect, by: caller.name });
    },

    blast: async ({ params, signal }) => {
      const { graph, starts } = await about(params.id, signal);
      return blastOf(graph, starts);
    },

    drawing: async ({ params, query, signal }) => {
      const { incident, graph, starts } = await about(params.id, signal);
      const plan = incident.planDigest === null ? undefined : await incidents.plan(incident.id);
      return drawingOf(graph, starts, { max: query.max, severed: plan?.steps.flatMap((step) => step.severs) ?? [] });
    },

    paths: async ({ params, query, signal }) => {
      const { graph, starts } = await about(params.id, signal);
      const goal = query.goal === undefined ? undefined : graph.resolve(query.goal);
      const [first] = starts;
      return {
        start: first === undefined ? { kind: 'gone', id: 'gone', name: 'gone' } : nodeRef(graph.nodeAt(first)),
        ...(goal === undefined ? {} : { goal: nodeRef(graph.nodeAt(goal)) }),
        paths: bestPaths(graph, starts, goal === undefined ? jewelsOf(graph) : [goal], { limit: query.limit }),
        completeness: graph.completeness,
      };
    },
  };
}

/** The compromised nodes that are still there: a pod that was stopped can start nothing. */
function startsOf(graph: AttackGraph, compromised: readonly string[]): number[] {
  return compromised.flatMap((id) => graph.indexOf.get(id) ?? []);
}
