/**
 * Goes through JSON as bytes and hands on the plain values of the fields that somebody asked for: parsing thousands of events into
 * objects, to make columns of them, is most of what columns cost. What must stay true: a text that is handed on is what `String` makes
 * of the value that `JSON.parse` finds there; of what `JSON.parse` refuses, or what it would understand otherwise (a key twice in one
 * object), nothing is said but that it could not be gone through.
 */

/** Takes values of a field, in the order of the events. */
export interface Sink {
  /** A value, as UTF-8; the bytes are only lent. */
  add(place: number, bytes: Buffer, start: number, end: number): void;
  /** There is a value that cannot be kept. */
  leaveOpen(place: number): void;
}

/** Where a way of keys has come to. */
export class Branch {
  readonly path: string;
  readonly sinks: readonly Sink[];
  /** By key; null for one that nobody asks for. */
  readonly children = new Map<string, Branch | null>();
  /** The key that leads here and the quote that ends it; undefined where JSON writes it otherwise. */
  readonly key: Uint8Array | undefined;
  /** Most events of a log have the same keys in the same order: which came first here, and which after this one. */
  first: Branch | undefined;
  next: Branch | undefined;
  /** The last object that had this key. */
  seenIn = 0;

  constructor(key: string, path: string, sinks: readonly Sink[]) {
    this.path = path;
    this.sinks = sinks;
    const isPlain = JSON.stringify(key).length === key.length + 2 && key.isWellFormed();
    this.key = isPlain ? Buffer.from(`${key}"`) : undefined;
  }
}

/** Makes the branch of a key that was not met here before; null where nobody asks for it. @throws where there is no more room */
export type Grow = (branch: Branch, key: string) => Branch | null;

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a] as const;
const [openBrace, closeBrace, openList, closeList] = [0x7b, 0x7d, 0x5b, 0x5d] as const;
const [minus, zero, nine] = [0x2d, 0x30, 0x39] as const;
const [nullWord, trueWord, falseWord] = ['null', 'true', 'false'].map((word) => Buffer.from(word)) as [
  Buffer,
  Buffer,
  Buffer,
];
/** Lists in lists; as a hunt goes (`investigation/hunt/raw-values.ts`). */
const mostLists = 64;
/** So many digits are a number that is written as it is. */
const sureDigits = 15;

class Unfit extends Error {}
/** Nobody reads where it came from, and foreign text may cause many. */
const unfit = new Unfit('It cannot be gone through.');

export class JsonWalk {
  readonly #grow: Grow;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;
  #place = 0;
  #objects = 0;
  /** Of the last string. */
  #from = 0;
  #to = 0;
  #escaped = false;

  constructor(grow: Grow) {
    this.#grow = grow;
  }

  /** @returns false where it could not be gone through, wholly or at all */
  walk(root: Branch, place: number, bytes: Buffer, start: number, end: number): boolean {
    [this.#bytes, this.#at, this.#end, this.#place] = [bytes, start, end, place];
    try {
      this.#value(root, 0);
      return this.#next() < 0;
    } catch {
      // Ours, or what `JSON.parse` says of a string or a number: whoever looks at the event sees.
      return false;
    }
  }

  /** The next byte that is no blank, without taking it; -1 at the end. */
  #next(): number {
    const bytes = this.#bytes;
    while (this.#at < this.#end) {
      const byte = bytes[this.#at] as number;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      this.#at += 1;
    }
    return -1;
  }

  #value(branch: Branch, lists: number): void {
    const first = this.#next();
    if (first === quote) {
      this.#string();
      if (branch.sinks.length > 0) this.#handOn(branch);
    } else if (first === openBrace) this.#object(branch);
    else if (first === openList) {
      if (lists < mostLists) this.#list(branch, lists);
      else this.#skip();
    } else if (first === nullWord[0]) this.#word(nullWord, []);
    else if (first === trueWord[0]) this.#word(trueWord, branch.sinks);
    else if (first === falseWord[0]) this.#word(falseWord, branch.sinks);
    else this.#number(branch);
  }

