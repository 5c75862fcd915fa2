/**
 * A pickle, run symbolically: every opcode of protocols 0 to 5 moves values on a stack as CPython's `_Unpickler.load_*` does
 * (Lib/pickle.py), but names stay names and calls stay descriptions. Nothing is imported, called or built.
 *
 * What must stay true:
 * - Every name that is looked up and every call is judged before the machine goes on, also when its result is thrown away
 *   (POP) or when the pickle breaks afterwards: a loader runs what comes before the damage.
 * - Whatever CPython would refuse is `Damaged`. Whatever can mean several things is a reason.
 * - Memory is bounded: long texts and bytes are stepped over, containers keep their first items, memo and stack have limits.
 */
import { type Bytes, Damaged, TooMuch } from '../bytes.ts';
import { isThing, keptItems, type Made, type Reference, type Value } from './values.ts';

/** Who judges what a pickle does; offsets are those of the opcodes. */
export interface Judge {
  /** A name is looked up, and its module imported. */
  import(reference: Reference, offset: number): void;
  call(how: string, callable: Value, args: Value, offset: number): void;
  /** `state` is set on something by `__setstate__`, `__dict__` or `setattr`. */
  build(target: Value, state: Value, offset: number): void;
  /** `append`, `extend`, `add` or `__setitem__` of something that is no plain container. */
  fill(method: string, target: Value, items: readonly Value[], offset: number): void;
  persistent(id: Value, offset: number): void;
  /** Things that no pickler writes. */
  odd(what: string, offset: number): void;
  /** After a BUILD, for formats whose data follow in the stream. @returns where the pickle goes on */
  inStream?: (made: Made, state: Value, at: number) => number | undefined;
  tick(offset: number): void;
}

const mostMemo = 4_000_000;
const mostStack = 4_000_000;
const longestKept = 64 << 10;
const longestLine = 1 << 20;
const mark = Symbol('mark');
type OnStack = Value | typeof mark;

export interface Ran {
  /** After STOP. */
  readonly end: number;
  readonly protocol: number;
  readonly result: Value;
}

export class PickleMachine {
  readonly #bytes: Bytes;
  readonly #judge: Judge;
  readonly #mostOperations: number;
  readonly #stack: OnStack[] = [];
  readonly #memo = new Map<number, Value>();
  #at: number;
  #opcodeAt: number;
  #frameEnd: number | undefined;
  #protocol = 0;

  constructor(bytes: Bytes, from: number, judge: Judge, mostOperations: number) {
    this.#bytes = bytes;
    this.#at = from;
    this.#opcodeAt = from;
    this.#judge = judge;
    this.#mostOperations = mostOperations;
  }

