/**
 * Changes a small text file that another program reads, whole or not at all: written beside it with the same owner and mode, and put in
 * its place only if it still is what it was. A link is followed first, so that the file changes and not the link.
 */
import { createHash, randomUUID } from 'node:crypto';
import { chmod, chown, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { FirebreakError, type Outcome } from '@firebreak/contract';
import { refused } from '../../../../exchange/outcome.ts';
import { codeOf } from '../../../../intake/walk.ts';

const maxBytes = 4 * 1024 * 1024;

/** @throws FirebreakError FB-SOURCE-UNREADABLE */
export async function readTextFile(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size <= maxBytes) return await readFile(path, 'utf8');
  } catch (cause) {
    throw new FirebreakError('FB-SOURCE-UNREADABLE', `${path} cannot be read (${codeOf(cause)}).`, { cause });
  }
  throw new FirebreakError('FB-SOURCE-UNREADABLE', `${path} has more than ${maxBytes} bytes.`);
}

export function sha256(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** @param change from the content that it must have, by its digest */
export async function replaceFile(
  path: string,
  expected: string,
  change: (content: string) => string,
): Promise<Outcome> {
  let beside: string | undefined;
  try {
    const real = await realpath(path);
    const { mode, uid, gid } = await stat(real);
    const content = await readTextFile(real);
    if (sha256(content) !== expected) return changed(path);
    beside = `${real}.firebreak-${randomUUID()}`;
    const handle = await open(beside, 'wx', 0o600);
    try {
      await handle.writeFile(change(content));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await chown(beside, uid, gid);
    await chmod(beside, mode);
    if (sha256(await readTextFile(real)) !== expected) {
      await rm(beside, { force: true });
      return changed(path);
    }
    await rename(beside, real);
    return { outcome: 'done' };
  } catch (error) {
    if (beside !== undefined) await rm(beside, { force: true });
    return refused('FB-STEP-REFUSED', `${path} cannot be written (${codeOf(error)}).`);
  }
}

function changed(path: string): Outcome {
  return refused('FB-STEP-CHANGED', `${path} changed since it was read.`, true);
}
