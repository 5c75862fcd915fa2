/**
 * Files as pieces. What must stay true: a link is never followed (it is told of by its target, as a record of its own), a file is read
 * from the handle that was looked at, and its size is that of the handle, so that a file that grows or shrinks meanwhile is refused.
 */
import { constants } from 'node:fs';
import { lstat, open, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { BytesPiece, SnapshotPiece } from '@firebreak/contract';
import { fileBytes } from './file-bytes.ts';
import { gap } from './gap.ts';

const mostFiles = 2_000_000;
const deepest = 64;
/** A file of more than this is one of holes when what it holds on the disk is a small part of it. */
const sparseBytes = 2 ** 30;
const sparseTimes = 16;

/** Every file below a folder, in the order of names; or the one file. @param wanted which names are, all when absent */
export async function* filesOf(
  root: string,
  signal: AbortSignal,
  wanted: (name: string) => boolean = () => true,
): AsyncGenerator<SnapshotPiece> {
  const count = { files: 0 };
  const found = await lstat(root);
  if (found.isFile()) yield await wholeFileOf(root, 'file');
  else yield* below(root, '', 0, count, wanted, signal);
}

async function* below(
  root: string,
  folder: string,
  depth: number,
  count: { files: number },
  wanted: (name: string) => boolean,
  signal: AbortSignal,
): AsyncGenerator<SnapshotPiece> {
  if (depth > deepest) {
    yield { missing: gap('FB-EVIDENCE-PARTIAL', ['*'], folder, `Folders are deeper than ${deepest}.`) };
    return;
  }
  let entries: import('node:fs').Dirent[];
  try {
    entries = await readdir(join(root, folder), { withFileTypes: true });
  } catch (error) {
    yield unreadable(folder, error);
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    signal.throwIfAborted();
    const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      yield* below(root, name, depth + 1, count, wanted, signal);
      continue;
    }
    if (!wanted(name)) continue;
    count.files += 1;
    if (count.files > mostFiles) {
      if (count.files === mostFiles + 1)
        yield { missing: gap('FB-EVIDENCE-PARTIAL', ['*'], name, `More than ${mostFiles} files.`) };
      return;
    }
    try {
      if (entry.isFile()) yield await wholeFileOf(join(root, name), name);
      else if (entry.isSymbolicLink()) yield linkOf(name, await readlink(join(root, name)));
      else yield { missing: gap('FB-EVIDENCE-PARTIAL', ['*'], name, 'It is neither a file nor a link.') };
    } catch (error) {
      yield unreadable(name, error);
    }
  }
}

/** A file, unless it is hardly more than holes: a few bytes on a disk would become a terabyte of zeros to read and to keep. */
async function wholeFileOf(path: string, name: string): Promise<SnapshotPiece> {
  const { size, blocks } = await lstat(path);
  const held = blocks * 512;
  if (size <= sparseBytes || held * sparseTimes >= size) return fileOf(path, name);
  const why = `It says that it has ${size} bytes and holds ${held}: a file of holes is not taken.`;
  return { missing: gap('FB-EVIDENCE-PARTIAL', ['*'], name, why) };
}

/** A file, of which no byte is read before it is asked for. */
export async function fileOf(path: string, name: string): Promise<BytesPiece> {
  const { size } = await lstat(path);
  return {
    name,
    mediaType: name.endsWith('.json') ? 'application/json' : 'application/octet-stream',
    size,
    at: path,
    bytes: bytesOf(path),
  };
}

async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  // A pipe must not hold us up, and a link that took the file's place must not be followed.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  yield* fileBytes(handle);
}

function linkOf(name: string, target: string): BytesPiece {
  const bytes = Buffer.from(JSON.stringify({ link: target }));
  return {
    name: `${name}.link`,
    mediaType: 'application/json',
    size: bytes.length,
    bytes: (async function* () {
      yield bytes;
    })(),
  };
}

function unreadable(where: string, error: unknown): SnapshotPiece {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return { missing: gap('FB-EVIDENCE-PARTIAL', ['*'], where, `It cannot be read (${code}).`) };
}
