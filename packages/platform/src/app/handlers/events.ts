/** Events come in, and an incident is told what was done. */
import { FirebreakError, type Gap } from '@firebreak/contract';
import { systemsOf } from '../../events/formats/index.ts';
import { idsInLogs, nodeFinder } from '../../events/node-finder.ts';
import { executionView } from '../../execution/view.ts';
import { hasBit } from '../../graph/bitset.ts';
import { reach } from '../../graph/reach.ts';
import type { Handlers } from '../../http/handlers.ts';
import { printable } from '../../intake/foreign.ts';
import { couldVersusDid } from '../../investigation/could-did.ts';
import { eventTies } from '../../investigation/event-ties.ts';
import { intakeStatus } from '../intake-status.ts';
import { eventById } from '../kept-events.ts';
import { mustHaveField, type Station } from '../station.ts';
import { eventsByActors } from './hunt.ts';

/** Events that one answer is made from. */
const mostEvents = 500_000;

export function eventHandlers(station: Station): Pick<Handlers, 'takeEvents' | 'event' | 'intake' | 'did'> {
  const { eventStore } = station.storage;
  return {
    takeEvents: ({ body, caller, query }) => {
      const sender = `sent by ${caller.name}`;
      const locator = query.from === undefined ? sender : `${printable(query.from, 500)}, ${sender}`;
      const place = { source: caller.name, locator };
      if (body instanceof Uint8Array) return station.intake.takeText(body, place);
      return station.intake.take(Array.isArray(body) ? body : [body], place);
    },

    event: async ({ params, signal }) => {
      const kept = await eventById(station, params.id);
      if (kept === undefined) throw new FirebreakError('FB-NOT-FOUND', `No event ${printable(params.id)} is kept.`);
      const { graph } = await mustHaveField(station).holder.current(signal);
      const incidents = await station.incidents.list();
      const rows = await Promise.all(incidents.map(({ id }) => station.storage.executionStore.all(id)));
      const executions = rows.flat().map(executionView);
      const { no, received, event, raw } = kept;
      const ties = eventTies(event, raw, { graph, find: nodeFinder(graph), executions });
      return { no, received: received.toISOString(), event, raw, ties };
    },

    intake: async () => intakeStatus(station),

    did: async ({ params, query, signal }) => {
      const { compromised } = await station.incidents.get(params.id);
      const { graph } = await mustHaveField(station).holder.current(signal);
      const start = [...new Set(compromised.map((id) => graph.resolve(id)))];
      const { reached } = reach(graph.hypergraph, start);
      const within = graph.nodes.filter((_, index) => hasBit(reached, index) && !graph.isHub(index));
      const since = query.since === undefined ? undefined : new Date(query.since).toISOString();
      const logs = await eventStore.logs();
      const ids = within.flatMap(({ id }) => idsInLogs(id));
      const { events, more, gaps: unread } = await eventsByActors(station, ids, since, mostEvents);
      const logged = systemsOf(logs.map(({ format }) => format));
      const gaps = more ? [...unread, tooMany] : unread;
      return couldVersusDid({ graph, compromised: start, find: nodeFinder(graph), events, logged, logs, since, gaps });
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
