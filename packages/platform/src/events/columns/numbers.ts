/** Whole numbers as bytes: as many bytes for each as the widest needs, and one for all where all are the same. */

const header = 16;
const widths = { 1: Uint8Array, 2: Uint16Array, 4: Int32Array, 8: Float64Array } as const;
type Width = keyof typeof widths;

export type Numbers = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;

export function encodeNumbers(numbers: Numbers): Buffer {
  const head = Buffer.alloc(header);
  head.writeUInt32LE(numbers.length, 4);
  const first = numbers[0] ?? 0;
  let [low, high] = [first, first];
  for (let at = 0; at < numbers.length; at += 1) {
    const number = numbers[at] as number;
    if (number < low) low = number;
    else if (number > high) high = number;
  }
  if (low === high) {
    head.writeDoubleLE(first, 8);
    return head;
  }
  const width: Width =
    low >= 0 && high <= 0xff ? 1 : low >= 0 && high <= 0xffff ? 2 : low >= -0x8000_0000 && high <= 0x7fff_ffff ? 4 : 8;
  head.writeUInt8(width, 0);
  return Buffer.concat([head, Buffer.from(new widths[width](numbers).buffer)]);
}

/** @returns the numbers, and where what follows them begins. @throws RangeError for bytes that are cut off */
export function decodeNumbers(bytes: Buffer, from: number): { readonly numbers: Numbers; readonly next: number } {
  const [width, length] = [bytes.readUInt8(from), bytes.readUInt32LE(from + 4)];
  const start = from + header;
  if (width === 0) {
    const first = bytes.readDoubleLE(from + 8);
    return { numbers: new Float64Array(length).fill(first), next: start };
  }
  const next = start + width * length;
  if (next > bytes.length) throw new RangeError('The column is cut off.');
  // Of its own, so that it is aligned.
  const copy = new Uint8Array(bytes.subarray(start, next)).buffer;
  return { numbers: new widths[width as Width](copy), next };
}

/** From each number to the next: of what grows evenly they are all the same. */
export function stepsOf(numbers: Numbers): Float64Array {
  const steps = new Float64Array(numbers.length);
  let before = 0;
  for (let at = 0; at < numbers.length; at += 1) {
    const number = numbers[at] as number;
    steps[at] = number - before;
    before = number;
  }
  return steps;
}

/** Back from the steps, into as many numbers of their own. */
export function sumsOf<T extends Int32Array | Float64Array>(steps: Numbers, sums: T): T {
  let sum = 0;
  for (let at = 0; at < steps.length; at += 1) {
    sum += steps[at] as number;
    sums[at] = sum;
  }
  return sums;
}
