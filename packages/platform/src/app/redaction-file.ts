import { readFile } from 'node:fs/promises';
import { FirebreakError } from '@firebreak/contract';
import { type RedactionSpec, readRedaction } from '../detection/redaction/spec.ts';
import { printable } from '../intake/foreign.ts';

/** @throws FirebreakError FB-SOURCE-UNREADABLE, FB-USAGE for a file that is not understood: nothing is kept then */
export async function readRedactionFile(path: string): Promise<RedactionSpec> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new FirebreakError('FB-SOURCE-UNREADABLE', `${printable(path)} cannot be read.`);
  });
  return readRedaction(path, text);
}
