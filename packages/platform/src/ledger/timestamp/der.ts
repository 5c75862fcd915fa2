/**
 * ASN.1 in DER (X.690), as much as time stamps and certificates need: written for requests, read from anybody. Reading is
 * strict: every length definite, in its shortest form and within its parent, nothing behind the end. What is not so is no DER
 * and throws a `DerProblem`. Nothing in here is of Node.
 */
import { joinBytes } from '../../kernel/bytes.ts';

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;
/** Tag of a constructed value with a context-specific number. */
export const context = (number: number): number => 0xa0 + number;

/** A tag, the length of the content, and the content. */
export function der(tag: number, ...content: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const body = joinBytes(...content);
  const digits: number[] = [];
  for (let rest = body.length; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  const length = body.length < 128 ? [body.length] : [0x80 + digits.length, ...digits];
  return joinBytes(Uint8Array.of(tag, ...length), body);
}

export const sequence = (...content: readonly Uint8Array[]) => der(tags.sequence, ...content);
export const octets = (bytes: Uint8Array) => der(tags.octets, bytes);
export const yes: Uint8Array = Uint8Array.of(tags.boolean, 1, 0xff);

/** A positive INTEGER from its bytes, the first of which has its highest bit clear and is not 0. */
export const integer = (bytes: Uint8Array) => der(tags.integer, bytes);

/** 2.16.840.1.101.3.4.2.1 */
export const sha256Algorithm = sequence(
  der(tags.oid, Uint8Array.of(0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01)),
  Uint8Array.of(0x05, 0x00),
);

/** What was read is no DER, or not of the type that was wanted. */
export class DerProblem extends Error {}

/** Deeper nesting is refused. A certificate needs about ten. */
const maximumDepth = 32;

/** One value: its tag, its content, and the values in the content where it is constructed. */
export class Der {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Tag, length and content, as they stand in what was read. */
  readonly whole: Uint8Array;
  readonly parts: readonly Der[];

  constructor(tag: number, whole: Uint8Array, content: Uint8Array, parts: readonly Der[]) {
    this.tag = tag;
    this.whole = whole;
    this.content = content;
    this.parts = parts;
  }

  /** The part at a place; where a tag is given it must have that one. */
  at(index: number, tag?: number): Der {
    const found = this.parts[index];
    if (found === undefined || (tag !== undefined && found.tag !== tag)) throw new DerProblem('a part is missing');
    return found;
  }

  /** The first part with this tag. */
  tagged(tag: number): Der | undefined {
    return this.parts.find((part) => part.tag === tag);
  }

  /** An object identifier in dots. */
  oid(): string {
    if (this.tag !== tags.oid || this.content.length === 0) throw new DerProblem('not an object identifier');
    const numbers: number[] = [];
    let number = 0;
    for (const [at, byte] of this.content.entries()) {
      if (number === 0 && byte === 0x80) throw new DerProblem('a number with zeros before it');
      number = number * 128 + (byte & 0x7f);
      if (number > Number.MAX_SAFE_INTEGER / 128) throw new DerProblem('a number that is too long');
      if ((byte & 0x80) === 0) {
        numbers.push(number);
        number = 0;
      } else if (at === this.content.length - 1) throw new DerProblem('a number that is cut off');
    }
    const [first = 0, ...rest] = numbers;
    const root = Math.min(2, Math.floor(first / 40));
    return [root, first - root * 40, ...rest].join('.');
  }

  /** A small INTEGER that is not negative. */
  small(): number {
    const [byte] = this.content;
    if (this.tag !== tags.integer || this.content.length !== 1 || byte === undefined || byte > 127) {
      throw new DerProblem('not a small number');
    }
    return byte;
  }

  /** The bytes of a BIT STRING of whole bytes. */
  bits(): Uint8Array {
    if (this.tag !== tags.bits || this.content[0] !== 0) throw new DerProblem('not a string of whole bytes');
    return this.content.subarray(1);
  }

  isTrue(): boolean {
    return this.tag === tags.boolean && this.content.length === 1 && this.content[0] === 0xff;
  }

  /** UTCTime (RFC 5280, 4.1.2.5.1) or GeneralizedTime (4.1.2.5.2; RFC 3161 allows fractions of a second), both in UTC. */
  time(): Date {
    const text = String.fromCharCode(...this.content.subarray(0, 40));
    const pattern =
      this.tag === tags.utcTime
        ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)()Z$/
        : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d{1,9})?Z$/;
    const match = this.tag === tags.utcTime || this.tag === tags.generalizedTime ? pattern.exec(text) : null;
    if (match === null) throw new DerProblem('not a time');
    const [, years = '', month, day, hours, minutes, seconds, fraction = ''] = match;
    const year = years.length === 4 ? years : `${Number(years) < 50 ? 20 : 19}${years}`;
    const time = new Date(
      `${year}-${month}-${day}T${hours}:${minutes}:${seconds}.${`${fraction.slice(1)}000`.slice(0, 3)}Z`,
    );
    if (Number.isNaN(time.getTime())) throw new DerProblem('not a time');
    return time;
  }
}

/** The one value that these bytes are. */
export function readDer(bytes: Uint8Array): Der {
  const found = readAt(bytes, 0, bytes.length, 0);
  if (found.whole.length !== bytes.length) throw new DerProblem('something follows the end');
  return found;
}

function readAt(bytes: Uint8Array, start: number, end: number, depth: number): Der {
  if (depth > maximumDepth) throw new DerProblem('nested too deeply');
  const tag = bytes[start] ?? 0;
  let length = bytes[start + 1] ?? 0x80;
  let from = start + 2;
  if ((tag & 0x1f) === 0x1f || length === 0x80 || length > 0x84) throw new DerProblem('not a value');
  if (length > 0x80) {
    const digits = length - 0x80;
    length = 0;
    for (let n = 0; n < digits; n += 1) length = length * 256 + (bytes[from + n] ?? 0);
    from += digits;
    if (length < 128 || length < 256 ** (digits - 1)) throw new DerProblem('a length that is longer than it need be');
  }
  const to = from + length;
  if (to > end) throw new DerProblem('a value that is cut off');
  const parts: Der[] = [];
  if ((tag & 0x20) !== 0) {
    for (let at = from; at < to; ) {
      const part = readAt(bytes, at, to, depth + 1);
      parts.push(part);
      at += part.whole.length;
    }
  }
  return new Der(tag, bytes.subarray(start, to), bytes.subarray(from, to), parts);
}
