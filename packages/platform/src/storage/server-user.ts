/**
 * As whom PostgreSQL runs. It refuses to run as root; when we are root (a container, usually) it gets an account without
 * rights, and then everything that it reads must be where that account may go.
 */
import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** `null` when the server runs as whoever we are. */
export async function serverUser(): Promise<ServerUser | null> {
  if (process.getuid?.() !== 0) return null;
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  return unprivilegedUser(passwd);
}

/** `postgres` when the machine knows it, else `nobody`, else the number that means nobody everywhere. */
export function unprivilegedUser(passwd: string): ServerUser {
  const accounts = passwd.split('\n').map((line) => line.split(':'));
  for (const wanted of ['postgres', 'nobody']) {
    const [name, , uid, gid] = accounts.find(([candidate]) => candidate === wanted) ?? [];
    if (name !== undefined && Number(uid) > 0 && Number(gid) > 0) return { name, uid: Number(uid), gid: Number(gid) };
  }
  return { name: '65534', uid: 65_534, gid: 65_534 };
}

/** Whether the account may read and enter the folder (or run the file) and enter every folder above it, by their modes. */
export async function mayUse(path: string, user: ServerUser): Promise<boolean> {
  let place = await realpath(path);
  if (!(await allows(place, user, 0o5))) return false;
  while (place !== dirname(place)) {
    place = dirname(place);
    if (!(await allows(place, user, 0o1))) return false;
  }
  return true;
}

async function allows(path: string, user: ServerUser, bits: number): Promise<boolean> {
  const { mode, uid, gid } = await stat(path);
  const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0;
  return ((mode >> shift) & bits) === bits;
}
