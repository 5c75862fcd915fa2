/** What lies on this machine, and what the environment's credentials reach: data needs no connector to be evidence. */
import { realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import { FirebreakError } from '@firebreak/contract';

export interface DataSession {
  /** Folders below which may be read; `any` for a person who has the machine anyway. */
  readonly folders: readonly string[] | 'any';
}

/**
 * The real path of what may be read.
 *
 * @throws FirebreakError FB-EVIDENCE-SUBJECT when it is not there or may not be read by whoever asks
 */
export async function readable(path: string, { folders }: DataSession): Promise<string> {
  const real = await realpath(path).catch((cause: unknown) => {
    throw new FirebreakError('FB-EVIDENCE-SUBJECT', `There is nothing at ${path}.`, { cause });
  });
  if (folders === 'any') return real;
  for (const folder of folders) {
    const allowed = await realpath(folder).catch(() => undefined);
    if (allowed !== undefined && (real === allowed || real.startsWith(allowed + sep))) return real;
  }
  throw new FirebreakError(
    'FB-EVIDENCE-SUBJECT',
    `${path} is in none of the folders that the settings of the vault name.`,
  );
}
