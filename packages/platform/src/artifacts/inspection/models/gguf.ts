/**
 * GGUF (ggml/docs/gguf.md), versions 1 to 3. Its readers are in C and have believed counts and lengths that lie
 * (CVE-2024-21802, -21825, -21836, -23496, -23605); here each is held against what the file can have.
 */
import { type Bytes, Damaged, TooMuch } from '../bytes.ts';
import type { Inspection, Part } from '../inspection.ts';
import { templateReasons } from './jinja.ts';

/** Bytes of the plain types of values; 8 is text, 9 an array. */
const valueBytes: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};
/** Elements in a block, and its bytes, by type of tensor (ggml.h). */
const blocks: Readonly<Record<number, readonly [number, number]>> = {
  0: [1, 4],
  1: [1, 2],
  2: [32, 18],
  3: [32, 20],
  6: [32, 22],
  7: [32, 24],
  8: [32, 34],
  9: [32, 36],
  10: [256, 84],
  11: [256, 110],
  12: [256, 144],
  13: [256, 176],
  14: [256, 210],
  15: [256, 292],
  16: [256, 66],
  17: [256, 74],
  18: [256, 98],
  19: [256, 50],
  20: [32, 18],
  21: [256, 110],
  22: [256, 82],
  23: [256, 136],
  24: [1, 1],
  25: [1, 2],
  26: [1, 4],
  27: [1, 8],
  28: [1, 8],
  29: [256, 56],
  30: [1, 2],
  34: [256, 54],
  35: [256, 66],
  39: [32, 17],
};
const mostItems = 100_000_000;

export function inspectGguf(inspection: Inspection, part: Part): void {
  const { bytes } = part;
  const reader = new Reader(bytes, inspection);
  const tensorCount = reader.count('tensors', 24);
  const pairCount = reader.count('values', 12);
  const keys = new Set<string>();
  let alignment = 32;
  for (let number = 0; number < pairCount; number += 1) {
    const at = reader.at;
    const key = reader.text(64 << 10);
    if (keys.has(key)) inspection.say(part, 'unsafe', 'gguf/duplicate-key', at, `It has ${JSON.stringify(key)} twice.`);
    keys.add(key);
    const type = reader.u32();
    if (type === 8 && /(^|\.)chat_template(\.|$)/.test(key)) template(inspection, part, reader, key);
    else if (key === 'general.alignment' && type === 4) alignment = reader.u32();
    else reader.skipValue(type, 0);
  }
  if (alignment === 0 || alignment % 8 !== 0 || alignment > 1 << 20)
    throw new Damaged(0, `Its alignment of ${alignment} is none.`);
  const spans: { name: string; from: number; to: number; at: number }[] = [];
  const names = new Set<string>();
  for (let number = 0; number < tensorCount; number += 1) {
    const at = reader.at;
    const name = reader.text(64 << 10);
    if (names.has(name))
      inspection.say(part, 'unsafe', 'gguf/duplicate-name', at, `Two tensors are named ${JSON.stringify(name)}.`);
    names.add(name);
    const dimensions = reader.u32();
    if (dimensions > 4) throw new Damaged(at, `A tensor has ${dimensions} dimensions; there are at most 4.`);
    let elements = 1;
    for (let each = 0; each < dimensions; each += 1) elements *= reader.length('A dimension');
    const type = reader.u32();
    const from = reader.length('An offset');
    const block = blocks[type];
    if (block === undefined) {
      inspection.say(part, 'cannot-tell', 'gguf/type', at, `Tensors of type ${type} are not known here.`);
      continue;
    }
    if (from % alignment !== 0)
      inspection.say(part, 'unsafe', 'gguf/offset', at, `A tensor begins at ${from}, which is not aligned.`);
    if (!Number.isSafeInteger(elements) || elements % block[0] !== 0)
      throw new Damaged(at, 'The shape of a tensor is none.');
    spans.push({ name, from, to: from + (elements / block[0]) * block[1], at });
  }
  const data = Math.ceil(reader.at / alignment) * alignment;
  let end = 0;
  for (const { name, from, to, at } of spans.sort((a, b) => a.from - b.from)) {
    if (from < end)
      inspection.say(part, 'unsafe', 'gguf/overlap', at, `The tensor ${JSON.stringify(name)} lies over another one.`);
    end = Math.max(end, to);
    if (data + to > bytes.size) throw new Damaged(at, `The tensor ${JSON.stringify(name)} ends after the file does.`);
  }
  const rest = bytes.size - (spans.length === 0 ? reader.at : data + end);
  if (rest >= Math.max(alignment, 64))
    inspection.say(part, 'unsafe', 'gguf/trailing', bytes.size - rest, `${rest} bytes belong to nothing.`);
}