  /** Takes a value that nobody asks for, however deep it is. */
  #skip(): void {
    let open = 0;
    do {
      const byte = this.#next();
      if (byte === quote) this.#string();
      else if (byte === openBrace || byte === openList) [open, this.#at] = [open + 1, this.#at + 1];
      else if (byte === closeBrace || byte === closeList) [open, this.#at] = [open - 1, this.#at + 1];
      else if ((byte === comma || byte === colon) && open > 0) this.#at += 1;
      else this.#skipWord();
    } while (open > 0);
    if (open < 0) throw unfit;
  }

  /** A number, or a word. */
  #skipWord(): void {
    const start = this.#at;
    while (this.#at < this.#end && isOfWord(this.#bytes[this.#at] as number)) this.#at += 1;
    if (this.#at === start) throw unfit;
  }

  #object(branch: Branch): void {
    this.#objects += 1;
    const mine = this.#objects;
    this.#at += 1;
    if (this.#next() === closeBrace) {
      this.#at += 1;
      return;
    }
    let [guess, before]: (Branch | undefined)[] = [branch.first, undefined];
    while (true) {
      if (this.#next() !== quote) throw unfit;
      const child = this.#child(branch, guess);
      if (this.#next() !== colon) throw unfit;
      this.#at += 1;
      if (child === null) this.#skip();
      else {
        if (child.seenIn === mine) throw unfit;
        child.seenIn = mine;
        if (before === undefined) branch.first = child;
        else before.next = child;
        before = child;
        guess = child.next;
        this.#value(child, 0);
      }
      const after = this.#next();
      this.#at += 1;
      if (after === closeBrace) return;
      if (after !== comma) throw unfit;
    }
  }

  #list(branch: Branch, lists: number): void {
    this.#at += 1;
    if (this.#next() === closeList) {
      this.#at += 1;
      return;
    }
    while (true) {
      this.#value(branch, lists + 1);
      const after = this.#next();
      this.#at += 1;
      if (after === closeList) return;
      if (after !== comma) throw unfit;
    }
  }

  #child(branch: Branch, guess: Branch | undefined): Branch | null {
    if (guess?.key !== undefined && this.#is(guess.key, this.#at + 1)) {
      this.#at += 1 + guess.key.length;
      return guess;
    }
    this.#string();
    const key = this.#escaped ? this.#text() : this.#bytes.toString('utf8', this.#from, this.#to);
    let child = branch.children.get(key);
    if (child === undefined) {
      child = this.#grow(branch, key);
      branch.children.set(key, child);
    }
    return child;
  }

  #is(wanted: Uint8Array, from: number): boolean {
    if (from + wanted.length > this.#end) return false;
    const bytes = this.#bytes;
    for (let at = 0; at < wanted.length; at += 1) if (bytes[from + at] !== wanted[at]) return false;
    return true;
  }

  /** Takes a string, from its first quote on. */
  #string(): void {
    const [bytes, end] = [this.#bytes, this.#end];
    let at = this.#at + 1;
    this.#from = at;
    this.#escaped = false;
    for (; at < end; at += 1) {
      const byte = bytes[at] as number;
      if (byte === quote) {
        this.#to = at;
        this.#at = at + 1;
        return;
      }
      if (byte === backslash) {
        this.#escaped = true;
        at += 1;
      } else if (byte < 0x20) throw unfit;
    }
    throw unfit;
  }

  /** The last string, without its escapes. @throws for escapes that there are not */
  #text(): string {
    return JSON.parse(this.#bytes.toString('utf8', this.#from - 1, this.#to + 1)) as string;
  }

  #handOn({ sinks }: Branch): void {
    if (this.#escaped) this.#handOnText(sinks, this.#text());
    else for (const sink of sinks) sink.add(this.#place, this.#bytes, this.#from, this.#to);
  }

  #handOnText(sinks: readonly Sink[], text: string): void {
    const bytes = text.isWellFormed() ? Buffer.from(text) : undefined;
    for (const sink of sinks) {
      if (bytes === undefined) sink.leaveOpen(this.#place);
      else sink.add(this.#place, bytes, 0, bytes.length);
    }
  }

  #word(word: Buffer, sinks: readonly Sink[]): void {
    if (!this.#is(word, this.#at)) throw unfit;
    this.#at += word.length;
    for (const sink of sinks) sink.add(this.#place, word, 0, word.length);
  }

  #number({ sinks }: Branch): void {
    const [bytes, start] = [this.#bytes, this.#at];
    const first = bytes[start] === minus ? start + 1 : start;
    let at = first;
    while (at < this.#end && (bytes[at] as number) >= zero && (bytes[at] as number) <= nine) at += 1;
    const after = at < this.#end ? (bytes[at] as number) : -1;
    const isEnd = after < 0 || after === comma || after === closeBrace || after === closeList;
    const digits = at - first;
    const isPlain = digits > 0 && digits <= sureDigits && (bytes[first] !== zero || (digits === 1 && first === start));
    if (isEnd && isPlain) {
      this.#at = at;
      for (const sink of sinks) sink.add(this.#place, bytes, start, at);
      return;
    }
    while (at < this.#end && isOfNumber(bytes[at] as number)) at += 1;
    const number: unknown = JSON.parse(bytes.toString('latin1', start, at));
    this.#at = at;
    this.#handOnText(sinks, String(number));
  }
}

/** Digits, signs, the point and the exponent's letter. */
const isOfNumber = (byte: number): boolean =>
  (byte >= zero && byte <= nine) || byte === 0x2b || byte === minus || byte === 0x2e || byte === 0x65 || byte === 0x45;

const isOfWord = (byte: number): boolean => isOfNumber(byte) || (byte >= 0x61 && byte <= 0x7a);
