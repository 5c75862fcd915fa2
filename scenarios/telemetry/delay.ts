/** Changes planted into a stream: after how many records they are found, and whether the told time is right. */
import { driftDetector, driftState } from '../../packages/platform/src/detection/drift/drift-detector.ts';
import { defaults } from '../../packages/platform/src/detection/drift/model-watch.ts';
import { drawsFor } from '../../packages/platform/src/detection/drift/random-draws.ts';
import features from '../../packages/platform/src/detection/stream/model/features.ts';
import { batches, batchMs, perBatch, start } from './replayed-metric.ts';
import { shifts } from './streams.ts';

export interface Delay {
  /** Records from the change until it was found; undefined when it was not. */
  readonly records: number | undefined;
  /** Whether the interval that was told holds the time at which it began. */
  readonly held: boolean;
  /** An alarm before anything changed. */
  readonly early: boolean;
}

/** Where in a window it falls is another in each run. */
const changeOf = (run: number) => 4000 + 25 * (run % 20);
const most = 20_000;

export function delayOf(shift: keyof typeof shifts, run: number, window: number): Delay {
  const planted = shifts[shift];
  if (planted === undefined) throw new Error(`there is no ${shift}`);
  const changesAt = changeOf(run);
  const draw = drawsFor(`${shift} ${run}`);
  const { id, severity, title, techniques, explain } = features;
  const watched = driftDetector(
    { id, severity, title, techniques, explain, metrics: ({ features: told }) => told },
    { ...defaults, window },
  );
  const running = watched.start();
  let seen = 0;
  let early = false;
  const name = shift.startsWith('errors') ? 'errors' : 'metric';
  const row = (number: number) => ({
    // Absent features are told by a name that is always there.
    always: 'same',
    [name]: number < changesAt ? planted.before(draw) : planted.after(draw, (number - changesAt) / 1000),
  });
  for (const each of batches(shift, row, changesAt + most)) {
    seen += perBatch;
    for (const _ of running.see(each)) {
      if (seen <= changesAt) early = true;
      else {
        const episode = driftState(running.state())?.models[0]?.episodes.at(-1);
        const truth = start + (changesAt / perBatch) * batchMs;
        const held = episode !== undefined && episode.began.from <= truth && truth <= episode.began.to;
        return { records: seen - changesAt, held, early };
      }
    }
  }
  return { records: undefined, held: false, early };
}
