import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { checkouts } from '../../intake/checkout.ts';
import { printable } from '../../intake/foreign.ts';

export interface AgentsSession {
  readonly from: string;
  readonly timeoutMs: number;
  /** The folder of the files; absent for a running server and for standard input. */
  readonly root?: string;
  /** The only file of the source, where it is one. */
  readonly only?: string;
  /** What the files belong to, as far as it is known: repositories, or the source itself. */
  readonly homes: Set<string>;
}

export async function openSession(settings: {
  readonly from: string;
  readonly timeoutMs: number;
}): Promise<AgentsSession> {
  const { from } = settings;
  if (from === '-' || from.startsWith('mcp=')) return { ...settings, homes: new Set() };
  const isFolder = (await stat(from)).isDirectory();
  const root = resolve(isFolder ? from : dirname(from));
  const file = isFolder ? 'x' : basename(from);
  const homes = new Set([await homeOf(root, file)]);
  return { ...settings, root, homes, ...(isFolder ? {} : { only: file }) };
}

/** The repository that a file below the folder is of, or the folder's name: what the ids of its agents begin with. */
export async function homeOf(root: string, file: string): Promise<string> {
  return printable((await checkouts(root)(file))?.name ?? basename(root), 1024);
}
