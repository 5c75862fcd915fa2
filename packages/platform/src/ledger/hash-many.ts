/**
 * Merkle hashing in bulk, for whoever has many leaves at once: the appender, and whoever verifies a whole log. Says the same
 * as `merkle.ts` hash by hash, several times as fast (`sha256-lanes.ts`). Not for the verifier page, whose policy lets no
 * WebAssembly run.
 */
import { hashBytes, hashLeafInto, hashPairInto } from './merkle.ts';
import { blockBytes, lanes, type Sha256Lanes, sha256Lanes } from './sha256-lanes.ts';

/** Longer records go to OpenSSL one by one, which hashes more bytes a second once a message is not short. */
const mostBlocks = 12;
/** Pairs that are hashed in one call. */
const mostPairs = 4096;

/** Where what lies in the memory of the lanes: digests and scratch first, then the slots, then the pairs. */
const digestsAt = 0;
const scratchAt = lanes * hashBytes;
const slotsAt = scratchAt + lanes * 2 * blockBytes;
/** Four messages of one block, four of two, … */
const slotsOf = (blocks: number) => slotsAt + lanes * blockBytes * ((blocks * (blocks - 1)) / 2);
const pairsAt = slotsOf(mostBlocks + 1);
const memoryBytes = pairsAt + (mostPairs + lanes) * 2 * hashBytes;

let compiled: Sha256Lanes | undefined;
/** Compiled at first use: most commands append a few entries, which are hashed one by one. */
const machine = (): Sha256Lanes => {
  compiled ??= sha256Lanes(memoryBytes);
  return compiled;
};

/** The leaf hash of each record, SHA-256(0x00 || record), one after the other. */
export function hashLeaves(records: readonly Uint8Array[]): Uint8Array {
  const target = new Uint8Array(records.length * hashBytes);
  if (records.length < lanes) {
    for (const [number, record] of records.entries()) hashLeafInto(target, number * hashBytes, record);
    return target;
  }
  const { memory, compress } = machine();
  /** Numbers of the records whose messages stand in the slots, by length in blocks. */
  const standing: number[][] = Array.from({ length: mostBlocks + 1 }, () => []);

  function flush(blocks: number): void {
    const numbers = standing[blocks] ?? [];
    const first = slotsOf(blocks);
    const step = blocks * blockBytes;
    compress(digestsAt, first, first + step, first + 2 * step, first + 3 * step, blocks);
    for (let lane = 0; lane < numbers.length; lane += 1) {
      const from = digestsAt + lane * hashBytes;
      target.set(memory.subarray(from, from + hashBytes), (numbers[lane] as number) * hashBytes);
    }
    numbers.length = 0;
  }

  for (let number = 0; number < records.length; number += 1) {
    const record = records[number] as Uint8Array;
    // 0x00 before the record; 0x80 and eight bytes of length behind it
    const blocks = Math.ceil((record.length + 10) / blockBytes);
    const numbers = standing[blocks];
    if (numbers === undefined) {
      hashLeafInto(target, number * hashBytes, record);
      continue;
    }
    const start = slotsOf(blocks) + numbers.length * blocks * blockBytes;
    writePadded(memory, start, record, start + blocks * blockBytes);
    if (numbers.push(number) === lanes) flush(blocks);
  }
  // Slots that nobody has filled are hashed as they are, and not looked at.
  for (let blocks = 1; blocks <= mostBlocks; blocks += 1) if (standing[blocks]?.length !== 0) flush(blocks);
  return target;
}

/** The message 0x00 || record with the padding of FIPS 180-4, section 5.1.1. It has fewer than 2^13 bits. */
function writePadded(memory: Uint8Array, start: number, record: Uint8Array, end: number): void {
  const bits = (1 + record.length) * 8;
  memory[start] = 0;
  memory.set(record, start + 1);
  memory.fill(0, start + 2 + record.length, end - 2);
  memory[start + 1 + record.length] = 0x80;
  memory[end - 2] = bits >> 8;
  memory[end - 1] = bits & 0xff;
}

/** The row above: the hash of each pair of a row of hashes. One that is left over at the end has none. */
export function hashPairs(row: Uint8Array): Uint8Array {
  const pairs = Math.floor(row.length / (2 * hashBytes));
  const above = new Uint8Array(pairs * hashBytes);
  if (pairs < lanes) {
    for (let at = 0; at < above.length; at += hashBytes) hashPairInto(above, at, row, 2 * at);
    return above;
  }
  const vectors = machine();
  for (let from = 0; from < pairs; from += mostPairs) {
    const count = Math.min(mostPairs, pairs - from);
    vectors.memory.set(row.subarray(from * 2 * hashBytes, (from + count) * 2 * hashBytes), pairsAt);
    vectors.pairs(pairsAt, pairsAt, count, scratchAt);
    above.set(vectors.memory.subarray(pairsAt, pairsAt + count * hashBytes), from * hashBytes);
  }
  return above;
}
