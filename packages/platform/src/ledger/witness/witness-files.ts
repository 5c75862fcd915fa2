/**
 * What a witness remembers, in a folder. Each checkpoint that it cosigned is a file named by its log and by the size that it
 * followed; a file that is there already cannot be made again. So the folder itself decides which of two successors came
 * first, whatever number of processes works on it, and it is the whole history, for whoever asks what was cosigned.
 */
import { link, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FirebreakError } from '@firebreak/contract';
import { sha256Hex } from '../../kernel/digest.ts';
import { newId } from '../../kernel/id.ts';
import { parseCheckpoint } from '../checkpoint.ts';
import type { WitnessedTree, WitnessStore } from './witness.ts';

export function witnessFiles(folder: string): WitnessStore {
  const latest = new Map<string, WitnessedTree>();
  const prefixOf = (origin: string) => `${sha256Hex(origin).slice(0, 32)}.after-`;

  /** Sizes are written with all their digits, so that the last name is that of the largest. */
  const nameOf = (origin: string, oldSize: number) => `${prefixOf(origin)}${String(oldSize).padStart(16, '0')}`;

  async function read(origin: string): Promise<WitnessedTree | undefined> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const prefix = prefixOf(origin);
    const last = (await readdir(folder))
      .filter((name) => name.startsWith(prefix))
      .sort()
      .at(-1);
    if (last === undefined) return undefined;
    const tree = treeOf(await readFile(join(folder, last)));
    if (tree === undefined) throw new FirebreakError('FB-INTERNAL', `${join(folder, last)} is damaged.`);
    latest.set(origin, tree);
    return tree;
  }

  return {
    latest: async (origin) => latest.get(origin) ?? read(origin),

    async advance(origin, oldSize, note) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const draft = join(folder, newId('draft'));
      await writeDurably(draft, note);
      try {
        await link(draft, join(folder, nameOf(origin, oldSize)));
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
        // another process was first
        await read(origin);
        return false;
      } finally {
        await rm(draft, { force: true });
      }
      await syncFolder(folder);
      await read(origin);
      return true;
    },
  };
}

function treeOf(note: Uint8Array): WitnessedTree | undefined {
  const text = Buffer.from(note).toString();
  const checkpoint = parseCheckpoint(text.slice(0, text.indexOf('\n\n') + 1));
  return checkpoint === undefined ? undefined : { size: checkpoint.size, root: checkpoint.root };
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
