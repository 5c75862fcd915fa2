/** Whatever is handed on and whatever is not, the feed gives what the store would give: everything once, in order. */
import { zstdCompressSync } from 'node:zlib';
import type { NormalEvent } from '@firebreak/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BatchBuilder, batchOf, framePacking, unpackedEvents } from '../events/event-batch.ts';
import type { KeptEvent } from '../events/kept-event.ts';
import { type AppendedBlock, mainLine } from '../events/store.ts';
import { WatchFeed } from './watch-feed.ts';

const event = (no: number): NormalEvent => ({
  id: String(no),
  digest: '',
  source: { format: 'test', locator: 'here' },
  time: '2026-11-20T10:00:00.000Z',
  timeIs: 'told',
  system: 'test',
  actor: { name: 'x' },
  operation: 'o',
  activity: 'other',
  targets: [],
  outcome: 'done',
});
const received = new Date('2026-11-20T10:00:00.000Z');

const lookAt = (no: number) => ({
  must: no % 3 === 0,
  names: no % 2 === 0 ? [`n${no % 4}`] : [],
  counted: no % 4 === 1 ? [no % 8] : [],
  ruleTime: no,
});

/** Each event looked at, in two pieces. */
function lookedAt(numbers: readonly number[]): Pick<AppendedBlock, 'packed' | 'pieces' | 'looked'> {
  const builder = new BatchBuilder('rules');
  for (const no of numbers) builder.add(event(no), '{}', lookAt(no));
  const { frames, ends, looks, times } = builder.build();
  if (looks === undefined) throw new Error('no looks');
  const half = Math.ceil(numbers.length / 2);
  const cut = ends[half - 1] ?? 0;
  const pieces = [frames.subarray(0, cut), frames.subarray(cut)].filter(({ length }) => length > 0);
  const packed = pieces.map((piece) => zstdCompressSync(piece, framePacking));
  const counts = [half, numbers.length - half].filter((count) => count > 0);
  return {
    packed: Buffer.concat(packed),
    pieces: packed.map(({ length }) => length),
    looked: { batches: [{ looks, times }], counts },
  };
}

/** @param kept for each block which of its places are there: at least one; where all are, they were looked at */
function blocksOf(kept: readonly (readonly boolean[])[]): AppendedBlock[] {
  let [no, previous] = [1, 0];
  return kept.map((there) => {
    const places = there.flatMap((is, place) => (is ? [place] : []));
    const { frames } = batchOf(places.map((place) => ({ event: event(no + place), raw: {} })));
    const packed = zstdCompressSync(frames, framePacking);
    const upto = no + there.length - 1;
    const all = places.length === there.length;
    const block = {
      ...{ no, upto, previous, places: all ? null : places, received, packed, pieces: [packed.length] },
      ...(all ? lookedAt(places.map((place) => no + place)) : {}),
    };
    [no, previous] = [upto + 1, no + (places.at(-1) ?? 0)];
    return block;
  });
}

const someThere = fc.array(fc.boolean(), { minLength: 1, maxLength: 5 });
const allThere = fc.integer({ min: 1, max: 5 }).map((count) => Array<boolean>(count).fill(true));
const block = fc.oneof(someThere, allThere).map((there) => [...there, true]);
const blockWithTail = fc
  .tuple(block, fc.nat(2))
  .map(([there, tail]) => [...there, ...Array<boolean>(tail).fill(false)]);
/** Of each block: whether it is handed on, and after how many steps of the reader it is there. */
const written = fc.array(fc.record({ there: blockWithTail, handed: fc.boolean(), later: fc.nat(2) }), {
  maxLength: 12,
});

test('everything once, in order, from any place, each with the look that was taken at it', async () => {
  let looked = 0;
  await fc.assert(
    fc.asyncProperty(written, fc.nat(8), fc.integer({ min: 1, max: 6 }), async (how, from, limit) => {
      const blocks = blocksOf(how.map(({ there }) => there));
      const stored: KeptEvent[] = [];
      const feed = new WatchFeed(
        {
          after: async (no, most) => stored.filter((each) => each.no > no).slice(0, most),
          byIds: async () => [],
        },
        mainLine,
      );
      const seen: number[] = [];
      let position = from;
      const step = async () => {
        const next = await feed.after(position, limit);
        for (const { no, event: is, rawText, look } of next) {
          seen.push(no);
          expect([is.id, rawText]).toEqual([String(no), '{}']);
          if (look !== undefined) {
            looked += 1;
            const { is: self, ...rest } = look;
            expect(rest).toEqual({ ...lookAt(no), by: 'rules', time: received.getTime() });
            const form = self === undefined ? undefined : JSON.parse(Buffer.from(self.form).toString('utf8'));
            expect([self?.id, form]).toEqual(
              rest.counted.length > 0 ? [String(no), event(no)] : [undefined, undefined],
            );
          }
        }
        position = next.at(-1)?.no ?? position;
        return next.length > 0;
      };
      for (const [at, { handed, later }] of how.entries()) {
        const next = blocks[at] as AppendedBlock;
        stored.push(...unpackedEvents(next));
        if (handed) feed.hand(next);
        for (let turn = 0; turn < later; turn += 1) await step();
      }
      while (await step());
      expect(seen).toEqual(stored.map(({ no }) => no).filter((no) => no > from));
    }),
    { numRuns: 200 },
  );
  expect(looked).toBeGreaterThan(100);
});
