/** Members of a tar file (POSIX ustar, with GNU and pax names left as they are): old PyTorch, NeMo and whatever is renamed. */
import { Damaged, partOf, TooMuch } from '../bytes.ts';
import { type Inspection, inner, type Part } from '../inspection.ts';
import { judgeName } from './zip.ts';

const block = 512;

export function isTar(head: Buffer): boolean {
  return head.length >= 265 && head.toString('latin1', 257, 262) === 'ustar';
}

export function tarMembers(inspection: Inspection, part: Part): Part[] {
  const { bytes } = part;
  const members: Part[] = [];
  const seen = new Set<string>();
  let at = 0;
  for (; at + block <= bytes.size; ) {
    const header = Buffer.from(bytes.read(at, block));
    if (header.every((byte) => byte === 0)) break;
    const sum = header.reduce((total, byte, place) => total + (place >= 148 && place < 156 ? 32 : byte), 0);
    if (number(header, 148, 8) !== sum) throw new Damaged(at, 'The checksum of a header is wrong.');
    const size = number(header, 124, 12);
    if (size === undefined) throw new Damaged(at, 'The length of a member is no number.');
    const type = header.toString('latin1', 156, 157);
    const name = [text(header, 345, 155), text(header, 0, 100)].filter((each) => each !== '').join('/');
    const unsafe = (rule: string, what: string) => inspection.say(part, 'unsafe', `tar/${rule}`, at, what);
    judgeName(name, unsafe);
    if ('12'.includes(type))
      unsafe('link', `${JSON.stringify(name)} is a link to ${JSON.stringify(text(header, 157, 100))}.`);
    else if ('346'.includes(type)) unsafe('device', `${JSON.stringify(name)} is a device.`);
    else if (!'0\x005xgLK7'.includes(type)) unsafe('type', `${JSON.stringify(name)} is of no known type.`);
    if (seen.has(name) && !'xgLK'.includes(type))
      unsafe('duplicate-name', `Two members are named ${JSON.stringify(name)}.`);
    seen.add(name);
    if (members.length >= inspection.surroundings.limits.members) throw new TooMuch(at, 'It has too many members.');
    const data = partOf(bytes, at + block, size);
    if ('0\x007'.includes(type)) members.push(inner(part, name, data));
    at += block + Math.ceil(size / block) * block;
  }
  for (; at < bytes.size; at += block)
    if (!bytes.read(at, Math.min(block, bytes.size - at)).every((byte) => byte === 0)) {
      inspection.say(part, 'unsafe', 'tar/trailing', at, 'Something follows after its end.');
      break;
    }
  return members;
}

function number(header: Buffer, from: number, length: number): number | undefined {
  const digits = text(header, from, length).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

function text(header: Buffer, from: number, length: number): string {
  const field = header.subarray(from, from + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? length : end);
}
