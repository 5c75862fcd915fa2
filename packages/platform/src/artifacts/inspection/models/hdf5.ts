/**
 * As much of HDF5 (File Format Specification 3.0) as a model's file needs: groups, their links, and the attributes that hold a
 * configuration. Links to other files and data in other files make a loader read whatever they name, so they are unsafe. What is
 * stored in a way that is not followed here (dense links and attributes) is said: nobody may call it clean.
 */
import { type Bytes, Damaged, sizeAt, TooMuch } from '../bytes.ts';
import type { Inspection, Part } from '../inspection.ts';
import { inspectKerasText } from './keras-config.ts';

export const hdf5Magic = Buffer.from('894844460d0a1a0a', 'hex');
const undefinedAddress = 0xffff_ffff_ffff_ffffn;
const mostObjects = 200_000;
const longestConfig = 64 << 20;
const configs = /^(model_config|training_config|keras_config|config|metadata|keras_metadata)$/;

/** What deflate, the densest packing that comes with HDF5, can reach. */
const highestRatio = 1032;

interface Message {
  readonly type: number;
  readonly flags: number;
  readonly at: number;
  readonly data: Buffer;
}

export function inspectHdf5(inspection: Inspection, part: Part): void {
  new Walk(inspection, part).run();
}

/** Of a dataspace, versions 1 and 2. */
function elementsOf({ data, at }: Message): number {
  const [version, rank = 0] = data;
  if (version !== 1 && version !== 2) throw new Damaged(at, `Version ${version} of a shape does not exist.`);
  const from = version === 1 ? 8 : 4;
  if (data.length < from + rank * 8) throw new Damaged(at, 'A shape is cut off.');
  let elements = 1;
  for (let each = 0; each < rank; each += 1) elements *= Number(data.readBigUInt64LE(from + each * 8));
  return elements;
}

class Walk {
  readonly #inspection: Inspection;
  readonly #part: Part;
  readonly #bytes: Bytes;
  readonly #seen = new Set<number>();
  readonly #left: number[] = [];

  constructor(inspection: Inspection, part: Part) {
    this.#inspection = inspection;
    this.#part = part;
    this.#bytes = part.bytes;
  }

