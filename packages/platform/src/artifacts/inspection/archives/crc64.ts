/** CRC-64 of ECMA-182, reflected, as xz uses it: in two halves, because numbers have no 64 bits to shift. */
const polynomial = [0xd787_0f42, 0xc96c_5795] as const;

const low = new Uint32Array(256);
const high = new Uint32Array(256);
for (let byte = 0; byte < 256; byte += 1) {
  let [l, h] = [byte, 0];
  for (let i = 0; i < 8; i += 1) {
    const isOdd = (l & 1) === 1;
    l = (l >>> 1) | (h << 31);
    h >>>= 1;
    if (isOdd) {
      l ^= polynomial[0];
      h ^= polynomial[1];
    }
  }
  low[byte] = l;
  high[byte] = h;
}

export class Crc64 {
  #low = 0xffff_ffff | 0;
  #high = 0xffff_ffff | 0;

  update(bytes: Uint8Array): void {
    let l = this.#low;
    let h = this.#high;
    for (const byte of bytes) {
      const at = (l ^ byte) & 0xff;
      l = ((l >>> 8) | (h << 24)) ^ (low[at] as number);
      h = (h >>> 8) ^ (high[at] as number);
    }
    this.#low = l;
    this.#high = h;
  }

  /** Eight bytes, the lowest first. */
  digest(): Buffer {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32LE(~this.#low >>> 0, 0);
    bytes.writeUInt32LE(~this.#high >>> 0, 4);
    return bytes;
  }
}
