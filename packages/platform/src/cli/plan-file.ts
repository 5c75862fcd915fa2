/** Plans that come in from a file or from standard input. */
import { createReadStream } from 'node:fs';
import { FirebreakError, type Plan } from '@firebreak/contract';
import { parsePlan } from '../planning/check-plan.ts';
import type { Terminal } from './terminal.ts';

/** The closed set of a plan lists nodes; a million of them take a tenth of this. */
const maxBytes = 512 << 20;

/** @throws FirebreakError FB-PLAN-INVALID when it cannot be read, is too long or is no plan */
export async function readPlan(file: string, { input }: Terminal): Promise<Plan> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of file === '-' ? input : (createReadStream(file) as AsyncIterable<Uint8Array>)) {
      size += chunk.length;
      if (size > maxBytes) throw new FirebreakError('FB-PLAN-INVALID', `${file} is longer than ${maxBytes} bytes.`);
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof FirebreakError) throw cause;
    throw new FirebreakError('FB-PLAN-INVALID', `${file} cannot be read.`, { cause });
  }
  return parsePlan(Buffer.concat(chunks).toString('utf8'));
}
