/**
 * A folder as a store: `blobs/sha256/ab/abcd…`, files of mode 0444, written once. It keeps honest people from mistakes; whoever is
 * root on the machine can change it, and an audit finds that out.
 *
 * What must stay true: nothing is written through a link, neither below the folder nor in its place; a blob appears under its name
 * whole and durable or not at all (written aside, fsync, link, fsync of the folder); a name is a digest and never a path.
 */
import { constants } from 'node:fs';
import { link, lstat, mkdir, open, realpath, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { FirebreakError } from '@firebreak/contract';
import { fileBytes } from '../../intake/file-bytes.ts';
import { diskTrouble } from './disk-trouble.ts';
import type { EvidenceStore } from './store.ts';

export function folderStore(name: string, path: string): EvidenceStore {
  const asked = resolve(path);
  let base: Promise<string> | undefined;

  /** The folder itself, made when it is not there; where it is a link, what that led to at the first look. */
  function root(): Promise<string> {
    base ??= mkdir(asked, { recursive: true, mode: 0o700 })
      .then(() => realpath(asked))
      .catch((error: unknown) => {
        base = undefined;
        throw diskTrouble(error, `The folder ${name} cannot be used`);
      });
    return base;
  }

  /** A folder below the root that is no link, nor reached by one; undefined where it is not there. */
  async function below(...parts: readonly string[]): Promise<string | undefined> {
    const folder = join(await root(), ...parts);
    const real = await realpath(folder).catch(absent);
    if (real !== undefined && real !== folder)
      throw new FirebreakError(
        'FB-EVIDENCE-STORE',
        `In ${name}, ${parts.join('/')} is no folder of its own (a link?).`,
      );
    // What is not there may be looked for by way of a link all the same.
    if (real === undefined && parts.length > 1) await below(...parts.slice(0, -1));
    return real;
  }

  async function made(...parts: readonly string[]): Promise<string> {
    const there = await below(...parts);
    if (there !== undefined) return there;
    if (parts.length > 1) await made(...parts.slice(0, -1));
    await mkdir(join(await root(), ...parts), { mode: 0o700 }).catch(unlessThere);
    const now = await below(...parts);
    if (now === undefined)
      throw new FirebreakError('FB-EVIDENCE-STORE', `In ${name}, ${parts.join('/')} leads nowhere.`);
    return now;
  }

  function partsOf(sha256: string): readonly string[] {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new FirebreakError('FB-INTERNAL', 'A blob is named by its digest.');
    return ['blobs', 'sha256', sha256.slice(0, 2)];
  }

  /** Undefined where there is no such blob. */
  async function found(sha256: string): Promise<{ readonly place: string; readonly size: number } | undefined> {
    const folder = await below(...partsOf(sha256));
    if (folder === undefined) return undefined;
    const place = join(folder, sha256);
    const about = await lstat(place).catch(absent);
    if (about === undefined) return undefined;
    if (!about.isFile())
      throw new FirebreakError('FB-EVIDENCE-STORE', `In ${name}, ${sha256} is no plain file (a link?).`);
    return { place, size: about.size };
  }

  return {
    name,
    kind: 'folder',
    where: asked,
    lock: 'write-once',

    spool: () =>
      made('spool').catch((error: unknown) => {
        throw diskTrouble(error, `The folder ${name} cannot be used`);
      }),

    async put({ file, sha256 }) {
      if ((await found(sha256)) !== undefined) return 'there';
      try {
        const folder = await made(...partsOf(sha256));
        await durable(file, 0o444);
        // A link, unlike a renaming, never takes the place of what is there.
        await link(file, join(folder, sha256));
        await durable(folder);
        return 'kept';
      } catch (error) {
        if (codeOf(error) === 'EEXIST') return 'there';
        throw diskTrouble(error, `The folder ${name} did not take a blob`);
      }
    },

    async get(sha256) {
      const blob = await found(sha256);
      return blob === undefined ? undefined : read(blob.place, name);
    },

    async state(sha256) {
      const blob = await found(sha256);
      return blob === undefined ? undefined : { size: blob.size, lockedUntil: null, held: false };
    },
    retain: async () => undefined,
    hold: async () => undefined,

    async remove(sha256) {
      const blob = await found(sha256);
      if (blob === undefined) return;
      try {
        await rm(blob.place);
        await durable(dirname(blob.place));
      } catch (error) {
        throw diskTrouble(error, `A blob of ${name} cannot be removed`);
      }
    },
    close: async () => undefined,
  };
}

async function* read(place: string, name: string): AsyncGenerator<Uint8Array> {
  try {
    const handle = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW);
    yield* fileBytes(handle);
  } catch (error) {
    throw diskTrouble(error, `A blob of ${name} cannot be read`);
  }
}

async function durable(path: string, mode?: number): Promise<void> {
  const handle = await open(path, 'r');
  try {
    if (mode !== undefined) await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function absent(error: unknown): undefined {
  if (codeOf(error) === 'ENOENT') return undefined;
  throw diskTrouble(error, 'The folder cannot be looked at');
}

function unlessThere(error: unknown): void {
  if (codeOf(error) !== 'EEXIST') throw error;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
