/** Plans that come in from a file or from standard input. */
import { createReadStream } from 'node:fs';
import { FirebreakError, type Plan } from '@firebreak/contract';
import { parsePlan } from '../planning/check-plan.ts';
import { planDigest } from '../planning/plan-digest.ts';
import type { Terminal } from './terminal.ts';

/** The closed set of a plan lists nodes; a million of them take a tenth of this. */
const maxBytes = 512 << 20;

/**
 * A plan that is to be carried out. It is known by its digest from here on, so the digest must be that of what the person
 * has before them.
 *
 * @throws FirebreakError FB-PLAN-INVALID
 */
export async function readSealedPlan(file: string, terminal: Terminal): Promise<Plan> {
  const plan = await readPlan(file, terminal);
  if (planDigest(plan) !== plan.digest)
    throw new FirebreakError('FB-PLAN-INVALID', 'Its digest is not that of its content.');
  return plan;
}

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
