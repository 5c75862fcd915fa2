/** In order, at least once, whoever dies on the way; and one outlet in trouble holds up no other. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { detectionOf } from '../testing/findings.case.ts';
import { Courier, type CourierStore, type Mark, type Place } from './courier.ts';
import { detectionMessage } from './messages.ts';
import { type Message, type OutletConfig, outletSchema, type Told } from './outlet.ts';

const config = outletSchema.parse({
  id: 'x',
  kind: 'alertmanager',
  url: 'http://127.0.0.1:1',
  tells: ['detections'],
  from: 'low',
}) as OutletConfig;
const messageOf = (no: number, severity: Message['severity'] = 'high') =>
  detectionMessage(detectionOf({ id: `d${no}`, severity }), '1');

function shop(count: number) {
  let place: Place | undefined = { detection: 0, entry: 0 };
  const refused: string[] = [];
  const store: CourierStore = {
    place: async () => place,
    end: async () => ({ detection: count, entry: 0 }),
    save: async (_, to) => {
      place = to;
    },
    refuse: async (_, { id }) => void refused.push(id),
  };
  const after = async ({ detection }: Place): Promise<readonly Mark[]> =>
    Array.from({ length: Math.min(3, count - detection) }, (_, at) => ({
      place: { detection: detection + at + 1, entry: 0 },
      message: messageOf(detection + at + 1),
    }));
  return {
    store,
    after,
    refused,
    at: () => place,
    isNew: (): void => {
      place = undefined;
    },
  };
}

/** Runs until everything is told or `told` ends it. */
async function run(
  parts: ReturnType<typeof shop>,
  count: number,
  tell: (message: Message) => Told | 'die',
): Promise<string[]> {
  const heard: string[] = [];
  const stop = new AbortController();
  const courier = new Courier({
    config,
    store: parts.store,
    after: async (place) => {
      if (place.detection === count) stop.abort();
      return parts.after(place);
    },
    now: () => new Date(0),
    outlet: {
      tell: async (message) => {
        const told = tell(message);
        if (told === 'die') {
          // It arrived, and we were killed before we could write that down.
          heard.push(message.id);
          stop.abort();
          return { is: 'later', why: 'killed' };
        }
        if (told.is === 'told') heard.push(message.id);
        return told;
      },
      close: async () => {},
    },
  });
  await courier.run(stop.signal);
  return heard;
}

test('whoever is killed, wherever: each is heard at least once, and in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 12 }),
      fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 6 }),
      async (count, kills) => {
        const parts = shop(count);
        const heard: string[] = [];
        const left = [...kills];
        for (let lives = 0; lives < 10 && parts.at()?.detection !== count; lives += 1)
          heard.push(
            ...(await run(parts, count, ({ id }) => {
              const place = left.indexOf(Number(id.slice(1)));
              if (place === -1) return { is: 'told' };
              left.splice(place, 1);
              return 'die';
            })),
          );
        const first = [...new Set(heard)];
        expect(first).toEqual(Array.from({ length: count }, (_, at) => `d${at + 1}`));
        // A repetition follows its first at once: nothing later was told before.
        for (const [at, id] of heard.entries())
          expect(first.indexOf(id)).toBeGreaterThanOrEqual(first.indexOf(heard[Math.max(0, at - 1)] as string));
      },
    ),
    { numRuns: 60 },
  );
});

test('what the other side will never take is written down, and the rest goes on', async () => {
  const parts = shop(4);
  const heard = await run(parts, 4, ({ id }) =>
    id === 'd2' ? { is: 'refused', why: 'It answered with status 400.' } : { is: 'told' },
  );
  expect({ heard, refused: parts.refused }).toEqual({ heard: ['d1', 'd3', 'd4'], refused: ['d2'] });
});

test('one that is new hears of what comes from now on', async () => {
  const parts = shop(4);
  parts.isNew();
  expect(await run(parts, 4, () => ({ is: 'told' }))).toEqual([]);
});
