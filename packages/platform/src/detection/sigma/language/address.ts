/**
 * IP addresses and networks, both versions, in pure code. An IPv4 address and the same one written as IPv6 (`::ffff:10.0.0.1`)
 * are the same address: an attacker may choose how it is written.
 */

/** 16 bytes; version 4 lies in `::ffff:0:0/96`. */
export type Address = Uint8Array;
export interface Network {
  readonly address: Address;
  /** Of the 128 bits. */
  readonly bits: number;
}

const mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** One address is held against the networks of many rules, and comes again in the next events. Forgotten all at once. */
const known = new Map<string, Address | undefined>();
const mostKnown = 1024;

/** Undefined for anything that is no address. Zone indices (`fe80::1%eth0`) are dropped. */
export function parseAddress(text: string): Address | undefined {
  if (text.length > 64) return undefined;
  const before = known.get(text);
  if (before !== undefined || known.has(text)) return before;
  if (known.size >= mostKnown) known.clear();
  const address = parsed(text);
  known.set(text, address);
  return address;
}

function parsed(text: string): Address | undefined {
  const four = parseFour(text);
  if (four !== undefined) return Uint8Array.from([...mapped, ...four]);
  return parseSix(text.replace(/%.*$/, ''));
}

/** `10.0.0.0/8`, `2001:db8::/32`; an address alone is a network of one. Bits behind the prefix are ignored. */
export function parseNetwork(text: string): Network | undefined {
  const [base = '', length, more] = text.split('/');
  const address = parseAddress(base);
  if (address === undefined || more !== undefined) return undefined;
  const width = parseFour(base) === undefined ? 128 : 32;
  if (length === undefined) return { address, bits: 128 };
  if (!/^\d{1,3}$/.test(length) || Number(length) > width) return undefined;
  return { address, bits: 128 - width + Number(length) };
}

export function contains({ address, bits }: Network, other: Address): boolean {
  const whole = bits >> 3;
  for (let at = 0; at < whole; at += 1) if (address[at] !== other[at]) return false;
  const rest = bits & 7;
  if (rest === 0) return true;
  const mask = (0xff << (8 - rest)) & 0xff;
  return ((address[whole] ?? 0) & mask) === ((other[whole] ?? 0) & mask);
}

function parseFour(text: string): readonly number[] | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  const bytes = match.slice(1).map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function parseSix(text: string): Address | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(groupsOf);
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const missing = 16 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 2) return undefined;
  return Uint8Array.from([...head, ...new Array<number>(missing).fill(0), ...(tail ?? [])]);
}

/** The bytes of `a:b:c`, the last of which may be a dotted quad. */
function groupsOf(text: string): readonly number[] | undefined {
  if (text === '') return [];
  const groups = text.split(':');
  const bytes: number[] = [];
  for (const [index, group] of groups.entries()) {
    const four = index === groups.length - 1 ? parseFour(group) : undefined;
    if (four !== undefined) bytes.push(...four);
    else if (/^[0-9a-fA-F]{1,4}$/.test(group))
      bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff);
    else return undefined;
  }
  return bytes.length <= 16 ? bytes : undefined;
}
