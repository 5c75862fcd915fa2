/** Evidence files taken apart and put together again, for tests that forge them. */
import { sha256Hex } from '../../kernel/digest.ts';
import { currentFormat, manifestHead, manifestLine, manifestTail } from '../evidence-format.ts';
import { TarReader, tarEnd, tarHeader, tarPadding } from '../tar.ts';

/** Content of each member by its path, in their order. */
export type Members = Map<string, Buffer>;

export async function bytesOf(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

export async function* inPieces(bytes: Uint8Array, size = 4096): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export async function unpacked(file: Uint8Array): Promise<Members> {
  const reader = new TarReader(inPieces(file));
  const members: Members = new Map();
  for (let member = await reader.next(); member !== undefined; member = await reader.next()) {
    members.set(member.path, Buffer.from(await reader.content(100_000_000)));
  }
  return members;
}

export function packed(members: Iterable<readonly [string, Uint8Array]>): Buffer {
  const parts: Uint8Array[] = [];
  for (const [path, bytes] of members) {
    parts.push(tarHeader(path, bytes.length), bytes, Buffer.alloc(tarPadding(bytes.length)));
  }
  return Buffer.concat([...parts, tarEnd]);
}

/** A forger who knows the format: the manifest is written anew over whatever the file holds now. */
export function forged(members: Members, incident = 'inc_ours'): Buffer {
  const lines = [...members]
    .filter(([path]) => path !== 'manifest.json')
    .map(([path, bytes]) => manifestLine({ path, sha256: sha256Hex(bytes), size: bytes.length }));
  const [origin = '', size = '', rootHash = ''] = (members.get('checkpoint') ?? '').toString().split('\n');
  const tail = manifestTail({ format: currentFormat, incident, origin, rootHash, treeSize: Number(size) });
  members.delete('manifest.json');
  return packed([...members, ['manifest.json', Buffer.from(`${manifestHead}${lines.join(',')}${tail}`)]]);
}
