/** Events by their ids, wherever they are kept: in the database or in a file. */
import { FirebreakError, type NormalEvent } from '@firebreak/contract';
import type { KeptEvent } from '../events/store.ts';
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
