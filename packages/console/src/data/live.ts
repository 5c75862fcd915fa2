/**
 * One stream of server-sent events for the whole console. An event carries no content, only what has changed; the answers
 * that it makes stale are asked for again. A run of a plan sends many events, so they are gathered for a moment, and the
 * large answers (drawing, paths) wait until the run is quiet.
 */

import { eventSchema } from '@firebreak/contract/routes';
import type { QueryClient, QueryKey } from '@tanstack/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useState } from 'react';
import { addressOf } from './client.ts';

/** `lost`: what is shown may be out of date, and the console asks again by itself until the stream is back. */
export type Liveness = 'connecting' | 'live' | 'lost';

/** Set by the shell, read by the queries that must not stand still when the stream is lost. */
export const LivenessContext = createContext<Liveness>('connecting');

const pollMs = 4_000;
const gatherMs = 120;
const quietMs = 1_500;
const reconnectMs = 3_000;
/** A stream that is never quiet is not waited for longer. */
const mostQuietMs = 10_000;

/** Answers that an event makes stale: those to ask for now, and the large ones that can wait until it is quiet. */
export interface Stale {
  readonly now: readonly QueryKey[];
  readonly whenQuiet: readonly QueryKey[];
}

const everything: Stale = { now: [[]], whenQuiet: [] };

/** An event that is about no incident, or that cannot be read, makes everything stale. */
export function staleAfter(data: string): Stale {
  let event: unknown;
  try {
    event = JSON.parse(data);
  } catch {
    return everything;
  }
  const parsed = eventSchema.safeParse(event);
  // Detections come by the hundred while somebody attacks: the estate is as it was, and what is large can wait.
  if (parsed.success && parsed.data.type === 'detection') {
    const { incident } = parsed.data;
    const [members, all] = incident === null ? [[], []] : [[['incident', incident, 'case']], [['incident', incident]]];
    return { now: [['incidents'], ...members], whenQuiet: [['detections'], ...all] };
  }
  // A canary writes every few seconds what it saw.
  if (parsed.success && parsed.data.type === 'canary') return { now: [['canaries']], whenQuiet: [] };
  if (!parsed.success || parsed.data.incident === null) return everything;
  const { type, incident } = parsed.data;
  const whole = ['incident', incident];
  if (type === 'break-glass') return { now: [['break-glass'], whole], whenQuiet: [] };
  if (type !== 'execution') return { now: [['incidents'], whole], whenQuiet: [] };
  const small = ['case', 'execution', 'ledger'].map((part) => [...whole, part]);
  return { now: [['incidents'], ...small], whenQuiet: [whole, ['estate']] };
}

/** Keeps the answers of a signed-in console fresh and says whether it hears the server. */
export function useLiveAnswers(enabled: boolean): Liveness {
  const client = useQueryClient();
  const [liveness, setLiveness] = useState<Liveness>('connecting');
  useEffect(() => {
    if (!enabled) return;
    const now = new Gathering(gatherMs, client);
    const whenQuiet = new Gathering(quietMs, client);
    let reconnecting: ReturnType<typeof setTimeout> | undefined;
    let source: EventSource | undefined;
    let missed = false;

    const mark = (stale: Stale) => {
      now.add(stale.now);
      // Every further event puts it off, so that a run of many steps asks once, at its end.
      if (whenQuiet.size > 0 || stale.whenQuiet.length > 0) whenQuiet.restart(stale.whenQuiet);
    };
    const listen = () => {
      source = new EventSource(addressOf('events', {}));
      source.onopen = () => {
        setLiveness('live');
        // Whatever happened in between was not heard.
        if (missed) mark(everything);
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
      now.stop();
      whenQuiet.stop();
      clearTimeout(reconnecting);
    };
  }, [client, enabled]);
  return liveness;
}

/** Keys that are made stale together after a moment. */
class Gathering {
  readonly #keys = new Map<string, QueryKey>();
  readonly #waitMs: number;
  readonly #client: QueryClient;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #since = 0;

  constructor(waitMs: number, client: QueryClient) {
    this.#waitMs = waitMs;
    this.#client = client;
  }

  get size(): number {
    return this.#keys.size;
  }

  add(keys: readonly QueryKey[]): void {
    if (this.#keys.size === 0) this.#since = Date.now();
    for (const key of keys) this.#keys.set(JSON.stringify(key), key);
    this.#timer ??= setTimeout(() => this.#flush(), this.#waitMs);
  }

  restart(keys: readonly QueryKey[]): void {
    if (this.#keys.size === 0 || Date.now() - this.#since < mostQuietMs) this.stop();
    this.add(keys);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #flush(): void {
    const keys = [...this.#keys.values()];
    this.#keys.clear();
    this.#timer = undefined;
    for (const queryKey of keys) void this.#client.invalidateQueries({ queryKey });
  }
}

/** How often an answer that must not go stale is asked for while the stream is lost; never while it is there. */
export function useFallbackInterval(): number | false {
  return useContext(LivenessContext) === 'lost' ? pollMs : false;
}
