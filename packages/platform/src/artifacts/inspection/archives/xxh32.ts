/** XXH32 with seed 0, the checksum of LZ4. Source: "xxHash fast digest algorithm" 0.1.1, whose names are kept. */
const prime1 = 0x9e37_79b1;
const prime2 = 0x85eb_ca77;
const prime3 = 0xc2b2_ae3d;
const prime4 = 0x27d4_eb2f;
const prime5 = 0x1656_67b1;

const stripe = 16;

export class Xxh32 {
  readonly #lanes = Int32Array.of(prime1 + prime2, prime2, 0, -prime1);
  readonly #rest = Buffer.alloc(stripe);
  #held = 0;
  #length = 0;

  static of(bytes: Buffer): number {
    const hash = new Xxh32();
    hash.update(bytes);
    return hash.digest();
  }

  update(bytes: Buffer): void {
    this.#length += bytes.length;
    let at = 0;
    if (this.#held > 0) {
      at = bytes.copy(this.#rest, this.#held);
      this.#held += at;
      if (this.#held < stripe) return;
      this.#mix(this.#rest, 0);
    }
    for (; at + stripe <= bytes.length; at += stripe) this.#mix(bytes, at);
    this.#held = bytes.copy(this.#rest, 0, at);
  }

  digest(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#lanes;
    let hash = this.#length >= stripe ? rotated(a, 1) + rotated(b, 7) + rotated(c, 12) + rotated(d, 18) : prime5;
    hash = (hash + this.#length) | 0;
    let at = 0;
    for (; at + 4 <= this.#held; at += 4)
      hash = Math.imul(rotated(hash + Math.imul(this.#rest.readInt32LE(at), prime3), 17), prime4);
    for (; at < this.#held; at += 1)
      hash = Math.imul(rotated(hash + Math.imul(this.#rest[at] as number, prime5), 11), prime1);
    hash = Math.imul(hash ^ (hash >>> 15), prime2);
    hash = Math.imul(hash ^ (hash >>> 13), prime3);
    return (hash ^ (hash >>> 16)) >>> 0;
  }

  #mix(bytes: Buffer, at: number): void {
    for (let lane = 0; lane < 4; lane += 1) {
      const mixed = (this.#lanes[lane] as number) + Math.imul(bytes.readInt32LE(at + lane * 4), prime2);
      this.#lanes[lane] = Math.imul(rotated(mixed, 13), prime1);
    }
  }
}

function rotated(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
