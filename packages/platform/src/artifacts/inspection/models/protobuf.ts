/** Fields of a protobuf message (encoding of protobuf.dev), read by ranges without a schema. */
import { type Bytes, Damaged, partOf } from '../bytes.ts';

export interface Field {
  readonly number: number;
  /** 0 varint, 1 eight bytes, 2 a length and bytes, 5 four bytes. */
  readonly wire: 0 | 1 | 2 | 5;
  /** Of a varint; 64 bits. */
  readonly value: bigint;
  /** Where its bytes begin in the message. */
  readonly at: number;
  readonly length: number;
}

/** @throws Damaged where it is no message */
export function* fieldsOf(bytes: Bytes): Generator<Field> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes.read(at, 1)[0] as number;
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new Damaged(at, 'A number has no end.');
  };
  while (at < bytes.size) {
    const begin = at;
    const key = varint();
    const number = Number(key >> 3n);
    const wire = Number(key & 7n);
    if (number === 0 || number > 0x1fffffff) throw new Damaged(begin, `There is no field ${number}.`);
    if (wire === 0) {
      const value = varint();
      yield { number, wire, value, at, length: 0 };
    } else if (wire === 1 || wire === 5 || wire === 2) {
      const length = wire === 2 ? Number(varint()) : wire === 1 ? 8 : 4;
      if (at + length > bytes.size) throw new Damaged(begin, `A field of ${length} bytes is longer than what follows.`);
      yield { number, wire, value: 0n, at, length };
      at += length;
    } else throw new Damaged(begin, `Field ${number} is of a kind that is not used (${wire}).`);
  }
}

export function messageIn(bytes: Bytes, { wire, at, length }: Field): Bytes {
  if (wire !== 2) throw new Damaged(at, 'A message should stand where a number does.');
  return partOf(bytes, at, length);
}

const longestText = 1 << 20;

export function textIn(bytes: Bytes, { wire, at, length }: Field): string {
  if (wire !== 2 || length > longestText) throw new Damaged(at, 'A text should stand here.');
  return bytes.read(at, length).toString('utf8');
}

/** The numbers and kinds of the fields of a message, or undefined when it is none. Looks at no more than `most` fields. */
export function shapeOf(bytes: Bytes, most: number): ReadonlyMap<number, Field['wire']> | undefined {
  const shape = new Map<number, Field['wire']>();
  try {
    let left = most;
    for (const { number, wire } of fieldsOf(bytes)) {
      if (number > 1000) return undefined;
      shape.set(number, wire);
      left -= 1;
      if (left === 0) break;
    }
    return shape;
  } catch (error) {
    if (error instanceof Damaged) return shape.size > 1 ? shape : undefined;
    throw error;
  }
}