  /** Runs to STOP. @throws Damaged, TooMuch */
  run(): Ran {
    const from = this.#at;
    for (let count = 0; ; count += 1) {
      if (count >= this.#mostOperations)
        throw new TooMuch(this.#at, `The pickle has more than ${this.#mostOperations} operations.`);
      if ((count & 0x3fff) === 0) this.#judge.tick(this.#at);
      this.#opcodeAt = this.#at;
      if (this.#frameEnd !== undefined && this.#at >= this.#frameEnd) {
        if (this.#at > this.#frameEnd) this.#judge.odd('A frame ends in the middle of an operation.', this.#frameEnd);
        this.#frameEnd = undefined;
      }
      const opcode = this.#take(1)[0] as number;
      if (opcode === 0x2e) {
        const result = this.#pop();
        if (this.#stack.length > 0)
          this.#judge.odd(`${this.#stack.length} values are left on the stack.`, this.#opcodeAt);
        if (this.#frameEnd !== undefined && this.#frameEnd !== this.#at)
          this.#judge.odd('The last frame says another length than it has.', this.#opcodeAt);
        return { end: this.#at, protocol: this.#protocol, result };
      }
      this.#step(opcode, this.#opcodeAt === from);
      if (this.#stack.length > mostStack || this.#memo.size > mostMemo)
        throw new TooMuch(this.#opcodeAt, 'The pickle holds more objects at once than are followed.');
    }
  }

  #step(opcode: number, first: boolean) {
    switch (opcode) {
      // Form of the stream
      case 0x80: {
        this.#protocol = this.#u8();
        if (this.#protocol > 5) throw this.#damaged(`Protocol ${this.#protocol} does not exist.`);
        if (!first) this.#judge.odd('The protocol is said in the middle.', this.#opcodeAt);
        return;
      }
      case 0x95: {
        const length = this.#size(8);
        if (this.#frameEnd !== undefined) this.#judge.odd('A frame begins inside another one.', this.#opcodeAt);
        if (this.#at + length > this.#bytes.size)
          this.#judge.odd(`A frame of ${length} bytes is longer than what follows.`, this.#opcodeAt);
        this.#frameEnd = this.#at + length;
        return;
      }
      // Stack
      case 0x28:
        this.#stack.push(mark);
        return;
      case 0x30:
        if (this.#stack.length === 0) throw this.#damaged('POP of an empty stack.');
        this.#stack.pop();
        return;
      case 0x31:
        this.#toMark();
        return;
      case 0x32:
        this.#push(this.#top());
        return;
      // Plain values
      case 0x4e:
        return this.#push(null);
      case 0x88:
        return this.#push(true);
      case 0x89:
        return this.#push(false);
      case 0x49: {
        const text = this.#line();
        return this.#push(text === '00' ? false : text === '01' ? true : this.#integer(text));
      }
      case 0x4c:
        return this.#push(this.#integer(this.#line().replace(/L$/, '')));
      case 0x4a:
        return this.#push(this.#take(4).readInt32LE());
      case 0x4b:
        return this.#push(this.#u8());
      case 0x4d:
        return this.#push(this.#take(2).readUInt16LE());
      case 0x8a:
        return this.#push(this.#long(this.#u8()));
      case 0x8b: {
        const length = this.#take(4).readInt32LE();
        if (length < 0) throw this.#damaged('A number has a negative length.');
        return this.#push(this.#long(length));
      }
      case 0x46: {
        const text = this.#line().trim();
        if (!/^[+-]?(\d[\d_]*\.?\d*(e[+-]?\d+)?|\.\d+(e[+-]?\d+)?|inf(inity)?|nan)$/i.test(text))
          throw this.#damaged('A number is none.');
        return this.#push(Number(text));
      }
      case 0x47:
        return this.#push(this.#take(8).readDoubleBE());
      case 0x53: {
        const text = this.#longLine();
        if (typeof text !== 'string') return this.#push(text);
        const quoted = /^(['"])([\s\S]*)\1$/.exec(text.trim());
        if (quoted === null) throw this.#damaged('A string is not quoted.');
        return this.#push(unescaped(quoted[2] ?? ''));
      }
      case 0x54:
        return this.#push(this.#text(this.#signed(), 'latin1'));
      case 0x55:
        return this.#push(this.#text(this.#u8(), 'latin1'));
      case 0x56: {
        const text = this.#longLine();
        return this.#push(typeof text === 'string' ? rawUnicode(text) : text);
      }
      case 0x58:
        return this.#push(this.#text(this.#size(4), 'utf8'));
      case 0x8c:
        return this.#push(this.#text(this.#u8(), 'utf8'));
      case 0x8d:
        return this.#push(this.#text(this.#size(8), 'utf8'));
      case 0x42:
        return this.#push(this.#held(this.#size(4)));
      case 0x43:
        return this.#push(this.#held(this.#u8()));
      case 0x8e:
      case 0x96:
        return this.#push(this.#held(this.#size(8)));
      case 0x97:
        this.#judge.odd('Data are outside of the pickle (NEXT_BUFFER).', this.#opcodeAt);
        return this.#push({ is: 'opaque', why: 'a buffer from outside' });
      case 0x98:
        this.#top();
        return;
      // Containers
      case 0x5d:
        return this.#push({ is: 'list', items: [], count: 0 });
      case 0x6c:
        return this.#push(this.#several('list', this.#toMark()));
      case 0x29:
        return this.#push({ is: 'tuple', items: [], count: 0 });
      case 0x74:
        return this.#push(this.#several('tuple', this.#toMark()));
      case 0x85:
      case 0x86:
      case 0x87: {
        const items: Value[] = [];
        for (let left = opcode - 0x84; left > 0; left -= 1) items.unshift(this.#pop());
        return this.#push({ is: 'tuple', items, count: items.length });
      }
      case 0x7d:
        return this.#push({ is: 'dict', entries: [], count: 0 });
      case 0x64: {
        const made = { is: 'dict', entries: [], count: 0 } as const satisfies Value;
        const items = this.#toMark();
        this.#push(made);
        return this.#setItems(items);
      }
      case 0x8f:
        return this.#push({ is: 'set', items: [], count: 0 });
      case 0x91:
        return this.#push(this.#several('frozenset', this.#toMark()));
      case 0x61: {
        const item = this.#pop();
        return this.#extend('append', [item]);
      }
      case 0x65:
        return this.#extend('extend', this.#toMark());
      case 0x90:
        return this.#extend('add', this.#toMark());
      case 0x73: {
        const value = this.#pop();
        return this.#setItems([this.#pop(), value]);
      }
      case 0x75:
        return this.#setItems(this.#toMark());
      // Memo
      case 0x67:
        return this.#get(Number(this.#integer(this.#line())));
      case 0x68:
        return this.#get(this.#u8());
      case 0x6a:
        return this.#get(this.#size(4));
      case 0x70: {
        const key = Number(this.#integer(this.#line()));
        if (key < 0) throw this.#damaged('A place in the memo is negative.');
        return this.#put(key);
      }
      case 0x71:
        return this.#put(this.#u8());
      case 0x72:
        return this.#put(this.#size(4));
      case 0x94:
        return this.#put(this.#memo.size);
      // Names and calls
      case 0x63:
        return this.#import(this.#line(), this.#line());
      case 0x93: {
        const name = this.#pop();
        return this.#import(this.#pop(), name);
      }
      case 0x69: {
        const args = this.#several('tuple', this.#toMark());
        this.#import(this.#line(), this.#line());
        return this.#call('INST', this.#pop(), args);
      }
      case 0x6f: {
        const [callable, ...args] = this.#toMark();
        if (callable === undefined) throw this.#damaged('OBJ without a class.');
        return this.#call('OBJ', callable, this.#several('tuple', args));
      }
      case 0x52: {
        const args = this.#pop();
        return this.#call('REDUCE', this.#pop(), args);
      }
      case 0x81: {
        const args = this.#pop();
        return this.#call('NEWOBJ', this.#pop(), args);
      }
      case 0x92: {
        const named = this.#pop();
        const args = this.#pop();
        const both = isThing(named, 'dict') && named.count === 0 ? args : this.#several('tuple', [args, named]);
        return this.#call('NEWOBJ_EX', this.#pop(), both);
      }
      case 0x62: {
        const state = this.#pop();
        const target = this.#top();
        this.#judge.build(target, state, this.#opcodeAt);
        if (!isThing(target, 'made')) return;
        target.state = state;
        const goesOn = this.#judge.inStream?.(target, state, this.#at);
        if (goesOn === undefined) return;
        // What follows in the stream lies between frames.
        if (this.#frameEnd !== undefined && this.#frameEnd !== this.#at)
          this.#judge.odd('Data stand inside a frame.', this.#at);
        this.#frameEnd = undefined;
        this.#at = goesOn;
        return;
      }
      case 0x82:
        return this.#extension(this.#u8());
      case 0x83:
        return this.#extension(this.#take(2).readUInt16LE());
      case 0x84:
        return this.#extension(this.#take(4).readInt32LE());
      case 0x50: {
        const id = this.#line();
        this.#judge.persistent(id, this.#opcodeAt);
        return this.#push({ is: 'persistent', id });
      }
      case 0x51: {
        const id = this.#pop();
        this.#judge.persistent(id, this.#opcodeAt);
        return this.#push({ is: 'persistent', id });
      }
      default:
        throw this.#damaged(`There is no operation 0x${opcode.toString(16).padStart(2, '0')}.`);
    }
  }

  #import(module: Value, name: Value) {
    if (typeof module === 'string' && typeof name === 'string') {
      const reference: Reference = { is: 'reference', module, name };
      this.#judge.import(reference, this.#opcodeAt);
      return this.#push(reference);
    }
    this.#judge.call('STACK_GLOBAL', { is: 'opaque', why: 'a name that is made at run time' }, module, this.#opcodeAt);
    this.#push({ is: 'opaque', why: 'a name that is made at run time' });
  }

  #call(how: string, callable: Value, args: Value): void {
    this.#judge.call(how, callable, args, this.#opcodeAt);
    this.#push({ is: 'made', by: isThing(callable, 'reference') ? callable : undefined, args });
  }

  #extension(code: number): void {
    const what: Value = { is: 'opaque', why: `whatever extension ${code} of copyreg is` };
    this.#judge.call('EXT', what, code, this.#opcodeAt);
    this.#push(what);
  }

  #extend(method: string, items: readonly Value[]): void {
    const target = this.#top();
    if (!isThing(target, method === 'add' ? 'set' : 'list')) {
      this.#judge.fill(method, target, items, this.#opcodeAt);
      return;
    }
    target.count += items.length;
    for (const item of items) {
      if (target.items.length >= keptItems) return;
      target.items.push(item);
    }
  }

  #setItems(items: readonly Value[]): void {
    if (items.length % 2 !== 0) throw this.#damaged('A key without a value.');
    const target = this.#top();
    if (!isThing(target, 'dict')) {
      this.#judge.fill('__setitem__', target, items, this.#opcodeAt);
      return;
    }
    target.count += items.length / 2;
    for (let at = 0; at < items.length && target.entries.length < keptItems; at += 2)
      target.entries.push([items[at] ?? null, items[at + 1] ?? null]);
  }

  #several<K extends 'list' | 'tuple' | 'frozenset'>(is: K, items: Value[]) {
    return { is, items: items.length > keptItems ? items.slice(0, keptItems) : items, count: items.length };
  }

  #get(key: number): void {
    const value = this.#memo.get(key);
    if (value === undefined) throw this.#damaged(`Nothing was put at ${key} in the memo.`);
    this.#push(value);
  }

  #put(key: number): void {
    this.#memo.set(key, this.#top());
  }

  #push(value: Value): void {
    this.#stack.push(value);
  }

  #top(): Value {
    const value = this.#stack.at(-1);
    if (value === undefined || value === mark) throw this.#damaged('A value should be on the stack.');
    return value;
  }

  #pop(): Value {
    const value = this.#top();
    this.#stack.pop();
    return value;
  }

  #toMark(): Value[] {
    const at = this.#stack.lastIndexOf(mark);
    if (at === -1) throw this.#damaged('A mark should be on the stack.');
    const items = this.#stack.splice(at + 1) as Value[];
    this.#stack.pop();
    return items;
  }

  #take(length: number): Buffer {
    const bytes = this.#bytes.read(this.#at, length);
    this.#at += length;
    return bytes;
  }

  #u8(): number {
    return this.#take(1)[0] as number;
  }

  #signed(): number {
    const length = this.#take(4).readInt32LE();
    if (length < 0) throw this.#damaged('A length is negative.');
    return length;
  }

  #size(bytes: 4 | 8): number {
    const read = this.#take(bytes);
    const length = bytes === 4 ? read.readUInt32LE() : Number(read.readBigUInt64LE());
    if (length > Number.MAX_SAFE_INTEGER) throw this.#damaged('A length is no length of a file.');
    return length;
  }

