/** What people ask around a plan: other plans, in which order, what it breaks, how far it goes. On the estate as last collected. */
import { nodeRef } from '@firebreak/contract';
import { reach } from '../../graph/reach.ts';
import type { Handlers } from '../../http/handlers.ts';
import { privilegesOf } from '../../inventory/privileges.ts';
import { breakageOf } from '../../planning/breakage.ts';
import { comparePlans } from '../../planning/compare.ts';
import { loadSolver } from '../../planning/hitting-set.ts';
import { observedUse } from '../../planning/price/observed-use.ts';
import { raceOf } from '../../planning/race/race.ts';
import { scopeOf } from '../../planning/scope.ts';
import { mustHaveField, type Station } from '../station.ts';
import { suspectsOf } from '../suspects.ts';
import { withheldFrom } from '../withheld.ts';
import { planIncident } from './containment.ts';

export function planningHandlers(
  station: Station,
): Pick<Handlers, 'replan' | 'comparePlans' | 'race' | 'scope' | 'impact'> {
  const { incidents } = station;
  const graphNow = async (signal: AbortSignal) => (await mustHaveField(station).holder.current(signal)).graph;

  return {
    replan: ({ params, body, caller, signal }) => planIncident(station, params.id, caller.name, signal, body),

    comparePlans: async ({ params, body, signal }) => {
      const { compromised, protect } = await incidents.get(params.id);
      const { actions, lacking } = mustHaveField(station);
      const graph = await graphNow(signal);
      const numbers = compromised.map((id) => graph.resolve(id));
      const withheld = withheldFrom(actions, await lacking(signal));
      const suspects = await suspectsOf(station, params.id, compromised, graph);
      const request = { ...body, compromised: numbers, protect, actions, withheld, suspects };
      return comparePlans(graph, request, await loadSolver());
    },

    race: async ({ params, query, signal }) =>
      raceOf(await graphNow(signal), await incidents.plan(params.id), { runs: query.runs, seed: query.seed }),

    scope: async ({ params, signal }) => {
      const { compromised } = await incidents.get(params.id);
      const graph = await graphNow(signal);
      const numbers = [...new Set(compromised.map((id) => graph.resolve(id)))];
      return {
        compromised: numbers.map((node) => nodeRef(graph.nodeAt(node))),
        ...scopeOf(graph, numbers, reach(graph.hypergraph, numbers)),
        completeness: graph.completeness,
      };
    },

    impact: async ({ query, signal }) => {
      const graph = await graphNow(signal);
      const record = privilegesOf(graph, { query: 'class = identity', now: station.clock.now(), used: [] });
      return breakageOf(graph, query.what, mustHaveField(station).actions, observedUse(graph, record));
    },
  };
}
