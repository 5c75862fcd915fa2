/**
 * A worker in a process of its own, to be killed or stopped. Its store, its peer and its proof are wrapped so that it sends
 * itself a signal once, at a place that it passes.
 *
 * Arguments: URL of the database, signal, place (its number from 0, or its name, which is the first of that name), lease in
 * ms, incident. It prints each place, and `settled` when the incident's execution is.
 */
import { openWorkplace, watchedStore } from './workplace.case.ts';

const [url = '', signal = '', where = '', leaseMs = '', incident = ''] = process.argv.slice(2);
let passed = 0;
let isOver = false;

/** SIGSTOP comes back when somebody continues us; SIGKILL does not. */
async function at(place: string): Promise<void> {
  process.stdout.write(`${passed} ${place}\n`);
  const isHere = where === place || where === `${passed}`;
  passed += 1;
  if (!isHere || isOver) return;
  isOver = true;
  process.kill(process.pid, signal);
}
/** Before and after. */
async function around<T>(place: string, work: () => Promise<T>): Promise<T> {
  await at(`before ${place}`);
  const result = await work();
  await at(`after ${place}`);
  return result;
}

const place = await openWorkplace(url);
const { switches, storage } = place;
const runner = place.runner({
  store: watchedStore(storage.executionStore, at),
  pace: { leaseMs: Number(leaseMs) },
  switches: {
    read: (...request) => around('read', () => switches.read(...request)),
    set: (...request) => around('set', () => switches.set(...request)),
    probe: (...request) => around('probe', () => switches.probe(...request)),
  },
  prove: () => around('proof', async () => ({ contained: true, reachable: [], detail: 'Nothing is reachable.' })),
  onTrouble: (error) => void process.stdout.write(`trouble ${String(error)}\n`),
});
runner.work();
const execution = await runner.status(incident);
if (execution !== null) await runner.settled(execution.id);
process.stdout.write('settled\n');
await place.close();
