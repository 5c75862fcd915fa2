/** Events wherever they are kept: in the database or in a file. */
import { FirebreakError, type Gap, type NormalEvent } from '@firebreak/contract';
import type { KeptEvent } from '../events/kept-event.ts';
import type { EventWish } from '../events/store.ts';
import type { ColdEvents } from '../storage/cold-events.ts';
import type { Storage } from '../storage/storage.ts';

interface Kept {
  readonly storage: Pick<Storage, 'eventStore'>;
  readonly coldEvents: Pick<ColdEvents, 'byIds'>;
}

/**
 * Undefined when no such event is kept.
 *
 * @throws FirebreakError FB-COLD-UNREADABLE where the file that has it cannot be read
 */
export async function eventById({ storage, coldEvents }: Kept, id: string): Promise<KeptEvent | undefined> {
  const hot = await storage.eventStore.byId(id);
  if (hot !== undefined) return hot;
  const { events, gaps } = await coldEvents.byIds([id]);
  const [gap] = gaps;
  if (gap !== undefined) throw new FirebreakError('FB-COLD-UNREADABLE', `${gap.where}: ${gap.reason}`);
  return events[0];
}

/** Those of them that are kept and can be read, in no order. */
export async function eventsByIds(
  { storage, coldEvents }: Kept,
  ids: readonly string[],
): Promise<readonly NormalEvent[]> {
  const hot = await storage.eventStore.byIds(ids);
  const found = new Set(hot.map(({ id }) => id));
  const missing = ids.filter((id) => !found.has(id));
  if (missing.length === 0) return hot;
  const cold = await coldEvents.byIds(missing);
  return [...hot, ...cold.events.map(({ event }) => event)];
}

interface Fitting {
  /** By their ids: what is moved to a file in the meantime is met twice. */
  readonly events: ReadonlyMap<string, KeptEvent>;
  /** There are more than were asked for. */
  readonly more: boolean;
  /** Files that were to be read and could not be, and time of which nothing is kept any more. */
  readonly gaps: readonly Gap[];
}

/** Events that fit, about as many as asked for at most: those of the database first, then those of files. */
export async function eventsThatFit(
  { storage, coldEvents }: { readonly storage: Kept['storage']; readonly coldEvents: Pick<ColdEvents, 'search'> },
  wish: EventWish,
  most: number,
  signal: AbortSignal,
): Promise<Fitting> {
  const events = new Map<string, KeptEvent>();
  const gaps: Gap[] = [];
  for await (const piece of storage.eventStore.search(wish)) {
    signal.throwIfAborted();
    for (const each of piece) events.set(each.event.id, each);
    if (events.size >= most) return { events, more: true, gaps };
  }
  for await (const piece of coldEvents.search(wish, Number.MAX_SAFE_INTEGER, undefined)) {
    signal.throwIfAborted();
    if ('gap' in piece) gaps.push(piece.gap);
    else if ('events' in piece) for (const each of piece.events) events.set(each.event.id, each);
    if (events.size >= most) return { events, more: true, gaps };
  }
  return { events, more: false, gaps };
}
