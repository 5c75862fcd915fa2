import { scopeOf } from '../../facts/history.ts';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import { deriveGraph } from '../../graph/derive-graph.ts';
import { edgeRules } from '../../graph/edges/index.ts';
import { nodeRules } from '../../graph/nodes/index.ts';
import type { Handlers } from '../../http/handlers.ts';
import { channelsOf } from '../../inventory/channels.ts';
import { differenceOf } from '../../inventory/difference.ts';
import { exposureOf } from '../../inventory/exposure.ts';
import { identitiesOf } from '../../inventory/identities.ts';
import { lineageOf } from '../../inventory/lineage.ts';
import { privilegesOf } from '../../inventory/privileges.ts';
import { queryNodes } from '../../inventory/query/query.ts';
import { inventoryOf } from '../../inventory/query-answer.ts';
import { requestPath } from '../../inventory/request-path.ts';
import { thirdPartiesOf } from '../../inventory/third-parties.ts';
import { threatModelOf } from '../../inventory/threat-model.ts';
import { whatIf } from '../../inventory/what-if.ts';
import { mustHaveField, type Station } from '../station.ts';

type Answers =
  | 'inventory'
  | 'identities'
  | 'requestPath'
  | 'exposure'
  | 'channels'
  | 'privileges'
  | 'thirdParties'
  | 'lineage'
  | 'threatModel'
  | 'whatIf'
  | 'difference';

const dayMs = 86_400_000;

/** The answers of the command line, on the estate as last collected. */
export function inventoryHandlers(station: Station): Pick<Handlers, Answers> {
  const current = async (signal: AbortSignal) => (await mustHaveField(station).holder.current(signal)).graph;
  const moment = (text: string | undefined) => (text === undefined ? station.clock.now() : new Date(text));
  const chosen = (graph: AttackGraph, about: { identities: string; protect: string; now?: string | undefined }) => ({
    identities: queryNodes(graph, about.identities, moment(about.now)),
    protect: queryNodes(graph, about.protect, moment(about.now)),
  });

  return {
    inventory: async ({ query, signal }) => inventoryOf(await current(signal), query.q, moment(query.now), query.limit),

    identities: async ({ query, signal }) =>
      identitiesOf(await current(signal), {
        now: moment(query.now),
        staleAfter: query.staleDays * dayMs,
        only: query.findings ?? [],
        ...(query.query === undefined ? {} : { query: query.query }),
      }),

    requestPath: async ({ query, signal }) => {
      const graph = await current(signal);
      return requestPath(graph, graph.resolve(query.endpoint));
    },

    exposure: async ({ query, signal }) => {
      const graph = await current(signal);
      return exposureOf(graph, { ...chosen(graph, query), why: query.why });
    },

    channels: async ({ signal }) => channelsOf(await current(signal)),

    privileges: async ({ query, signal }) =>
      privilegesOf(await current(signal), { query: query.query, now: moment(query.now), used: [] }),

    thirdParties: async ({ signal }) => thirdPartiesOf(await current(signal)),

    lineage: async ({ query, signal }) => {
      const graph = await current(signal);
      return lineageOf(graph, graph.resolve(query.model));
    },

    threatModel: async ({ query, signal }) => {
      const graph = await current(signal);
      return threatModelOf(graph, graph.resolve(query.asset));
    },

    whatIf: async ({ body, signal }) => {
      const graph = await current(signal);
      return whatIf(graph, { ...chosen(graph, body), toggles: body.toggles, left: body.left });
    },

    difference: async ({ query, signal }) => {
      const after = await current(signal);
      const { target } = mustHaveField(station).holder;
      const { estate } = await station.storage.factHistory.at(scopeOf([target.spec]), new Date(query.since));
      const before = deriveGraph(estate, nodeRules, edgeRules);
      return differenceOf(before, after, {
        identities: query.identities,
        protect: [query.protect],
        now: moment(query.now),
        why: query.why,
      });
    },
  };
}
