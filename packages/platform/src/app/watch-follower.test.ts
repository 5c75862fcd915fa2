/** A watch that is killed at any place and begun again finds what one finds that was never killed, each with the same id. */
import type { Detection } from '@firebreak/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readLogSources } from '../cli/rule-folder.ts';
import { auditEngine } from '../detection/sigma/testing/audit-rules.ts';
import type { WatchPlace } from '../detection/watch-place.ts';
import type { KeptEvent } from '../events/kept-event.ts';
import { normalise } from '../events/normalise.ts';
import { WatchFollower } from './watch-follower.ts';

const sources = await readLogSources(undefined, new AbortController().signal);
const manyReads = `title: many reads
id: many
correlation:
  type: event_count
  rules: [read]
  group-by: [user.username]
  timespan: 10m
  condition: {gte: 3}
`;
const start = Date.UTC(2026, 10, 20);

function kept(verb: string, user: string, at: number): KeptEvent {
  const received = new Date(start + at * 20_000);
  const value = {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    auditID: `e${at}`,
    stage: 'ResponseComplete',
    verb,
    user: { username: user },
    requestReceivedTimestamp: received.toISOString(),
  };
  for (const read of normalise(value, { locator: 'x', received: received.toISOString() }))
    if ('event' in read) return { no: at + 1, received, rawText: JSON.stringify(value), ...read };
  throw new Error('no event');
}

const byIdsIn = (log: readonly KeptEvent[]) => async (ids: readonly string[]) =>
  log.map(({ event }) => event).filter(({ id }) => ids.includes(id));

interface Life {
  /** Events that it may see before it is killed. */
  readonly events: number;
  readonly saves: boolean;
}

async function foundBy(log: readonly KeptEvent[], lives: readonly Life[], atOnce: number): Promise<Detection[]> {
  const found: Detection[] = [];
  let place: string | undefined;
  for (const life of [...lives, { events: Number.POSITIVE_INFINITY, saves: true }]) {
    const engine = auditEngine(sources, manyReads);
    const killed = new AbortController();
    let dead = false;
    let left = life.events;
    const follower = await WatchFollower.open({
      name: 'test',
      engine,
      detectors: [],
      events: {
        after: async (no) => {
          const next = log.filter((each) => each.no > no).slice(0, Math.min(atOnce, left));
          left -= next.length;
          if (next.length > 0) return next;
          dead = !life.saves;
          killed.abort();
          return [];
        },
        byIds: byIdsIn(log),
      },
      places: {
        load: async () => (place === undefined ? undefined : (JSON.parse(place) as WatchPlace)),
        save: async (_name, saved) => {
          if (!dead) place = JSON.stringify(saved);
        },
      },
      take: async (detections) => void found.push(...detections),
      now: () => start,
    });
    await follower.run(killed.signal);
  }
  return found;
}

const lives = fc.array(fc.record({ events: fc.integer({ min: 0, max: 12 }), saves: fc.boolean() }), { maxLength: 4 });
const happened = fc.array(fc.tuple(fc.constantFrom('get', 'delete', 'list'), fc.constantFrom('a', 'b')), {
  minLength: 1,
  maxLength: 40,
});

test('killed anywhere, it finds the same', async () => {
  await fc.assert(
    fc.asyncProperty(happened, lives, fc.integer({ min: 1, max: 9 }), async (what, killed, atOnce) => {
      const log = what.map(([verb, user], at) => kept(verb, user, at));
      const undisturbed = await foundBy(log, [], 7);
      const disturbed = await foundBy(log, killed, atOnce);
      // What grows is told again, with the same id.
      const newest = (all: readonly Detection[]) =>
        [...Map.groupBy(all, ({ id }) => id)]
          .map(([id, told]) => `${id} ${Math.max(...told.map(({ count }) => count))}`)
          .sort();
      expect(newest(disturbed)).toEqual(newest(undisturbed));
      const told = undisturbed.map(({ id, count }) => `${id} ${count}`);
      expect(told.length).toBe(new Set(told).size);
    }),
    { numRuns: 60 },
  );
});

test('what could not be taken is handed on again, and no place is saved before it was', async () => {
  const engine = auditEngine(sources, manyReads);
  const log = [kept('delete', 'a', 0), kept('delete', 'b', 1)];
  const stop = new AbortController();
  const handed: string[][] = [];
  const saved: number[] = [];
  let tries = 0;
  const follower = await WatchFollower.open({
    name: 'test',
    engine,
    detectors: [],
    events: { after: async (no) => log.filter((each) => each.no > no), byIds: byIdsIn(log) },
    places: { load: async () => undefined, save: async (_name, { position }) => void saved.push(position) },
    take: async (detections) => {
      tries += 1;
      if (tries < 3) throw new Error('not now');
      handed.push(detections.map(({ events }) => events[0]?.id ?? ''));
      stop.abort();
    },
    now: () => start,
    saveEachMs: 0,
  });
  await follower.run(stop.signal);
  expect(handed).toEqual([['kubernetes-audit/e0', 'kubernetes-audit/e1']]);
  expect(saved).toEqual([2]);
});

test('an event that the rules fall over holds nobody up, and is told', async () => {
  const engine = auditEngine(sources, manyReads);
  const judge = engine.judge.bind(engine);
  engine.judge = (event, context) => {
    if (context?.eventId === 'kubernetes-audit/e1') throw new Error('poison');
    return judge(event, context);
  };
  const log = ['a', 'b', 'c'].map((user, at) => kept('delete', user, at));
  const stop = new AbortController();
  const found: string[] = [];
  const follower = await WatchFollower.open({
    name: 'test',
    engine,
    detectors: [],
    events: { after: async (no) => log.filter((each) => each.no > no), byIds: byIdsIn(log) },
    places: { load: async () => undefined, save: async () => undefined },
    take: async (detections) => {
      found.push(...detections.map(({ events }) => events[0]?.id ?? ''));
      stop.abort();
    },
    now: () => start,
  });
  await follower.run(stop.signal);
  expect(found).toEqual(['kubernetes-audit/e0', 'kubernetes-audit/e2']);
  expect(follower.counts.stopped).toEqual([{ detector: 'rules', why: 'They fell over 1 events.' }]);
});
