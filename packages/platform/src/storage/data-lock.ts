/**
 * One Firebreak for each data directory. Node has no flock, so ownership is a file that names a living process.
 *
 * The hard part is taking over from a dead owner: two starters may see the same stale file, and whoever removes "the stale
 * lock" late may remove the new owner's. Therefore locks are numbered and a number is never used twice: to own the directory
 * is to have created, with O_EXCL, the file with the highest number. A release leaves its file (emptied) as the mark of how
 * far the count went; the next owner removes it.
 *
 * A process is known by its id and its start time, since ids come again (in containers, after every start).
 */
import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FirebreakError } from '@firebreak/contract';
import { z } from 'zod';
import { newId } from '../kernel/id.ts';

export interface DataLock {
  release(): Promise<void>;
}

const ownerSchema = z.object({ pid: z.number().int().positive(), started: z.string().nullable(), token: z.string() });

/** @throws FirebreakError FB-STORAGE-LOCKED while a living process has it. */
export async function lockData(folder: string): Promise<DataLock> {
  await mkdir(folder, { recursive: true });
  for (;;) {
    const highest = (await numbers(folder)).at(-1) ?? 0;
    if (highest > 0) await refuseIfAlive(folder, highest);
    const mine = highest + 1;
    if (!(await createLock(folder, mine))) continue;
    const all = await numbers(folder);
    if (all.at(-1) === mine) {
      for (const older of all) if (older < mine) await rm(lockFile(folder, older), { force: true });
      return { release: () => writeFile(lockFile(folder, mine), '') };
    }
    // we came late with an old number: others went on meanwhile
    await rm(lockFile(folder, mine), { force: true });
  }
}

async function refuseIfAlive(folder: string, number: number): Promise<void> {
  const text = await readFile(lockFile(folder, number), 'utf8').catch(() => '');
  const owner = ownerSchema.safeParse(parsed(text)).data;
  // emptied by a release, or cut off by a crash of the machine
  if (owner === undefined) return;
  if (isAlive(owner.pid) && (await startTime(owner.pid)) === owner.started) {
    throw new FirebreakError('FB-STORAGE-LOCKED', `Process ${owner.pid} has ${folder} open.`, {
      detail: { pid: owner.pid },
    });
  }
}

/** The content must be there as soon as the name is, hence a link to a finished file. False when the number is taken. */
async function createLock(folder: string, number: number): Promise<boolean> {
  const token = newId('lock');
  const draft = join(folder, token);
  await writeFile(draft, JSON.stringify({ pid: process.pid, started: await startTime(process.pid), token }), {
    mode: 0o600,
  });
  try {
    await link(draft, lockFile(folder, number));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function numbers(folder: string): Promise<number[]> {
  const found = (await readdir(folder)).map((name) => Number(/^lock\.([1-9][0-9]{0,14})$/.exec(name)?.[1] ?? 0));
  return found.filter((number) => number > 0).sort((a, b) => a - b);
}

function lockFile(folder: string, number: number): string {
  return join(folder, `lock.${number}`);
}

/** Whether a process with this id exists, also when it is somebody else's. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Whether it has ended and only its parent has not looked yet: it still has its id. On Linux; elsewhere it cannot be seen. */
export async function isZombie(pid: number): Promise<boolean> {
  return (await statFields(pid))?.[0] === 'Z';
}

/** Boot id and clock ticks since boot, on Linux (proc_pid_stat(5), field 22); `null` elsewhere, where the id must do. */
async function startTime(pid: number): Promise<string | null> {
  const fields = await statFields(pid);
  if (fields === null || fields[0] === 'Z' || fields[19] === undefined) return null;
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => null);
  return boot === null ? null : `${boot.trim()}/${fields[19]}`;
}

/** Fields of proc_pid_stat(5), from field 3 on. */
async function statFields(pid: number): Promise<readonly string[] | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  // the command in parentheses may hold anything, blanks and parentheses too
  return stat === null ? null : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
