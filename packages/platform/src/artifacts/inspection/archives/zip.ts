/**
 * The table of a ZIP file (APPNOTE 6.3.10), read twice: from the central directory and from the header before each member. Readers
 * differ in which of the two they believe, so where they differ a scanner and a loader see different files: then it is unsafe
 * (GHSA-7q5r-7gvp-wc82, GHSA-w8jq-xcqf-f792). Bytes that belong to no member are said as well.
 */
import { type Bytes, Damaged, sizeAt, TooMuch } from '../bytes.ts';
import type { Inspection, Part } from '../inspection.ts';

export interface ZipMember {
  readonly name: string;
  /** 0 stored, 8 deflated; others are not read. */
  readonly method: number;
  readonly flags: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  /** Where its data begin. */
  readonly at: number;
  readonly header: number;
  readonly isFolder: boolean;
}

interface Place {
  readonly at: number;
  readonly count: number;
  readonly directory: number;
  readonly directorySize: number;
  /** Where the end records begin. */
  readonly endsAt: number;
}

const signatures = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
};

/** Where a ZIP's table is, if these bytes end as one; how they begin does not matter to those who read from the end. */
export function zipEnd(bytes: Bytes): Place | undefined {
  const tail = Math.min(bytes.size, 22 + 0xffff);
  if (tail < 22) return undefined;
  const from = bytes.size - tail;
  const last = Buffer.from(bytes.read(from, tail));
  for (let at = tail - 22; at >= 0; at -= 1) {
    if (last.readUInt32LE(at) !== signatures.end) continue;
    const place = placeAt(bytes, from + at, last.subarray(at, at + 22));
    if (place !== undefined) return place;
  }
  return undefined;
}

function placeAt(bytes: Bytes, at: number, end: Buffer): Place | undefined {
  let count = end.readUInt16LE(10);
  let directorySize = end.readUInt32LE(12);
  let directory = end.readUInt32LE(16);
  let endsAt = at;
  if (at >= 20) {
    const locator = Buffer.from(bytes.read(at - 20, 20));
    if (locator.readUInt32LE(0) === signatures.locator64) {
      const where = Number(locator.readBigUInt64LE(8));
      if (!Number.isSafeInteger(where) || where + 56 > at) return undefined;
      const end64 = Buffer.from(bytes.read(where, 56));
      if (end64.readUInt32LE(0) !== signatures.end64) return undefined;
      count = Number(end64.readBigUInt64LE(32));
      directorySize = Number(end64.readBigUInt64LE(40));
      directory = Number(end64.readBigUInt64LE(48));
      endsAt = where;
    }
  }
  if (![count, directorySize, directory].every(Number.isSafeInteger) || directorySize > endsAt) return undefined;
  if (count === 0 ? directorySize !== 0 : directorySize < 46) return undefined;
  // The table lies right before the end, whatever its offset says: that is how prefixed archives are read.
  const really = endsAt - directorySize;
  if (count > 0 && bytes.read(really, 4).readUInt32LE() !== signatures.central) return undefined;
  return { at, count, directory, directorySize, endsAt };
}

/** Reads and compares both tables. @throws Damaged, TooMuch */
export function zipMembers(inspection: Inspection, part: Part, place: Place): ZipMember[] {
  const { bytes } = part;
  const { limits } = inspection.surroundings;
  const unsafe = (rule: string, offset: number, what: string) =>
    inspection.say(part, 'unsafe', `zip/${rule}`, offset, what);
  if (place.count > limits.members) throw new TooMuch(place.at, `It says that it has ${place.count} members.`);
  if (place.directory + place.directorySize !== place.endsAt)
    unsafe('shifted', place.at, 'Its table is not where it says: something stands before or inside the archive.');
  const comment = bytes.size - place.at - 22;
  if (bytes.read(place.at + 20, 2).readUInt16LE() !== comment)
    unsafe('trailing', place.at + 22, `${comment} bytes follow after its end.`);
  const shift = place.endsAt - place.directorySize - place.directory;
  const members: ZipMember[] = [];
  let at = place.endsAt - place.directorySize;
  for (let number = 0; number < place.count; number += 1) {
    const header = Buffer.from(bytes.read(at, 46));
    if (header.readUInt32LE(0) !== signatures.central) throw new Damaged(at, 'Its table breaks off.');
    const lengths = [header.readUInt16LE(28), header.readUInt16LE(30), header.readUInt16LE(32)] as const;
    const rest = Buffer.from(bytes.read(at + 46, lengths[0] + lengths[1] + lengths[2]));
    members.push(memberOf(inspection, part, at, header, rest, lengths, shift));
    at += 46 + rest.length;
  }
  if (at !== place.endsAt) unsafe('hidden', at, `${place.endsAt - at} bytes in its table belong to no member.`);
  compare(inspection, part, members, place.endsAt - place.directorySize);
  return members;
}

