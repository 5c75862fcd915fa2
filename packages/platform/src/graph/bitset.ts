/** A set of small integers, one bit each. Plain words, so that the inner loops of the graph may read them without a call. */
export type Bitset = Uint32Array;

/** An empty set that can hold 0 … size − 1. */
export function bitset(size: number): Bitset {
  return new Uint32Array((size + 31) >>> 5);
}

/** A set of the given members out of 0 … size − 1. */
export function bitsetOf(size: number, members: Iterable<number>): Bitset {
  const set = bitset(size);
  for (const member of members) addBit(set, member);
  return set;
}

export function hasBit(set: Bitset, member: number): boolean {
  return (((set[member >>> 5] as number) >>> (member & 31)) & 1) === 1;
}

export function addBit(set: Bitset, member: number): void {
  set[member >>> 5] = (set[member >>> 5] as number) | (1 << (member & 31));
}

export function removeBit(set: Bitset, member: number): void {
  set[member >>> 5] = (set[member >>> 5] as number) & ~(1 << (member & 31));
}

/** How many members. */
export function countBits(set: Bitset): number {
  let count = 0;
  for (let word of set) {
    while (word !== 0) {
      word &= word - 1;
      count += 1;
    }
  }
  return count;
}

/** The members, ascending. */
export function* membersOf(set: Bitset): Generator<number> {
  for (let index = 0; index < set.length; index += 1) {
    let word = set[index] as number;
    while (word !== 0) {
      const lowest = 31 - Math.clz32(word & -word);
      yield index * 32 + lowest;
      word &= word - 1;
    }
  }
}

/** Writes the members into an array that has room for them, ascending: `membersOf` for where a generator is too slow. */
export function writeMembers(set: Bitset, target: Int32Array): void {
  let next = 0;
  for (let index = 0; index < set.length; index += 1) {
    let word = set[index] as number;
    while (word !== 0) {
      const lowest = word & -word;
      target[next] = index * 32 + 31 - Math.clz32(lowest);
      next += 1;
      word ^= lowest;
    }
  }
}

/** Takes the members of `others`, which is no longer, out of `set`. */
export function removeBits(set: Bitset, others: Bitset): void {
  for (let index = 0; index < others.length; index += 1) {
    set[index] = (set[index] as number) & ~(others[index] as number);
  }
}
