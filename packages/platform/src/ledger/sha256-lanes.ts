/**
 * SHA-256 (FIPS 180-4) of four messages at a time, in the lanes of WebAssembly's 128-bit vectors.
 *
 * Why: a Merkle tree hashes very many very short messages, and on those a call into OpenSSL costs more than the hashing. The
 * code below is not hand-written WebAssembly but a small generator of it: the 64 rounds of the standard, unrolled, each
 * operation on four messages. It knows nothing of trees.
 *
 * What must stay true: the four messages of a call have the same number of blocks and are padded by the caller; nothing here
 * awaits, so that the one memory can be shared by all callers of a thread. `hash-many.test.ts` compares it with Node's own.
 */

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4, section 4.2.2). */
const roundConstants = fractions(64, Math.cbrt, 3n);
/** The same of the square roots of the first 8 (section 5.3.3). */
const initialState = fractions(8, Math.sqrt, 2n);

/** Bytes of a block. */
export const blockBytes = 64;
/** Messages in one call. */
export const lanes = 4;

export interface Sha256Lanes {
  /** What messages and digests lie in: at least as long as was asked for. */
  readonly memory: Uint8Array;
  /**
   * Hashes four padded messages of `blocks` blocks each, from the addresses given, and writes their digests, 32 bytes each,
   * one after the other to `out`.
   */
  compress(out: number, first: number, second: number, third: number, fourth: number, blocks: number): void;
  /**
   * Hashes `count` messages of 65 bytes, 0x01 and 64 bytes each (an inner node of RFC 6962), from `from` to `to`. The digests
   * may overwrite the messages. `count` is rounded up to a multiple of four: so much room is needed behind both. Uses the 512
   * bytes at `scratch`.
   */
  pairs(from: number, to: number, count: number, scratch: number): void;
}

/** A compiled instance with memory of its own. @param bytes of memory, rounded up to pages of 64 KiB */
export function sha256Lanes(bytes: number): Sha256Lanes {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65_536) });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()), { env: { memory } });
  const { compress, pairs } = instance.exports as unknown as Pick<Sha256Lanes, 'compress' | 'pairs'>;
  return { memory: new Uint8Array(memory.buffer), compress, pairs };
}

/** The code is a list of bytes, nested as it was put together. */
type Code = number | readonly Code[];

const op = {
  loop: [0x03, 0x40],
  brIf: (depth: number) => [0x0d, depth],
  end: 0x0b,
  call: (index: number) => [0x10, index],
  get: (local: number) => [0x20, unsigned(local)],
  set: (local: number) => [0x21, unsigned(local)],
  tee: (local: number) => [0x22, unsigned(local)],
  store32: (offset: number) => [0x36, 2, unsigned(offset)],
  i32: (value: number) => [0x41, signed(value)],
  add32: 0x6a,
  gt32: 0x4a,
  load: (offset: number) => [0xfd, 0, 0, unsigned(offset)],
  store: (offset: number) => [0xfd, 11, 0, unsigned(offset)],
  shuffle: (bytes: readonly number[]) => [0xfd, 13, bytes],
  splat: [0xfd, 17],
  and: [0xfd, 78],
  or: [0xfd, 80],
  xor: [0xfd, 81],
  select: [0xfd, 82],
  loadLane: (offset: number, lane: number) => [0xfd, 86, 0, unsigned(offset), lane],
  storeLane: (offset: number, lane: number) => [0xfd, 90, 0, unsigned(offset), lane],
  shl: [0xfd, unsigned(171)],
  shr: [0xfd, unsigned(173)],
  add: [0xfd, unsigned(174)],
} as const;

/** Turns the bytes of each 32-bit lane: SHA-256 counts from the other end than WebAssembly. */
const swapped = op.shuffle([3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12]);

/** Locals of `compress`: its six parameters, then vectors. */
const [outAt, blocksLeft] = [0, 5] as const;
const messageAt = (lane: number) => 1 + lane;
const stateAt = (word: number) => 6 + word;
const workingAt = (word: number) => 14 + word;
const scheduleAt = (word: number) => 22 + (word % 16);
const [temporary, vectors] = [38, 33] as const;

const rotated = (local: number, by: number): Code => [
  ...[op.get(local), op.i32(by), op.shr],
  ...[op.get(local), op.i32(32 - by), op.shl, op.or],
];
const shifted = (local: number, by: number): Code => [op.get(local), op.i32(by), op.shr];
/** The sigmas of section 4.1.2: three turns of one word, together. */
const turned = (one: Code, other: Code, third: Code): Code => [one, other, op.xor, third, op.xor];

function scheduled(t: number): Code {
  if (t < 16) return [];
  const [early, late] = [scheduleAt(t - 15), scheduleAt(t - 2)];
  return [
    ...[op.get(scheduleAt(t)), op.get(scheduleAt(t - 7)), op.add],
    ...[turned(rotated(early, 7), rotated(early, 18), shifted(early, 3)), op.add],
    ...[turned(rotated(late, 17), rotated(late, 19), shifted(late, 10)), op.add],
    op.set(scheduleAt(t)),
  ];
}

/** One round of section 6.2.2. Instead of moving the eight words along, each round calls them by other names. */
function round(t: number): Code {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = Array.from({ length: 8 }, (_, word) =>
    workingAt((word - t + 64) % 8),
  );
  const choice = [op.get(f), op.get(g), op.get(e), op.select];
  const majority = [op.get(c), op.get(b), op.get(a), op.get(b), op.xor, op.select];
  return [
    scheduled(t),
    ...[op.get(h), turned(rotated(e, 6), rotated(e, 11), rotated(e, 25)), op.add, choice, op.add],
    ...[op.i32(roundConstants[t] ?? 0), op.splat, op.add, op.get(scheduleAt(t)), op.add, op.set(temporary)],
    ...[op.get(d), op.get(temporary), op.add, op.set(d)],
    ...[op.get(temporary), turned(rotated(a, 2), rotated(a, 13), rotated(a, 22)), op.add, majority, op.add, op.set(h)],
  ];
}

