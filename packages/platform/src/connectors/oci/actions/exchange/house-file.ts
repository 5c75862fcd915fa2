/** A text file of the registry's house, by its whole path: see exchange/kept-file.ts for how it is changed. */
import { basename, dirname } from 'node:path';
import { FirebreakError, type Outcome } from '@firebreak/contract';
import { copyOf, dropCopy, leaveCopy, readKept, replaceKept } from '../../../../exchange/kept-file.ts';
import { refusedBy } from '../../../../exchange/outcome.ts';

/** @throws FirebreakError FB-SOURCE-UNREADABLE */
export async function readText(path: string): Promise<{ readonly text: string; readonly sha: string }> {
  const found = await readKept(dirname(path), basename(path));
  if (found === undefined) throw new FirebreakError('FB-SOURCE-UNREADABLE', `${basename(path)} is not there.`);
  return { text: found.bytes.toString('utf8'), sha: found.sha };
}

/** @param expected SHA-256 that it must have, or nothing is changed */
export async function changeText(path: string, expected: string, change: (text: string) => string): Promise<Outcome> {
  try {
    const { text } = await readText(path);
    return await replaceKept(dirname(path), basename(path), expected, Buffer.from(change(text)));
  } catch (error) {
    return refusedBy(error);
  }
}

/** Leaves a copy of it beside it. @throws FirebreakError */
export async function keepOld(path: string, sha: string): Promise<void> {
  const found = await readKept(dirname(path), basename(path));
  if (found?.sha === sha) await leaveCopy(dirname(path), basename(path), found);
}

/** The copy as it was left; undefined where there is none, or it is another. */
export async function oldText(path: string, sha: string): Promise<string | undefined> {
  const found = await readKept(dirname(path), copyOf(basename(path), sha));
  return found?.sha === sha ? found.bytes.toString('utf8') : undefined;
}

export async function dropOld(path: string, sha: string): Promise<void> {
  await dropCopy(dirname(path), basename(path), sha);
}
