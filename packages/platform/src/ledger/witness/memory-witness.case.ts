/** A witness in memory and a log's vouchers around it, for tests. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../kernel/clock.ts';
import { parseCheckpoint } from '../checkpoint.ts';
import type { Vouchers } from '../evidence-export.ts';
import type { NoteVerifier } from '../note.ts';
import { cosigner } from '../note-signer.ts';
import { createWitness, requestBody, type Witness, type WitnessedTree, type WitnessStore } from './witness.ts';

export function memoryWitnessStore(): WitnessStore {
  const trees = new Map<string, WitnessedTree>();
  return {
    latest: async (origin) => trees.get(origin),
    advance: async (origin, oldSize, note) => {
      if ((trees.get(origin)?.size ?? 0) !== oldSize) return false;
      const text = Buffer.from(note).toString();
      const tree = parseCheckpoint(text.slice(0, text.indexOf('\n\n') + 1));
      if (tree !== undefined) trees.set(origin, tree);
      return true;
    },
  };
}

export function memoryWitness(name: string, logs: readonly NoteVerifier[], clock: Clock): Witness {
  return createWitness({ cosigner: cosigner(name, randomBytes(32)), logs, store: memoryWitnessStore(), clock });
}

/** Shows a checkpoint to the witness as a log does: from what the witness has seen last, when it says so. */
export async function shownTo(
  witness: Witness,
  note: string,
  consistency: (oldSize: number) => Promise<readonly Uint8Array[]>,
): Promise<{ readonly status: number; readonly body: string }> {
  const ask = async (oldSize: number) => {
    const proof = oldSize === 0 ? [] : await consistency(oldSize).catch(() => []);
    return witness.addCheckpoint(Buffer.from(requestBody(oldSize, proof, note)));
  };
  const first = await ask(0);
  return first.status === 409 ? ask(Number(first.body)) : first;
}

/** Vouchers that ask this witness; a refusal leaves the checkpoint without its line, as it does in the product. */
export function witnessed(
  witness: Witness,
  consistency: (oldSize: number, size: number) => Promise<readonly Uint8Array[]>,
): Vouchers {
  return {
    policy: { witnesses: [witness.verifierKey], quorum: 1, timestamps: 0 },
    vouch: async ({ note, size }) => {
      const { status, body } = await shownTo(witness, note, (oldSize) => consistency(oldSize, size));
      return { note: status === 200 ? `${note}${body}` : note, timestamps: [] };
    },
  };
}
