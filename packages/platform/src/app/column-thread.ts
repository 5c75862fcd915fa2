/**
 * Makes columns for events that have none, in a thread of its own and behind everything else: at the lowest priority, and while events
 * pour in for a twentieth of its time only, to leave the machine to them. Whoever hunts meanwhile looks through the events.
 */
import { constants, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { openDatabase } from '../storage/database.ts';
import { columnNext } from '../storage/event-columns.ts';
import { createEventStore } from '../storage/event-store.ts';

export interface ColumnThreadData {
  readonly database: string;
}

/** Events that are too few for columns of their own wait so long for others. */
const patienceMs = 600_000;
const idleMs = 5000;
const afterTroubleMs = 60_000;
/** From so many events a second on the line has the machine for itself. */
const busyFrom = 2000;
const pauseWhenBusy = 19;

const port = parentPort;
if (port === null) throw new Error('columns are made in a thread');
const { database: url } = workerData as ColumnThreadData;
const stopping = new AbortController();
port.on('message', () => stopping.abort());
try {
  // Of this thread alone, where the system knows such a thing.
  if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW);
} catch {
  // A system that does not allow it loses nothing but politeness.
}

const database = await openDatabase(url, { connections: 1 });
try {
  const events = createEventStore(database);
  let [last, at] = [await events.last(), Date.now()];
  while (!stopping.signal.aborted) {
    const started = Date.now();
    const made = await columnNext(database, new Date(started - patienceMs)).catch((error: unknown) => {
      port.postMessage(error instanceof Error ? error.message : String(error));
      return undefined;
    });
    const [newest, now] = [await events.last().catch(() => last), Date.now()];
    const busy = ((newest - last) * 1000) / Math.max(1, now - at) > busyFrom;
    if (now - at > idleMs) [last, at] = [newest, now];
    const pause =
      made === undefined ? afterTroubleMs : made === 0 ? idleMs : (now - started) * (busy ? pauseWhenBusy : 1);
    await sleep(pause, undefined, { signal: stopping.signal, ref: true }).catch(() => undefined);
  }
} finally {
  await database.close();
  port.close();
}
