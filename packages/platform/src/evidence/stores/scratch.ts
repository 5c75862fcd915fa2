import { mkdir } from 'node:fs/promises';
import { diskTrouble } from './disk-trouble.ts';

/** Makes the folder that files are written aside in, for stores that are elsewhere. */
export async function scratchFolder(path: string): Promise<string> {
  await mkdir(path, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw diskTrouble(error, 'The folder for writing aside cannot be made');
  });
  return path;
}
