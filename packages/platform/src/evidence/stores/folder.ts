/**
 * A folder as a store: `blobs/sha256/ab/abcd…`, files of mode 0444, written once. It keeps honest people from mistakes; whoever is
 * root on the machine can change it, and an audit finds that out.
 *
 * What must stay true: nothing is written through a link, neither below the folder nor in its place; a blob appears under its name
 * whole and durable or not at all (written aside, fsync, link, fsync of the folder); a name is a digest and never a path.
 */
import { constants } from 'node:fs';
import { chmod, link, lstat, mkdir, open, realpath, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { FirebreakError } from '@firebreak/contract';
import { diskTrouble } from './disk-trouble.ts';
import type { BlobState, EvidenceStore } from './store.ts';

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

  async function fileOf(sha256: string, make: boolean): Promise<string> {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new FirebreakError('FB-INTERNAL', 'A blob is named by its digest.');
    let folder = await root();
    for (const part of ['blobs', 'sha256', sha256.slice(0, 2)]) {
      folder = join(folder, part);
      if (make) await mkdir(folder, { mode: 0o700 }).catch(unlessThere);
      const found = await lstat(folder).catch(absent);
      if (found !== undefined && !found.isDirectory())
        throw new FirebreakError('FB-EVIDENCE-STORE', `In ${name}, ${part} is no folder of its own (a link?).`);
    }
    return join(folder, sha256);
  }

  async function stateOf(sha256: string): Promise<BlobState | undefined> {
    const found = await lstat(await fileOf(sha256, false)).catch(absent);
    if (found === undefined) return undefined;
    if (!found.isFile())
      throw new FirebreakError('FB-EVIDENCE-STORE', `In ${name}, ${sha256} is no plain file (a link?).`);
    return { size: found.size, lockedUntil: null, held: false };
  }

  return {
    name,
    kind: 'folder',
    where: asked,
    lock: 'write-once',

    async spool() {
      const folder = join(await root(), 'spool');
      await mkdir(folder, { mode: 0o700 }).catch(unlessThere);
      if (!(await lstat(folder)).isDirectory())
        throw new FirebreakError('FB-EVIDENCE-STORE', `In ${name}, spool is no folder of its own (a link?).`);
      return folder;
    },

    async put({ file, sha256 }) {
      if ((await stateOf(sha256)) !== undefined) return 'there';
      try {
        const place = await fileOf(sha256, true);
        await durable(file);
        await chmod(file, 0o444);
        // A link, unlike a renaming, never takes the place of what is there.
        await link(file, place);
        await durable(dirname(place));
        return 'kept';
      } catch (error) {
        if (codeOf(error) === 'EEXIST') return 'there';
        throw diskTrouble(error, `The folder ${name} did not take a blob`);
      }
    },

    async get(sha256) {
      return (await stateOf(sha256)) === undefined ? undefined : read(await fileOf(sha256, false), name);
    },

    state: stateOf,
    retain: async () => undefined,
    hold: async () => undefined,

    async remove(sha256) {
      if ((await stateOf(sha256)) === undefined) return;
      try {
        const place = await fileOf(sha256, false);
        await rm(place);
        await durable(dirname(place));
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
    yield* handle.createReadStream({ highWaterMark: 1 << 20 }) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw diskTrouble(error, `A blob of ${name} cannot be read`);
  }
}

async function durable(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
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