  run(): void {
    const head = Buffer.from(this.#bytes.read(0, Math.min(96, this.#bytes.size)));
    const version = head[8] as number;
    const classic = version <= 1;
    const widths = classic ? head.subarray(13, 15) : head.subarray(9, 11);
    if (version > 3) throw new Damaged(8, `Version ${version} of the superblock does not exist.`);
    if (widths[0] !== 8 || widths[1] !== 8) throw new TooMuch(9, 'Its offsets are not of eight bytes.');
    const base = classic ? 24 + (version === 1 ? 4 : 0) : 12;
    if (head.readBigUInt64LE(base) !== 0n) throw new TooMuch(base, 'Its addresses do not begin at its first byte.');
    const end = sizeAt(head, classic ? base + 16 : base + 16, base);
    if (end > this.#bytes.size) throw new Damaged(base + 16, `It says that it ends at byte ${end}; it is cut off.`);
    if (end < this.#bytes.size)
      this.#say('unsafe', 'trailing', end, `${this.#bytes.size - end} bytes follow after its end.`);
    this.#left.push(sizeAt(head, classic ? base + 40 : base + 24, base));
    for (let next = this.#left.pop(); next !== undefined; next = this.#left.pop()) {
      if (this.#seen.has(next)) continue;
      this.#seen.add(next);
      if (this.#seen.size > mostObjects) throw new TooMuch(next, 'It has more objects than are followed.');
      this.#inspection.mustHaveTime(next);
      const shape: { elements?: number; bytes?: number; isSet?: boolean } = {};
      for (const message of this.#messages(next)) {
        this.#message(message);
        if (message.type === 0x01) shape.elements = elementsOf(message);
        else if (message.type === 0x03 && (message.flags & 2) === 0) shape.bytes = message.data.readUInt32LE(4);
        else if (message.type === 0x08) shape.isSet = true;
      }
      const { elements = 0, bytes = 1, isSet = false } = shape;
      // A loader makes room for all of it before it reads any (CVE-2026-0897).
      if (isSet && elements * bytes > this.#bytes.size * highestRatio)
        this.#say('unsafe', 'shape', next, `A set should have ${elements * bytes} bytes, which this file cannot hold.`);
    }
  }

  #say(verdict: 'unsafe' | 'cannot-tell' | 'suspicious', rule: string, offset: number, what: string): void {
    this.#inspection.say(this.#part, verdict, `hdf5/${rule}`, offset, what);
  }

  /** The messages of an object's header, versions 1 and 2. */
  *#messages(address: number): Generator<Message> {
    const head = Buffer.from(this.#bytes.read(address, 16));
    const second = head.toString('latin1', 0, 4) === 'OHDR';
    const blocks: { at: number; length: number }[] = [];
    let order = false;
    if (second) {
      const flags = head[5] as number;
      order = (flags & 4) !== 0;
      const wide = 1 << (flags & 3);
      const at = address + 6 + ((flags & 0x20) !== 0 ? 16 : 0) + ((flags & 0x10) !== 0 ? 4 : 0);
      blocks.push({ at: at + wide, length: this.#bytes.read(at, wide).readUIntLE(0, Math.min(wide, 6)) });
    } else {
      if (head[0] !== 1) throw new Damaged(address, 'There is no object where one should be.');
      blocks.push({ at: address + 16, length: head.readUInt32LE(8) });
    }
    const header = second ? (order ? 6 : 4) : 8;
    for (let count = 0, block = blocks.shift(); block !== undefined; block = blocks.shift(), count += 1) {
      if (count > 1000) throw new Damaged(block.at, 'The header of an object does not end.');
      for (let at = block.at; at + header <= block.at + block.length; ) {
        const one = Buffer.from(this.#bytes.read(at, header));
        const [type, size, flags] = second
          ? [one[0] as number, one.readUInt16LE(1), one[3] as number]
          : [one.readUInt16LE(0), one.readUInt16LE(2), one[4] as number];
        if (at + header + size > block.at + block.length) throw new Damaged(at, 'A message is longer than its block.');
        const data = Buffer.from(this.#bytes.read(at + header, size));
        if (type === 0x10 && size >= 16) {
          const to = sizeAt(data, 0, at);
          const length = sizeAt(data, 8, at);
          blocks.push(second ? { at: to + 4, length: length - 8 } : { at: to, length });
        } else yield { type, flags, at: at + header, data };
        at += header + size;
      }
    }
  }

  #message({ type, flags, at, data }: Message) {
    if ((flags & 2) !== 0 && (type === 0x0c || type === 0x06))
      return this.#say('cannot-tell', 'shared', at, 'Something in it is stored away from where it is used.');
    if (type === 0x07) this.#say('unsafe', 'external-data', at, 'The data of a set are in other files.');
    else if (type === 0x06) this.#link(data, at);
    else if (type === 0x11) this.#group(sizeAt(data, 0, at), sizeAt(data, 8, at));
    else if (type === 0x0c) this.#attribute(data, at);
    else if (type === 0x02 || type === 0x15) {
      const from = 2 + ((data[1] as number) & 1 ? (type === 0x02 ? 8 : 2) : 0);
      if (data.readBigUInt64LE(from) !== undefinedAddress)
        this.#say(
          'cannot-tell',
          'dense',
          at,
          `It has so many ${type === 0x02 ? 'members' : 'attributes'} in one place that they are not followed.`,
        );
    }
  }

  #link(data: Buffer, at: number): void {
    const flags = data[1] as number;
    let from = 2;
    const type = (flags & 8) !== 0 ? (data[from++] as number) : 0;
    if ((flags & 4) !== 0) from += 8;
    if ((flags & 16) !== 0) from += 1;
    const wide = 1 << (flags & 3);
    const length = data.readUIntLE(from, Math.min(wide, 6));
    from += wide + length;
    if (type === 0) this.#left.push(sizeAt(data, from, at));
    else if (type === 64)
      this.#say(
        'unsafe',
        'external-link',
        at,
        `A link goes to another file: ${JSON.stringify(data.toString('latin1', from + 3).slice(0, 200))}.`,
      );
    else if (type !== 1) this.#say('cannot-tell', 'link', at, `A link is of kind ${type}, which is not known here.`);
  }

  /** A group as old versions write it: a B-tree of tables of symbols. */
  #group(tree: number, _heap: number): void {
    const nodes = [tree];
    for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
      if (this.#seen.has(node)) throw new Damaged(node, 'A group contains itself.');
      this.#seen.add(node);
      if (this.#seen.size > mostObjects) throw new TooMuch(node, 'It has more objects than are followed.');
      const head = Buffer.from(this.#bytes.read(node, 24));
      const kind = head.toString('latin1', 0, 4);
      if (kind === 'TREE' && head[4] === 0) {
        const used = head.readUInt16LE(6);
        const children = Buffer.from(this.#bytes.read(node + 24, used * 16 + 8));
        for (let each = 0; each < used; each += 1) nodes.push(sizeAt(children, each * 16 + 8, node));
      } else if (kind === 'SNOD') {
        const used = head.readUInt16LE(6);
        const entries = Buffer.from(this.#bytes.read(node + 8, used * 40));
        for (let each = 0; each < used; each += 1)
          if (entries.readUInt32LE(each * 40 + 16) !== 2) this.#left.push(sizeAt(entries, each * 40 + 8, node));
      } else throw new Damaged(node, 'There is no group where one should be.');
    }
  }

  #attribute(data: Buffer, at: number) {
    const version = data[0] as number;
    const sizes = [data.readUInt16LE(2), data.readUInt16LE(4), data.readUInt16LE(6)] as const;
    let from = version === 3 ? 9 : 8;
    if (version < 1 || version > 3) throw new Damaged(at, `Version ${version} of an attribute does not exist.`);
    const padded = (size: number) => (version === 1 ? Math.ceil(size / 8) * 8 : size);
    const name = data.toString('utf8', from, from + Math.max(0, sizes[0] - 1));
    from += padded(sizes[0]);
    const type = data.subarray(from, from + sizes[1]);
    from += padded(sizes[1]) + padded(sizes[2]);
    if (!configs.test(name)) return;
    if (version > 1 && ((data[1] as number) & 1) !== 0)
      return this.#say('cannot-tell', 'shared', at, `The type of ${name} is stored away from where it is used.`);
    const kind = (type[0] as number) & 15;
    const value =
      kind === 3 ? this.#fixed(data, from, type, at) : kind === 9 ? this.#heaped(data, from, at) : undefined;
    if (value === undefined) return this.#say('cannot-tell', 'attribute', at, `What ${name} holds is not read here.`);
    const json = value.toString('utf8').replace(/\0+$/, '');
    if (json.trimStart().startsWith('{')) inspectKerasText(this.#inspection, this.#part, json, at);
    else if (/model_config|training_config/.test(name)) throw new Damaged(at, `${name} is no JSON object.`);
  }

  #fixed(data: Buffer, from: number, type: Buffer, at: number): Buffer {
    const length = type.readUInt32LE(4);
    if (from + length > data.length) throw new Damaged(at, 'An attribute is longer than its message.');
    return data.subarray(from, from + length);
  }

  /** A text of any length, in a heap for the whole file. */
  #heaped(data: Buffer, from: number, at: number): Buffer {
    const length = data.readUInt32LE(from);
    const heap = sizeAt(data, from + 4, at);
    const index = data.readUInt32LE(from + 12);
    const head = Buffer.from(this.#bytes.read(heap, 16));
    if (head.toString('latin1', 0, 4) !== 'GCOL') throw new Damaged(heap, 'There is no heap where a text should be.');
    if (length > longestConfig) throw new TooMuch(heap, 'A configuration is longer than is read.');
    const end = heap + sizeAt(head, 8, heap);
    for (let each = heap + 16; each + 16 <= end; ) {
      const entry = Buffer.from(this.#bytes.read(each, 16));
      const size = sizeAt(entry, 8, each);
      if (entry.readUInt16LE(0) === index) {
        if (length > size) throw new Damaged(each, 'A text is longer than its place.');
        return Buffer.from(this.#bytes.read(each + 16, length));
      }
      if (entry.readUInt16LE(0) === 0) break;
      each += 16 + Math.ceil(size / 8) * 8;
    }
    throw new Damaged(heap, 'A text is not in the heap where it should be.');
  }
}
