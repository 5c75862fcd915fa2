/** What the estate looked like at any time, for one command. */
import { mkdir } from 'node:fs/promises';
import type { World } from '../cli/world.ts';
import { systemClock } from '../kernel/clock.ts';
import { openStorage } from '../storage/storage.ts';

export const openHistory: World['openHistory'] = async ({ data, database }) => {
  await mkdir(data, { recursive: true, mode: 0o755 });
  const storage = await openStorage(database === undefined ? { data } : { url: database });
  return { history: storage.factHistory, now: systemClock.now(), close: () => storage.close() };
};
