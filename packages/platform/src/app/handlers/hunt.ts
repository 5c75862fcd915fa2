/** Hunting over all events that are kept: those in the database, then those in cold files, as one. */
import { FirebreakError, type Gap, type NodeId, type NormalEvent } from '@firebreak/contract';
import { isBy } from '../../events/event-batch.ts';
import { idsInLogs } from '../../events/node-finder.ts';
import type { EventWish } from '../../events/store.ts';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import type { Handlers } from '../../http/handlers.ts';
import { bothWishes, conditionOf, type IdsInLogs, wishOf } from '../../investigation/hunt/condition.ts';
import { type HuntPiece, hunt } from '../../investigation/hunt/hunt.ts';
import { judgeOf, pathsOf } from '../../investigation/hunt/judge.ts';
import { parseHunt, parseHuntFields } from '../../investigation/hunt/parse.ts';
import type { HuntQuery } from '../../investigation/hunt/syntax.ts';
import type { Station } from '../station.ts';

/** A person waits for it; what was not reached is the next page's. */
const longestMs = 10_000;

export function huntHandlers(station: Station): Pick<Handlers, 'hunt'> {
  return {
    hunt: async ({ query: { q, since, until, before, limit, columns, now }, signal }) => {
      const question = parseHunt(q, now === undefined ? station.clock.now() : new Date(now));
      const graph = (await station.field?.holder.current(signal))?.graph;
      const ids = graph === undefined ? () => [] : idsOf(graph);
      const asked: EventWish = {
        ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
        ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
      };
      const query = within(question, asked);
      const fits = conditionOf(query, ids);
      const limitOf = AbortSignal.any([signal, AbortSignal.timeout(longestMs)]);
      const below = before ?? Number.MAX_SAFE_INTEGER;
      return hunt(everyPiece(station, bothWishes(asked, wishOf(query, ids)), below, pathsOf(query)), {
        query: q,
        fits,
        judge: judgeOf(query, ids),
        columns: columns === undefined ? [] : parseHuntFields(columns),
        before: below,
        limit,
        later: before !== undefined,
        spent: () => limitOf.aborted,
      });
    },
  };
}

/** The question for a time, both ends included. */
function within(query: HuntQuery, { since, until }: Pick<EventWish, 'since' | 'until'>): HuntQuery {
  const of: HuntQuery[] = [query];
  if (since !== undefined) of.push({ is: 'time', compare: '>=', at: since });
  if (until !== undefined) of.push({ is: 'time', compare: '<=', at: until });
  return of.length === 1 ? query : { is: 'and', of };
}

/** The ids by which logs name the node that a text means. */
function idsOf(graph: Pick<AttackGraph, 'resolve' | 'nodes'>): IdsInLogs {
  return (text) => {
    try {
      return idsInLogs(graph.nodes[graph.resolve(text)]?.id ?? text);
    } catch (error) {
      if (error instanceof FirebreakError && error.code === 'FB-NODE-UNKNOWN') return [];
      throw error;
    }
  };
}

/** What is moved to a file while the database is gone through is met in the file, by its number: once. */
export async function* everyPiece(
  { storage, coldEvents }: Pick<Station, 'storage' | 'coldEvents'>,
  wish: EventWish,
  before: number,
  paths: readonly string[],
): AsyncGenerator<HuntPiece> {
  let below = before;
  for await (const found of storage.searchBlocks(wish, before, paths)) {
    below = found.no;
    yield { ...found, from: found.no, file: null };
  }
  yield* coldEvents.search(wish, below, paths);
}

/** Events of the database and of cold files in which one of the nodes acted, the oldest first. `more` when there are more than `limit`. */
export async function eventsByActors(
  { storage, coldEvents }: Station,
  nodes: readonly NodeId[],
  since: string | undefined,
  limit: number,
): Promise<{ readonly events: readonly NormalEvent[]; readonly more: boolean; readonly gaps: readonly Gap[] }> {
  const hot = await storage.eventStore.byActors(nodes, since, limit);
  const wanted = new Set(nodes);
  const wish = { actors: nodes, ...(since === undefined ? {} : { since }) };
  const gaps: Gap[] = [];
  // By their ids: what is moved to a file in the meantime is met twice.
  const events = new Map(hot.events.map((event) => [event.id, event]));
  let { more } = hot;
  cold: for await (const piece of coldEvents.search(wish, Number.MAX_SAFE_INTEGER, undefined)) {
    if ('gap' in piece) gaps.push(piece.gap);
    else if ('events' in piece)
      for (const { event } of piece.events) {
        if (events.size > 2 * limit) {
          more = true;
          break cold;
        }
        if (isBy(event, wanted)) events.set(event.id, event);
      }
  }
  const oldest = [...events.values()].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  return { events: oldest.slice(0, limit), more: more || oldest.length > limit, gaps };
}
