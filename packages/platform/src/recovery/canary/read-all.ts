/** Every source of a canary is read by itself: one that is down does not take the others with it, and is told. */
import { FirebreakError } from '@firebreak/contract';
import type { CanarySources, Reading, ReadRequest } from './sources.ts';
import { type ReadSource, readSources, type WorkingLook } from './store.ts';

/** A source that was down for longer is not asked for what it missed beyond this. */
const longestMs = 3600_000;

export interface AllRead extends Reading {
  readonly readUntil: WorkingLook['readUntil'];
  readonly notes: readonly string[];
  /** Of which nothing could be read: what they said before is of another time. */
  readonly unread: ReadonlySet<ReadSource>;
}

export async function readAll(
  sources: CanarySources,
  { readUntil, ...request }: Omit<ReadRequest, 'metrics' | 'since'> & { readonly readUntil: WorkingLook['readUntil'] },
): Promise<AllRead> {
  const until = { ...readUntil };
  const unread = new Set<ReadSource>();
  const readings = await Promise.all(
    readSources.map(async (from): Promise<Reading> => {
      const metrics = request.config.metrics.filter(({ source }) => source.from === from);
      const since = new Date(Math.max(Date.parse(readUntil[from]), request.until.getTime() - longestMs));
      if (metrics.length === 0 || since >= request.until) return { samples: [], trouble: [] };
      try {
        const reading = await sources[from]({ ...request, metrics, since });
        until[from] = request.until.toISOString();
        return reading;
      } catch (error) {
        unread.add(from);
        const why = error instanceof FirebreakError ? error.message : 'it did not answer as it should';
        return { samples: [], trouble: [`${from}: ${why}`] };
      }
    }),
  );
  const guard = readings.find((each) => each.guard !== undefined)?.guard;
  return {
    samples: readings.flatMap(({ samples }) => samples),
    trouble: readings.flatMap(({ trouble }) => trouble),
    notes: readings.flatMap(({ notes = [] }) => notes),
    unread,
    readUntil: until,
    ...(guard === undefined ? {} : { guard }),
  };
}

export function readFrom(at: string): WorkingLook['readUntil'] {
  return { prometheus: at, telemetry: at, guard: at };
}
