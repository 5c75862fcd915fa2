/** Which deployments answer for a name: none of a blocked one, and none of its own where another model answers under the name. */
import { type Estate, type Fact, litellmId, type NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import type { CalledModel } from './grants.ts';

/** By the node of the model: the name of the one that answers for it. */
const aliasesOf: (estate: Estate) => ReadonlyMap<NodeId, string> = perEstate(
  (estate) =>
    new Map(
      estate
        .all('litellm.proxy')
        .flatMap(({ data }) =>
          data.aliases.map(({ model, to }) => [litellmId('Model', data.server, model), to] as const),
        ),
    ),
);

export function answering(estate: Estate, model: CalledModel): readonly Fact<'litellm.deployment'>[] {
  if (aliasesOf(estate).has(model.id)) return [];
  return model.deployments.filter(({ data }) => data.blocked !== true);
}

/** Whether somebody who may call the model gets an answer, of itself or of another. */
export function isAnswered(estate: Estate, model: CalledModel): boolean {
  return aliasesOf(estate).has(model.id) || answering(estate, model).length > 0;
}