const eight = (code: (word: number) => Code): Code => Array.from({ length: 8 }, (_, word) => code(word));
const four = (code: (lane: number) => Code): Code => Array.from({ length: lanes }, (_, lane) => code(lane));

function compressBody(): Code {
  const load = Array.from({ length: 16 }, (_, word) => [
    ...[op.i32(0), op.splat, op.set(scheduleAt(word))],
    four((lane) => [
      ...[op.get(messageAt(lane)), op.get(scheduleAt(word)), op.loadLane(word * 4, lane), op.set(scheduleAt(word))],
    ]),
    ...[op.get(scheduleAt(word)), op.get(scheduleAt(word)), swapped, op.set(scheduleAt(word))],
  ]);
  return [
    eight((word) => [op.i32(initialState[word] ?? 0), op.splat, op.set(stateAt(word))]),
    op.loop,
    load,
    eight((word) => [op.get(stateAt(word)), op.set(workingAt(word))]),
    Array.from({ length: 64 }, (_, t) => round(t)),
    eight((word) => [op.get(stateAt(word)), op.get(workingAt(word)), op.add, op.set(stateAt(word))]),
    four((lane) => [op.get(messageAt(lane)), op.i32(blockBytes), op.add32, op.set(messageAt(lane))]),
    ...[op.get(blocksLeft), op.i32(-1), op.add32, op.tee(blocksLeft), op.i32(0), op.gt32, op.brIf(0)],
    op.end,
    eight((word) => [
      ...[op.get(stateAt(word)), op.get(stateAt(word)), swapped, op.set(temporary)],
      four((lane) => [op.get(outAt), op.get(temporary), op.storeLane(lane * 32 + word * 4, lane)]),
    ]),
    op.end,
  ];
}

/** Sets four padded messages up at `scratch`, 128 bytes each, of which every round changes only bytes 1 to 64. */
function pairsBody(): Code {
  const [from, to, left, scratch] = [0, 1, 2, 3] as const;
  const zero = [op.i32(0), op.splat];
  return [
    four((lane) => [
      ...Array.from({ length: 8 }, (_, at) => [op.get(scratch), zero, op.store(lane * 128 + at * 16)]),
      // 0x01 before the pair; behind it the 1 bit that ends a message, and its length of 520 bits in the last two bytes
      ...[op.get(scratch), op.i32(0x01), op.store32(lane * 128)],
      ...[op.get(scratch), op.i32(0x8000), op.store32(lane * 128 + 64)],
      ...[op.get(scratch), op.i32(0x0802_0000), op.store32(lane * 128 + 124)],
    ]),
    op.loop,
    four((lane) =>
      Array.from({ length: 4 }, (_, at) => [
        ...[op.get(scratch), op.get(from), op.load(lane * 64 + at * 16), op.store(lane * 128 + 1 + at * 16)],
      ]),
    ),
    op.get(to),
    four((lane) => [op.get(scratch), op.i32(lane * 128), op.add32]),
    ...[op.i32(2), op.call(0)],
    ...[op.get(from), op.i32(lanes * 64), op.add32, op.set(from)],
    ...[op.get(to), op.i32(lanes * 32), op.add32, op.set(to)],
    ...[op.get(left), op.i32(-lanes), op.add32, op.tee(left), op.i32(0), op.gt32, op.brIf(0)],
    op.end,
    op.end,
  ];
}

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const [i32, v128, func] = [0x7f, 0x7b, 0x60];
  const parameters = (count: number) => [func, vector(Array.from({ length: count }, () => i32)), 0];
  const name = (text: string) => vector([...new TextEncoder().encode(text)]);
  const section = (id: number, content: Code) => [id, vector(content)];
  return Uint8Array.from(
    flat([
      ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, [2, parameters(6), parameters(4)]),
      section(2, [1, name('env'), name('memory'), 0x02, 0x00, 1]),
      section(3, [2, 0, 1]),
      section(7, [2, name('compress'), 0x00, 0, name('pairs'), 0x00, 1]),
      section(10, [2, vector([1, vectors, v128, compressBody()]), vector([0, pairsBody()])]),
    ]),
  );
}

function flat(code: Code): number[] {
  return typeof code === 'number' ? [code] : code.flatMap(flat);
}

/** Length and content. */
function vector(content: Code): Code {
  const bytes = flat(content);
  return [unsigned(bytes.length), bytes];
}

/** LEB128, as WebAssembly writes its numbers. */
function unsigned(value: number): Code {
  return value < 0x80 ? value : [(value % 0x80) + 0x80, unsigned(Math.floor(value / 0x80))];
}
function signed(value: number): Code {
  const rest = value >> 7;
  const low = value & 0x7f;
  return (rest === 0 && low < 0x40) || (rest === -1 && low >= 0x40) ? low : [low | 0x80, signed(rest)];
}

/** 32 bits behind the point of the roots of the first primes, exactly: `Math` gives a start, whole numbers the rest. */
function fractions(count: number, rootOf: (value: number) => number, degree: bigint): number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n += 1) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return primes.map((prime) => {
    const wanted = BigInt(prime) << (32n * degree);
    let root = BigInt(Math.floor(rootOf(prime) * 2 ** 32));
    while (root ** degree > wanted) root -= 1n;
    while ((root + 1n) ** degree <= wanted) root += 1n;
    return Number(BigInt.asIntN(32, root));
  });
}
