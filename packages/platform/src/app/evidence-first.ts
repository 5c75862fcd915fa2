/** Takes the target of a destructive step into the vault before the step may go on. */
import { FirebreakError, type Snapshot } from '@firebreak/contract';
import type { Vault } from '../evidence/vault.ts';
import {
  type DestructiveStep,
  type EvidenceFirst,
  notTakenFirst,
  type TakenFirst,
} from '../execution/evidence-first.ts';

/** Of a step that deletes very many things, this many are taken one by one. */
const mostSubjects = 100;

export function evidenceFirst(vault: Vault): EvidenceFirst {
  const { beforeDestruction } = vault.settings;

  async function takeOne(subject: string, step: DestructiveStep, signal: AbortSignal): Promise<Snapshot> {
    const { incident, execution, step: id, action, by } = step;
    const { ended } = await vault.begin(
      {
        subject,
        incident,
        by,
        reason: `Before ${action}, which cannot be taken back.`,
        key: `${execution}/${id}/${subject}`,
      },
      signal,
    );
    return ended;
  }

  return {
    async take(step, signal): Promise<TakenFirst> {
      if (beforeDestruction === 'off') return { result: 'none', because: null };
      const wanted = [...new Set([step.target.id, ...step.objects])].slice(0, mostSubjects);
      const subjects = wanted.filter((subject) => vault.canTake(subject));
      if (subjects.length === 0)
        return { result: 'none', because: `Nothing here takes ${step.target.kind} as evidence.` };
      const snapshots: Snapshot[] = [];
      for (const subject of subjects) {
        try {
          snapshots.push(await takeOne(subject, step, signal));
        } catch (error) {
          signal.throwIfAborted();
          const why = error instanceof FirebreakError ? `${error.code}: ${error.why}` : 'It failed.';
          if (beforeDestruction === 'require') throw notTakenFirst(`${subject}: ${why}`, error);
          return { result: 'failed', because: `${subject}: ${why}` };
        }
      }
      const nothing = snapshots.find(({ pieces, references }) => pieces + references === 0);
      if (nothing !== undefined && beforeDestruction === 'require')
        throw notTakenFirst(`${nothing.subject}: nothing of it could be taken (${nothing.id}).`, undefined);
      return { result: 'taken', snapshots: snapshots.map(({ id, subject, state }) => ({ id, subject, state })) };
    },
  };
}