function memberOf(
  inspection: Inspection,
  part: Part,
  at: number,
  header: Buffer,
  rest: Buffer,
  [nameLength, extraLength]: readonly [number, number, number],
  shift: number,
): ZipMember {
  const unsafe = (rule: string, what: string) => inspection.say(part, 'unsafe', `zip/${rule}`, at, what);
  const flags = header.readUInt16LE(8);
  const method = header.readUInt16LE(10);
  const crc = header.readUInt32LE(16);
  const rawName = rest.subarray(0, nameLength);
  const name = rawName.toString((flags & 0x800) === 0 ? 'latin1' : 'utf8');
  let packed = header.readUInt32LE(20);
  let size = header.readUInt32LE(24);
  let local = header.readUInt32LE(42);
  for (const [id, data] of extras(rest.subarray(nameLength, nameLength + extraLength))) {
    if (id !== 1) continue;
    let field = 0;
    const next = () => {
      if (field + 8 > data.length) throw new Damaged(at, 'A ZIP64 field is too short.');
      const value = sizeAt(data, field, at);
      field += 8;
      return value;
    };
    if (size === 0xffffffff) size = next();
    if (packed === 0xffffffff) packed = next();
    if (local === 0xffffffff) local = next();
  }
  const start = local + shift;
  const before = Buffer.from(part.bytes.read(start, 30));
  if (before.readUInt32LE(0) !== signatures.local)
    throw new Damaged(start, `There is no header where the member ${JSON.stringify(name)} should begin.`);
  const localName = before.readUInt16LE(26);
  const localExtra = before.readUInt16LE(28);
  const nameThere = Buffer.from(part.bytes.read(start + 30, localName));
  if (!nameThere.equals(rawName))
    unsafe('two-names', `A member is named ${JSON.stringify(name)} in the table and otherwise where it stands.`);
  const localFlags = before.readUInt16LE(6);
  if (localFlags !== flags || before.readUInt16LE(8) !== method)
    unsafe('two-headers', `The two headers of ${JSON.stringify(name)} say different flags or packing.`);
  if ((localFlags & 8) === 0) {
    let localPacked = before.readUInt32LE(18);
    let localSize = before.readUInt32LE(22);
    for (const [id, data] of extras(part.bytes.read(start + 30 + localName, localExtra)))
      if (id === 1 && data.length >= 16) {
        if (localSize === 0xffffffff) localSize = sizeAt(data, 0, start);
        if (localPacked === 0xffffffff) localPacked = sizeAt(data, 8, start);
      }
    if (before.readUInt32LE(14) !== crc || localPacked !== packed || localSize !== size)
      unsafe('two-headers', `The two headers of ${JSON.stringify(name)} say different lengths or checksums.`);
  }
  judgeName(name, unsafe);
  if ((flags & 0x2041) !== 0)
    inspection.say(part, 'cannot-tell', 'zip/encrypted', at, `${JSON.stringify(name)} is encrypted.`);
  if (header.readUInt8(5) === 3 && header.readUInt32LE(38) >>> 28 === 0xa)
    unsafe('symlink', `${JSON.stringify(name)} is a symbolic link.`);
  return {
    name,
    method,
    flags,
    crc,
    packed,
    size,
    at: start + 30 + localName + localExtra,
    header: start,
    isFolder: name.endsWith('/') && size === 0,
  };
}

function* extras(data: Buffer): Generator<[number, Buffer]> {
  for (let at = 0; at + 4 <= data.length; ) {
    const length = data.readUInt16LE(at + 2);
    yield [data.readUInt16LE(at), data.subarray(at + 4, at + 4 + length)];
    at += 4 + length;
  }
}

/** Names that leave the folder into which somebody unpacks. */
export function judgeName(name: string, unsafe: (rule: string, what: string) => void): void {
  if (/^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)/.test(name))
    unsafe('path', `${JSON.stringify(name)} leaves the folder into which it is unpacked.`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\\]/.test(name) || name === '')
    unsafe('name', `${JSON.stringify(name)} is a name that readers take in different ways.`);
}

/** Names twice, members over each other, bytes between them. */
function compare(inspection: Inspection, part: Part, members: readonly ZipMember[], end: number): void {
  const unsafe = (rule: string, offset: number, what: string) =>
    inspection.say(part, 'unsafe', `zip/${rule}`, offset, what);
  const seen = new Set<string>();
  for (const { name, header } of members) {
    const key = name.normalize('NFC').toLowerCase();
    if (seen.has(key)) unsafe('duplicate-name', header, `Two members are named ${JSON.stringify(name)}.`);
    seen.add(key);
  }
  let at = 0;
  for (const member of [...members].sort((a, b) => a.header - b.header)) {
    if (member.header < at)
      unsafe('overlap', member.header, `${JSON.stringify(member.name)} lies over another member.`);
    else if (member.header > at)
      unsafe('hidden', at, `${member.header - at} bytes before ${JSON.stringify(member.name)} belong to no member.`);
    at = Math.max(at, member.at + member.packed + descriptorLength(part.bytes, member));
  }
  if (at > end) throw new Damaged(end, 'A member reaches into the table.');
  if (at < end) unsafe('hidden', at, `${end - at} bytes before the table belong to no member.`);
}

/** A data descriptor after the data: 12 or 20 bytes, with or without a signature of four. */
function descriptorLength(bytes: Bytes, { flags, at, packed, crc, size }: ZipMember): number {
  if ((flags & 8) === 0) return 0;
  const after = at + packed;
  const there = Buffer.from(bytes.read(after, Math.min(24, bytes.size - after)));
  for (const [signed, wide] of [
    [4, 8],
    [4, 4],
    [0, 8],
    [0, 4],
  ] as const) {
    if (there.length < signed + 4 + 2 * wide) continue;
    if (signed === 4 && there.readUInt32LE(0) !== 0x08074b50) continue;
    const read = (from: number) => (wide === 8 ? Number(there.readBigUInt64LE(from)) : there.readUInt32LE(from));
    if (there.readUInt32LE(signed) === crc && read(signed + 4) === packed && read(signed + 4 + wide) === size)
      return signed + 4 + 2 * wide;
  }
  throw new Damaged(after, 'The lengths after a member are not those of the table.');
}
