/** The recovery routes without a server, for commands on a data directory: the same handlers, by whoever has the keys. */
import { type Execution, type Route, type recoveryRoutes, routes } from '@firebreak/contract';
import type { AnswerOf, RequestOf } from '../../http/client.ts';
import type { Caller } from '../../http/handlers.ts';
import { recoveryHandlers } from '../handlers/recovery.ts';
import type { Station } from '../station.ts';

type Name = keyof typeof recoveryRoutes;

/** @throws FirebreakError as the route does */
export async function askLocally<N extends Name>(
  station: Station,
  name: N,
  request: RequestOf<N>,
  by: string,
  signal: AbortSignal,
): Promise<AnswerOf<N>> {
  const route: Route = routes[name];
  const given = request as Readonly<Record<'params' | 'query' | 'body', unknown>>;
  const caller: Caller = { id: 'local', name: by, role: 'admin', via: 'session' };
  const handler = recoveryHandlers(station)[name] as (asked: object) => Promise<AnswerOf<N>>;
  const answer = await handler({
    params: route.params?.parse(given.params),
    query: route.query?.parse(given.query ?? {}),
    body: route.body?.parse(given.body),
    caller,
    signal,
  });
  // A server goes on by itself; a command works until it is settled.
  const { field } = station;
  if (name !== 'restoreAccess' || field === undefined) return answer;
  const { id } = answer as Execution;
  field.runner.work();
  return (await field.runner.settled(id, signal)) as AnswerOf<N>;
}
