/** Bills of materials, model cards and dataset lineage, with what the server has kept about the things in them. */
import type { Handlers } from '../../http/handlers.ts';
import { bomMaterial, type KeptAbout } from '../../promotion/documents/material.ts';
import { bomAs, modelDocument } from '../../promotion/documents/write.ts';
import { mustHaveField, type Station } from '../station.ts';
import { version } from '../version.ts';

const mostKept = 1000;

export function bomHandlers(station: Station): Pick<Handlers, 'bom' | 'modelDocument'> {
  async function material(model: string | undefined, signal: AbortSignal) {
    const { graph } = await mustHaveField(station).holder.current(signal);
    const number = model === undefined ? undefined : graph.resolve(model);
    return bomMaterial(graph, number, await kept(station), station.clock.now());
  }
  return {
    bom: async ({ query, signal }) => bomAs(query.form, await material(query.model, signal), version),
    modelDocument: async ({ query, signal }) =>
      modelDocument(query.which, await material(query.model, signal), undefined),
  };
}

/** By node and by name, as decisions and inspections are kept; the newest counts. */
async function kept({ storage }: Station): Promise<KeptAbout> {
  const store = storage.promotionStore;
  const [inspections, decisions] = await Promise.all([store.inspections(mostKept), store.decisions(mostKept)]);
  const promotions = decisions.toReversed().map((record) => {
    const { node, name } = record.decision.request.subject;
    return [node ?? name, record] as const;
  });
  return {
    inspections: new Map(inspections.toReversed().map(({ subject, report }) => [subject, report])),
    promotions: new Map(promotions),
  };
}