function template(inspection: Inspection, part: Part, reader: Reader, key: string): void {
  const at = reader.at + 8;
  for (const { verdict, offset, what } of templateReasons(reader.text(4 << 20)))
    inspection.say(part, verdict, 'gguf/chat-template', at + offset, `${key}: ${what}`);
}

class Reader {
  at = 4;
  readonly #bytes: Bytes;
  readonly #inspection: Inspection;
  readonly #big: boolean;
  readonly #short: boolean;

  constructor(bytes: Bytes, inspection: Inspection) {
    this.#bytes = bytes;
    this.#inspection = inspection;
    const version = bytes.read(4, 4);
    this.#big = version.readUInt32LE() > 0xffff;
    const number = this.#big ? version.readUInt32BE() : version.readUInt32LE();
    if (number < 1 || number > 3) throw new Damaged(4, `Version ${number} of the format does not exist.`);
    this.#short = number === 1;
    this.at = 8;
  }

  u32(): number {
    const bytes = this.#bytes.read(this.at, 4);
    this.at += 4;
    return this.#big ? bytes.readUInt32BE() : bytes.readUInt32LE();
  }

  length(what: string): number {
    if (this.#short) return this.u32();
    const bytes = this.#bytes.read(this.at, 8);
    this.at += 8;
    const value = this.#big ? bytes.readBigUInt64BE() : bytes.readBigUInt64LE();
    if (value > BigInt(this.#bytes.size) * 64n)
      throw new Damaged(this.at - 8, `${what} of ${value} is more than the file can have.`);
    return Number(value);
  }

  count(what: string, least: number): number {
    const value = this.length(`A count of ${what}`);
    if (value * least > this.#bytes.size)
      throw new Damaged(this.at - 8, `${value} ${what} are more than the file can have.`);
    return value;
  }

  text(longest: number): string {
    const length = this.length('The length of a text');
    if (length > longest) throw new Damaged(this.at, `A text of ${length} bytes is too long for what it is.`);
    const text = this.#bytes.read(this.at, length).toString('utf8');
    this.at += length;
    return text;
  }

  skipValue(type: number, depth: number) {
    const size = valueBytes[type];
    if (size !== undefined) return this.#skip(size);
    if (type === 8) return this.#skip(this.length('The length of a text'));
    if (type !== 9 || depth > 3) throw new Damaged(this.at, `There is no type ${type} of values.`);
    const of = this.u32();
    const plain = valueBytes[of];
    const count = this.count('items', plain ?? 4);
    if (plain !== undefined) return this.#skip(count * plain);
    if (count > mostItems) throw new TooMuch(this.at, 'It has more items than are followed.');
    for (let number = 0; number < count; number += 1) {
      if ((number & 0xffff) === 0) this.#inspection.mustHaveTime(this.at);
      this.skipValue(of, depth + 1);
    }
  }

  #skip(length: number): void {
    if (this.at + length > this.#bytes.size) throw new Damaged(this.at, `${length} bytes should follow.`);
    this.at += length;
  }
}
