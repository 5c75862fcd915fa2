import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { TarProblem, TarReader, tarEnd, tarHeader, tarPadding } from './tar.ts';

const file = (path: string, text: string) =>
  Buffer.concat([
    tarHeader(path, Buffer.byteLength(text)),
    Buffer.from(text),
    Buffer.alloc(tarPadding(Buffer.byteLength(text))),
  ]);
const archive = Buffer.concat([file('a.txt', 'hello'), file('b/empty', ''), file('b/block', 'x'.repeat(512)), tarEnd]);

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
async function members(bytes: Uint8Array, pieceSize = 100_000): Promise<[string, string][]> {
  const reader = new TarReader(inPieces(bytes, pieceSize));
  const found: [string, string][] = [];
  for (let member = await reader.next(); member !== undefined; member = await reader.next()) {
    found.push([member.path, Buffer.from(await reader.content(1000)).toString()]);
  }
  return found;
}
/** A header with some bytes changed and its checksum put right again, as a forger would. */
function forged(change: (header: Buffer) => void): Buffer {
  const header = Buffer.from(tarHeader('a.txt', 0));
  change(header);
  header.write('        ', 148, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return Buffer.concat([header, tarEnd]);
}

test.each([1, 7, 511, 512, 513, 100_000])('reads back what it writes, in pieces of %i bytes', async (size) => {
  expect(await members(archive, size)).toEqual([
    ['a.txt', 'hello'],
    ['b/empty', ''],
    ['b/block', 'x'.repeat(512)],
  ]);
});

test('content comes in pieces too', async () => {
  const reader = new TarReader(inPieces(archive, 3));
  await reader.next();
  const pieces: Uint8Array[] = [];
  for await (const piece of reader.pieces()) pieces.push(piece);
  expect(Buffer.concat(pieces).toString()).toBe('hello');
  expect((await reader.next())?.path).toBe('b/empty');
});

test("the system's tar lists and extracts it without a word of complaint", () => {
  const list = execFileSync('tar', ['-tf', '-'], { input: archive, stdio: ['pipe', 'pipe', 'pipe'] }).toString();
  expect(list).toBe('a.txt\nb/empty\nb/block\n');
  expect(execFileSync('tar', ['-xOf', '-', 'a.txt'], { input: archive }).toString()).toBe('hello');
});

test('every flipped bit of a header, of padding and of the end is noticed', async () => {
  const content = new Set(
    [...Array(5).keys()].map((at) => 512 + at).concat([...Array(512).keys()].map((at) => 2048 + at)),
  );
  for (let at = 0; at < archive.length; at += 1) {
    if (content.has(at)) continue;
    const changed = Buffer.from(archive);
    changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
    await expect(members(changed)).rejects.toThrow(TarProblem);
  }
});

test.each([
  ['a symbolic link', forged((header) => header.write('2', 156)), 'a.txt is a symbolic link'],
  ['a hard link', forged((header) => header.write('1', 156)), 'a.txt is a hard link'],
  ['a folder', forged((header) => header.write('5', 156)), 'a.txt is a folder'],
  ['a pax header', forged((header) => header.write('x', 156)), 'a.txt is something special'],
  ['a GNU long name', forged((header) => header.write('L', 156)), 'a.txt is something special'],
  ['an old plain file', forged((header) => header.write('\0', 156)), 'a.txt is something special'],
  ['a path in the prefix field', forged((header) => header.write('..', 345)), 'not the one that an export writes'],
  ['a set-user-id mode', forged((header) => header.write('0004755', 100)), 'not the one that an export writes'],
  ['something behind the name', forged((header) => header.write('/../b', 10)), 'not the one that an export writes'],
  [
    'a size in base 256',
    forged((header) => header.set([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 124)),
    'not the header',
  ],
  ['a control character in the name', forged((header) => header.write('\u001b[2J', 0)), 'not the header'],
  ['the end in the middle of a header', archive.subarray(0, 300), 'ends in the middle'],
  ['the end in the middle of content', archive.subarray(0, 514), 'ends in the middle'],
  ['no end', archive.subarray(0, archive.length - 1024), 'ends in the middle'],
  ['half an end', archive.subarray(0, archive.length - 512), 'ends in the middle'],
  ['something after the end', Buffer.concat([archive, Buffer.of(0)]), 'follows the end'],
  ['content that is too long', Buffer.concat([file('long', 'x'.repeat(1001)), tarEnd]), 'more than the 1000'],
  ['a size that is not there', Buffer.concat([tarHeader('huge', 8 ** 11 - 1), tarEnd]), 'more than the 1000'],
])('refuses %s', async (_name, bytes, words) => {
  await expect(members(bytes)).rejects.toThrow(TarProblem);
  await expect(members(bytes)).rejects.toThrow(words);
});

test('writes no header that it could not read', () => {
  expect(() => tarHeader('x'.repeat(101), 0)).toThrow(RangeError);
  expect(() => tarHeader('', 0)).toThrow(RangeError);
  expect(() => tarHeader('ü', 0)).toThrow(RangeError);
  expect(() => tarHeader('a', 8 ** 11)).toThrow(RangeError);
});
