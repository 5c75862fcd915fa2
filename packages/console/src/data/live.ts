/**
 * One stream of server-sent events for the whole console. An event carries no content, only what has changed; the answers
 * that it makes stale are asked for again. A run of a plan sends many events, so they are gathered for a moment, and the
 * large answers (drawing, paths) are left alone while single steps report.
 */

import { eventSchema } from '@firebreak/contract/routes';
import type { QueryKey } from '@tanstack/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useState } from 'react';
import { addressOf } from './client.ts';

/** `lost`: what is shown may be out of date, and the console asks again by itself until the stream is back. */
export type Liveness = 'connecting' | 'live' | 'lost';

/** Set by the shell, read by the queries that must not stand still when the stream is lost. */
export const LivenessContext = createContext<Liveness>('connecting');

const pollMs = 4_000;
const gatherMs = 120;
const reconnectMs = 3_000;

/** Keys of the answers that an event makes stale. An event that cannot be read makes everything stale. */
export function staleAfter(data: string): readonly QueryKey[] {
  let event: unknown;
  try {
    event = JSON.parse(data);
  } catch {
    return [[]];
  }
  const parsed = eventSchema.safeParse(event);
  if (!parsed.success) return [[]];
  const { type, incident } = parsed.data;
  if (incident === null) return [[]];
  const small = ['case', 'execution', 'ledger'].map((part) => ['incident', incident, part]);
  return type.startsWith('step.') ? [['incidents'], ...small] : [['incidents'], ['incident', incident]];
}

/** Keeps the answers of a signed-in console fresh and says whether it hears the server. */
export function useLiveAnswers(enabled: boolean): Liveness {
  const client = useQueryClient();
  const [liveness, setLiveness] = useState<Liveness>('connecting');
  useEffect(() => {
    if (!enabled) return;
    const stale = new Map<string, QueryKey>();
    let gathering: ReturnType<typeof setTimeout> | undefined;
    let reconnecting: ReturnType<typeof setTimeout> | undefined;
    let source: EventSource | undefined;
    let missed = false;

    const mark = (keys: readonly QueryKey[]) => {
      for (const key of keys) stale.set(JSON.stringify(key), key);
      gathering ??= setTimeout(() => {
        gathering = undefined;
        for (const key of stale.values()) void client.invalidateQueries({ queryKey: key });
        stale.clear();
      }, gatherMs);
    };
    const listen = () => {
      source = new EventSource(addressOf('events', {}));
      source.onopen = () => {
        setLiveness('live');
        // Whatever happened in between was not heard.
        if (missed) mark([[]]);
        missed = false;
      };
      source.onmessage = (message: MessageEvent<string>) => mark(staleAfter(message.data));
      source.onerror = () => {
        missed = true;
        setLiveness('lost');
        // A browser gives up for good when the answer was no event stream, for example from a restarting server.
        if (source?.readyState === EventSource.CLOSED) reconnecting = setTimeout(listen, reconnectMs);
      };
    };
    listen();
    return () => {
      source?.close();
      clearTimeout(gathering);
      clearTimeout(reconnecting);
    };
  }, [client, enabled]);
  return liveness;
}

/** How often an answer that must not go stale is asked for while the stream is lost; never while it is there. */
export function useFallbackInterval(): number | false {
  return useContext(LivenessContext) === 'lost' ? pollMs : false;
}
