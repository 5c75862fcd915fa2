import { FirebreakError } from '@firebreak/contract';
import type { Ledger } from '../ledger/ledger.ts';
import { readPlaybook } from './read-playbook.ts';

export interface PlaybookNote {
  readonly incident: string;
  /** As it was written. */
  readonly document: string;
  /** Steps by hand that the person says are done. */
  readonly confirmed: readonly string[];
  readonly by: string;
}

/**
 * Writes into the evidence from which playbook the incident's plan was made, the playbook itself among it, and which steps by hand a person
 * says are done. That is a statement of theirs: nothing probes it.
 *
 * @throws FirebreakError FB-PLAYBOOK-INVALID, FB-PLAYBOOK-REFERENCE for a step that the playbook does not hold
 */
export async function notePlaybook<Tx>(ledger: Ledger<Tx>, note: PlaybookNote): Promise<void> {
  const { playbook, digest } = readPlaybook(note.document);
  if (playbook === undefined) throw new FirebreakError('FB-PLAYBOOK-INVALID', 'It cannot be read.');
  const unknown = note.confirmed.find((step) => !Object.hasOwn(playbook.workflow, step));
  if (unknown !== undefined)
    throw new FirebreakError('FB-PLAYBOOK-REFERENCE', `The playbook has no step ${unknown.slice(0, 100)}.`);
  const blob = await ledger.putBlob('playbook.json', 'application/json', Buffer.from(note.document));
  const body = { playbook: playbook.id, name: playbook.name.slice(0, 300), digest, confirmed: note.confirmed };
  await ledger.append([{ incident: note.incident, kind: 'playbook.used', actor: note.by, body, blobs: [blob] }]);
}
