/** Events come in, and an incident is told what was done. */
import type { Gap, TakenEvents } from '@firebreak/contract';
import { systemsOf } from '../../events/formats/index.ts';
import { idsInLogs, nodeFinder } from '../../events/node-finder.ts';
import { normalise } from '../../events/normalise.ts';
import { hasBit } from '../../graph/bitset.ts';
import { reach } from '../../graph/reach.ts';
import type { Handlers } from '../../http/handlers.ts';
import { couldVersusDid } from '../../investigation/could-did.ts';
import { mustHaveField, type Station } from '../station.ts';

const mostProblems = 50;
/** Events that one answer is made from. */
const mostEvents = 500_000;

export function eventHandlers(station: Station): Pick<Handlers, 'takeEvents' | 'did'> {
  const { eventStore } = station.storage;
  return {
    takeEvents: async ({ body, caller }) => {
      const received = station.clock.now();
      const place = { locator: `sent by ${caller.name}`, received: received.toISOString() };
      const batch: Parameters<typeof eventStore.append>[0][number][] = [];
      const problems: TakenEvents['problems'] = [];
      let passed = 0;
      let number = 0;
      for (const value of Array.isArray(body) ? body : [body])
        for (const read of normalise(value, place)) {
          number += 1;
          if ('event' in read) batch.push(read);
          else if ('passed' in read) passed += 1;
          else problems.push({ event: number, why: read.problem });
        }
      const { kept, duplicates } = await eventStore.append(batch, received);
      const more = Math.max(0, problems.length - mostProblems);
      return { kept, duplicates, passed, problems: problems.slice(0, mostProblems), more };
    },

    did: async ({ params, query, signal }) => {
      const { compromised } = await station.incidents.get(params.id);
      const { graph } = await mustHaveField(station).holder.current(signal);
      const start = [...new Set(compromised.map((id) => graph.resolve(id)))];
      const { reached } = reach(graph.hypergraph, start);
      const within = graph.nodes.filter((_, index) => hasBit(reached, index) && !graph.isHub(index));
      const since = query.since === undefined ? undefined : new Date(query.since).toISOString();
      const logs = await eventStore.logs();
      const ids = within.flatMap(({ id }) => idsInLogs(id));
      const { events, more } = await eventStore.byActors(ids, since, mostEvents);
      const logged = systemsOf(logs.map(({ format }) => format));
      const gaps = more ? [tooMany] : [];
      return couldVersusDid({ graph, compromised: start, find: nodeFinder(graph), events, logged, since, gaps });
    },
  };
}

const tooMany: Gap = {
  kinds: ['*'],
  where: 'events',
  code: 'FB-EVENT-UNREADABLE',
  reason: `More than ${mostEvents} events: the later ones were not looked at.`,
  next: 'Ask since a later time.',
};