  /** Steps over what it does not keep; it must be there all the same. */
  #skip(length: number): void {
    if (this.#at + length > this.#bytes.size)
      throw new Damaged(this.#at, `${length} bytes should follow, and ${this.#bytes.size - this.#at} do.`);
    this.#at += length;
  }

  #text(length: number, encoding: 'utf8' | 'latin1'): Value {
    if (length <= longestKept) return this.#take(length).toString(encoding);
    this.#skip(length);
    return { is: 'text', length };
  }

  #held(length: number): Value {
    const at = this.#at;
    if (length > 1024) {
      this.#skip(length);
      return { is: 'bytes', at, length };
    }
    return { is: 'bytes', at, length, kept: Buffer.from(this.#take(length)) };
  }

  #long(length: number): Value {
    if (length > 64) {
      this.#skip(length);
      return { is: 'opaque', why: `a number of ${length} bytes` };
    }
    const bytes = this.#take(length);
    let value = 0n;
    for (let at = length - 1; at >= 0; at -= 1) value = (value << 8n) | BigInt(bytes[at] as number);
    if (length > 0 && (bytes[length - 1] as number) >= 0x80) value -= 1n << BigInt(8 * length);
    return value;
  }

  #integer(text: string): number | bigint {
    if (!/^\s*[+-]?\d{1,5000}\s*$/.test(text)) throw this.#damaged('A number is none.');
    const value = Number(text);
    return Number.isSafeInteger(value) ? value : BigInt(text.trim());
  }

  #line(): string {
    const text = this.#longLine();
    if (typeof text !== 'string') throw this.#damaged('A line is too long for a name or a number.');
    return text;
  }

  #longLine(): Value {
    const from = this.#at;
    for (let size = 256, searched = 0; ; size = Math.min(size * 4, 64 << 10)) {
      const take = Math.min(size, this.#bytes.size - from - searched);
      if (take <= 0) throw this.#damaged('A line does not end.');
      const found = this.#bytes.read(from + searched, take).indexOf(0x0a);
      if (found === -1) {
        searched += take;
        this.#judge.tick(from + searched);
        continue;
      }
      const length = searched + found;
      this.#at = from + length + 1;
      return length > longestLine
        ? { is: 'text', length }
        : this.#bytes.read(from, length).toString(length > 0 ? 'utf8' : 'latin1');
    }
  }

  #damaged(reason: string): Damaged {
    return new Damaged(this.#opcodeAt, reason);
  }
}

const simple: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
};

/** Python's escapes in a quoted string (codecs.escape_decode). */
function unescaped(text: string): string {
  return text.replace(/\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|[\s\S])/g, (whole, sequence: string) => {
    if (sequence.startsWith('x') && sequence.length === 3)
      return String.fromCharCode(Number.parseInt(sequence.slice(1), 16));
    if (/^[0-7]/.test(sequence)) return String.fromCharCode(Number.parseInt(sequence, 8));
    return simple[sequence] ?? whole;
  });
}

/** Python's raw-unicode-sequence. */
function rawUnicode(text: string): string {
  return text.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (whole, short?: string, long?: string) => {
    const code = Number.parseInt(short ?? long ?? '', 16);
    return code > 0x10ffff ? whole : String.fromCodePoint(code);
  });
}
