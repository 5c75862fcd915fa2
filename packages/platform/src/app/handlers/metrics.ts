import type { OutletState } from '@firebreak/contract';
import type { Handlers } from '../../http/handlers.ts';
import { exposition } from '../metrics/exposition.ts';
import { familiesOf } from '../metrics/figures.ts';
import type { Station } from '../station.ts';
import { version } from '../version.ts';

/** However often somebody asks, the database counts no more often. */
const freshMs = 5000;

/** Figures for Prometheus. A database that does not answer is one of the figures. */
export function metricsHandlers({
  intake,
  echoes,
  watch,
  storage,
  outlets,
  clock,
}: Station): Pick<Handlers, 'metrics'> {
  let last: { readonly at: number; readonly asked: ReturnType<typeof ask> } | undefined;

  async function ask() {
    const began = performance.now();
    const [database, newestEvent, states] = await Promise.all([
      storage.figures().catch(() => undefined),
      storage.eventStore.last().catch(() => undefined),
      outlets?.states().catch((): OutletState[] => []) ?? [],
    ]);
    return { database, newestEvent, outlets: states, databaseSeconds: (performance.now() - began) / 1000 };
  }

  return {
    metrics: async () => {
      const now = clock.now().getTime();
      if (last === undefined || now - last.at >= freshMs || now < last.at) last = { at: now, asked: ask() };
      const counted = await last.asked;
      const text = exposition(
        familiesOf({ version, intake: { ...intake.counts, echoes: echoes.counts }, watch: watch?.status, ...counted }),
      );
      return { chunks: chunksOf(text) };
    },
  };
}

async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
