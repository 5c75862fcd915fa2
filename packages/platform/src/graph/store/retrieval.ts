/** Where agents look things up: the stores and collections that they, or the MCP servers that they use, are set up with. */
import type { Estate, FactId, NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { storeAt } from './addresses.ts';

export interface Place {
  /** A collection, or the whole store where none is named. */
  readonly place: NodeId;
  readonly store: NodeId;
  readonly facts: readonly FactId[];
}

/** The most exact place that the addresses name: a store that also stands there with its collection is not said twice. */
export function placesOf(estate: Estate, targets: readonly string[]): readonly Place[] {
  const named = new Set(
    targets.flatMap((target) => (target.includes('#') ? [target.slice(0, target.indexOf('#'))] : [])),
  );
  return targets.flatMap((target) => {
    const found = named.has(target) ? undefined : storeAt(estate, target);
    return found === undefined
      ? []
      : [{ place: found.collection ?? found.store, store: found.store, facts: found.facts }];
  });
}

export interface Retrieval extends Place {
  readonly agent: NodeId;
}

export const retrievalsOf: (estate: Estate) => readonly Retrieval[] = perEstate((estate) =>
  estate.all('agent.agent').flatMap(({ id: agent, data }) => [
    ...placesOf(estate, data.retrieves).map((found) => ({ ...found, agent, facts: [agent, ...found.facts] })),
    ...data.servers.flatMap(({ server }) => {
      const targets = estate.get('agent.mcp-server', server)?.data.targets ?? [];
      return placesOf(estate, targets).map((found) => ({ ...found, agent, facts: [agent, server, ...found.facts] }));
    }),
  ]),
);
