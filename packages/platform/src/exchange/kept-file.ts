/**
 * Files that others own and that a lever changes. What must stay true:
 *
 * - never out of the folder that was opened: a path is relative, without `..`, and no part of it is a symbolic link, nor is the file
 *   shared by a hard link with a place that we cannot see;
 * - a reader sees the file as it was or as it will be, and never between: it is written beside and moved, with its mode and owner;
 * - before the first change a copy stays beside it, readable by whoever could read the file, so that every byte can come back without
 *   anything of its content (which may hold secrets) having left the folder;
 * - what changed since it was read is refused, not overwritten.
 */
import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, realpath, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FirebreakError, type Outcome } from '@firebreak/contract';
import { refused } from './outcome.ts';

export interface KeptFile {
  readonly bytes: Buffer;
  /** SHA-256 of the bytes, hex. */
  readonly sha: string;
}

/** No configuration of an agent or a gateway is as long. */
const maxBytes = 4 * 1024 * 1024;

export const shaOf = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

/**
 * @param root the folder that was opened
 * @param file path below it
 * @returns undefined where there is no such file
 * @throws FirebreakError FB-SOURCE-UNREADABLE where it must not be followed, or cannot be read
 */
export async function readKept(root: string, file: string): Promise<KeptFile | undefined> {
  const path = await placeBelow(root, file);
  const handle = path === undefined ? undefined : await opened(path, file);
  if (handle === undefined) return undefined;
  try {
    const { size, nlink } = await handle.stat();
    if (size > maxBytes) throw unreadable(`${file} is longer than ${maxBytes} bytes.`);
    if (nlink > 1) throw unreadable(`${file} is also known by another name (a hard link).`);
    const bytes = await handle.readFile();
    return { bytes, sha: shaOf(bytes) };
  } finally {
    await handle.close();
  }
}

/** Puts `bytes` in the place of what was read as `expected`, in one step. */
export async function replaceKept(root: string, file: string, expected: string, bytes: Uint8Array): Promise<Outcome> {
  const path = await placeBelow(root, file);
  const now = await readKept(root, file);
  if (path === undefined || now === undefined) return refused('FB-NOT-FOUND', `${file} is no longer there.`);
  if (now.sha !== expected) return refused('FB-STEP-CHANGED', `${file} changed since it was read.`, true);
  const { mode, uid, gid } = await lstat(path);
  const beside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
    await writeNew(beside, bytes, { mode, uid, gid });
    await rename(beside, path);
    return { outcome: 'done' };
  } catch (error) {
    await unlink(beside).catch(() => {});
    return refused('FB-OUTPUT-UNWRITABLE', `${file} cannot be written (${codeOf(error)}).`);
  }
}

/** Name of the copy of a file as it was at first. No form of configuration has names that end like it. */
export function copyOf(file: string, sha: string): string {
  return `${file}.before-firebreak-${sha.slice(0, 12)}`;
}

/** Leaves a copy beside the file, unless there is one. @throws FirebreakError where it cannot be written */
export async function leaveCopy(root: string, file: string, { bytes, sha }: KeptFile): Promise<void> {
  const name = copyOf(file, sha);
  const known = await readKept(root, name);
  if (known?.sha === sha) return;
  const [path, of] = [await placeBelow(root, name, true), await placeBelow(root, file)];
  if (path === undefined || of === undefined) throw unreadable(`${file} is no longer there.`);
  // One that an earlier attempt did not finish.
  if (known !== undefined) await unlink(path);
  await writeNew(path, bytes, await lstat(of)).catch((error: unknown) => {
    throw new FirebreakError('FB-OUTPUT-UNWRITABLE', `No copy can be left beside ${file} (${codeOf(error)}).`);
  });
}

export async function dropCopy(root: string, file: string, sha: string): Promise<void> {
  const path = await placeBelow(root, copyOf(file, sha));
  if (path !== undefined) await unlink(path).catch(() => {});
}

/** The path of a file whose folders are all real ones; undefined where there is none. `missing`: the file itself may be. */
async function placeBelow(root: string, file: string, missing = false): Promise<string | undefined> {
  const parts = file.split('/');
  if (file === '' || parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\0')))
    throw unreadable('A path of a step does not stay below its folder.');
  let path = await realpath(root).catch(() => undefined);
  if (path === undefined) throw unreadable('The folder is no longer there.');
  for (const [index, part] of parts.entries()) {
    path = join(path, part);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isSymbolicLink() === true)
      throw unreadable(`${file} leads through a symbolic link, which is not followed.`);
    if (found === undefined) return missing && index === parts.length - 1 ? path : undefined;
  }
  return path;
}

async function opened(path: string, file: string): Promise<FileHandle | undefined> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw unreadable(`${file} cannot be read (${codeOf(error)}).`);
  }
  throw unreadable(`${file} is no file.`);
}

async function writeNew(
  path: string,
  bytes: Uint8Array,
  { mode, uid, gid }: { readonly mode: number; readonly uid: number; readonly gid: number },
): Promise<void> {
  const handle = await open(
    path,
    constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o600,
  );
  try {
    await handle.writeFile(bytes);
    const made = await handle.stat();
    if (made.uid !== uid || made.gid !== gid) await handle.chown(uid, gid);
    await handle.chmod(mode & 0o7777);
    await handle.sync();
  } catch (error) {
    await unlink(path).catch(() => {});
    throw error;
  } finally {
    await handle.close();
  }
}

function unreadable(reason: string): FirebreakError {
  return new FirebreakError('FB-SOURCE-UNREADABLE', reason);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'no reason given';
}
