/** Files of one folder by their path. Never leaves the folder: a link that points out of it is reported. */
import { constants } from 'node:fs';
import { open, readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Gap } from '@firebreak/contract';
import { gap } from './gap.ts';
import { codeOf } from './walk.ts';

const maxBytes = 1024 * 1024;

export interface FolderFiles {
  /** Names of the files in a folder; empty when there is no such folder. */
  readonly list: (folder: string) => Promise<readonly string[] | { readonly gap: Gap }>;
  /** Undefined when there is no such file. */
  readonly read: (path: string) => Promise<string | undefined | { readonly gap: Gap }>;
  /** Of a path, for people. */
  readonly locator: (path: string) => string;
}

/** @param name of the folder, for people. @param kinds of facts that are missing when a file cannot be read. */
export async function folderFiles(root: string, name: string, kinds: readonly string[]): Promise<FolderFiles> {
  const base = await realpath(root);
  const inside = (path: string) => path === base || path.startsWith(base + sep);
  const unread = (path: string, reason: string) => ({
    gap: gap('FB-SOURCE-UNREADABLE', kinds, `${name}/${path}`, reason),
  });
  return {
    locator: (path) => `${name}/${path}`,
    async list(folder) {
      try {
        const real = await realpath(join(base, folder));
        if (!inside(real)) return unread(folder, 'It is a link out of the folder, and is not followed.');
        return await readdir(real);
      } catch (error) {
        const code = codeOf(error);
        return code === 'ENOENT' || code === 'ENOTDIR' ? [] : unread(folder, `It cannot be read (${code}).`);
      }
    },
    async read(path) {
      try {
        const real = await realpath(join(base, path));
        if (!inside(real)) return unread(path, 'It is a link out of the folder, and is not followed.');
        // One handle for looking and reading: the file may be exchanged in between. A pipe must not hold us up.
        const file = await open(real, constants.O_RDONLY | constants.O_NONBLOCK);
        try {
          const found = await file.stat();
          if (found.isDirectory()) return undefined;
          if (!found.isFile()) return unread(path, 'It is not a regular file.');
          if (found.size > maxBytes) return unread(path, `It is longer than ${maxBytes} bytes.`);
          return (await file.readFile()).toString('utf8');
        } finally {
          await file.close();
        }
      } catch (error) {
        const code = codeOf(error);
        return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : unread(path, `It cannot be read (${code}).`);
      }
    },
  };
}
