/**
 * Which repository a file lies in: what the `.git/config` of the nearest folder above calls `origin`. Never looks above the
 * source, and takes the address without name and password, which a remote may hold.
 */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openAddress } from './open-address.ts';

export interface Checkout {
  /** `https://github.com/acme/bot.git`, or as `git` writes it for SSH. */
  readonly address: string;
  /** `github.com/acme/bot` */
  readonly name: string;
  /** Folder below the source, empty for the source itself. */
  readonly folder: string;
}

/** @param root folder of the source */
export function checkouts(root: string): (file: string) => Promise<Checkout | undefined> {
  const known = new Map<string, Promise<Checkout | undefined>>();
  const inFolder = (folder: string): Promise<Checkout | undefined> => {
    const before = known.get(folder);
    if (before !== undefined) return before;
    const found = readConfig(join(root, folder, '.git', 'config')).then((config) => {
      const own = config === undefined ? undefined : originOf(config);
      if (own !== undefined) return { ...own, folder };
      // A checkout without a remote is still a border.
      return config !== undefined || folder === '' ? undefined : inFolder(parentOf(folder));
    });
    known.set(folder, found);
    return found;
  };
  return (file) => inFolder(parentOf(file));
}

const parentOf = (path: string) => (dirname(path) === '.' ? '' : dirname(path));

async function readConfig(path: string): Promise<string | undefined> {
  try {
    const bytes = await readFile(path);
    return bytes.length > 256 * 1024 ? '' : bytes.toString('utf8');
  } catch {
    return undefined;
  }
}

function originOf(config: string): Omit<Checkout, 'folder'> | undefined {
  let inOrigin = false;
  for (const line of config.split('\n')) {
    const trimmed = line.trim();
    if (trimmed.startsWith('[')) inOrigin = /^\[remote "origin"\]$/.test(trimmed);
    else if (inOrigin && trimmed.startsWith('url')) {
      const written = trimmed.slice(trimmed.indexOf('=') + 1).trim();
      const scp = /^[\w.-]{1,64}@([\w.-]{1,255}):([\w./~-]{1,512})$/.exec(written);
      const open = openAddress(written);
      const address = scp === null ? open?.address : written;
      const name = scp === null ? open?.address.replace(/^[a-z+]+:\/\/(?:[^@/]*@)?/i, '') : `${scp[1]}/${scp[2]}`;
      return address === undefined || name === undefined ? undefined : { address, name: name.replace(/\.git$/, '') };
    }
  }
  return undefined;
}
