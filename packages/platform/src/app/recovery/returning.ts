/** Sign off, attest, and give access back. */
import { type Execution, FirebreakError, type RecoveryBoard, type RecoveryRole } from '@firebreak/contract';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import { sha256Hex } from '../../kernel/digest.ts';
import { signStatement } from '../../promotion/attestations/envelope.ts';
import { statementOf } from '../../recovery/board/attest.ts';
import { deliversVersion } from '../../recovery/rollback/levers.ts';
import { markOf } from '../../recovery/store.ts';
import { mustHaveField } from '../station.ts';
import { attestedSubject, mustAllow, type Person, type RecoveryContext } from './context.ts';
import { broughtFor, choicesOf } from './marks.ts';

export function returnDesk(context: RecoveryContext) {
  const { station, boards, know, marks: marksOf } = context;

  return {
    async sign(incident: string, as: RecoveryRole, who: Person, signal: AbortSignal): Promise<void> {
      await boards.sign(await know(incident, signal), { as, by: who.by, role: who.role });
    },

    /** Makes and signs the attestation of recovery with the ledger's key. @throws FirebreakError FB-RECOVERY-STATE */
    async attest(incident: string, who: Person, signal: AbortSignal): Promise<string> {
      const board = await boards.board(await know(incident, signal));
      const subjects = choicesOf(await marksOf(incident)).flatMap(
        ([subject, choice]) => attestedSubject(subject, choice) ?? [],
      );
      const statement = statementOf(board, subjects, station.clock.now().toISOString());
      const envelope = JSON.stringify(signStatement(statement, station.statementKey));
      const sha256 = sha256Hex(canonicalJson(statement));
      await boards.keepAttestation({ incident, by: who.by, board: board.digest, sha256, envelope });
      return envelope;
    },

    /** The envelope, as it was signed. @throws FirebreakError FB-NOT-FOUND */
    async attestation(incident: string): Promise<string> {
      const found = await boards.attestation(incident);
      if (found === null)
        throw new FirebreakError('FB-NOT-FOUND', `Incident ${incident} has no attestation of recovery.`);
      return found.envelope;
    },

    /**
     * Takes the containment back, and leaves the restored versions where they are. The gate must allow every one of them to production,
     * by the attestation.
     *
     * @throws FirebreakError FB-PROMOTION-DENIED, FB-RECOVERY-STATE
     */
    async restore(incident: string, who: Person, signal: AbortSignal): Promise<Execution> {
      const { runner, actions } = mustHaveField(station);
      const board = await boards.board(await know(incident, signal));
      const attested = await boards.attestation(incident);
      if (attested === null || board.attestation?.stands !== true)
        throw new FirebreakError(
          'FB-RECOVERY-STATE',
          attested === null
            ? 'There is no attestation of recovery.'
            : 'The board has changed since the attestation: sign and attest again.',
        );
      const marks = await marksOf(incident);
      const envelope: unknown = JSON.parse(attested.envelope);
      for (const [subject, choice] of choicesOf(marks))
        await mustAllow(
          context,
          {
            incident,
            subject,
            choice,
            stage: 'production',
            attestations: [envelope, ...broughtFor(marks, subject, choice.to)],
            who,
          },
          signal,
        );
      const known = new Map(actions.map((action) => [action.id, action]));
      const execution = await runner.undo({
        incident,
        by: who.by,
        merge: true,
        only: ({ lever }) => !deliversVersion(known.get(lever.action)),
      });
      await boards.mark({
        incident,
        item: markOf.access,
        state: 'done',
        by: who.by,
        note: 'The gate allowed it, and the containment is being taken back.',
        data: { execution: execution.id, attestation: attested.sha256, risks: residualRisks(board) },
      });
      return execution;
    },
  };
}

/** What stays open by somebody's word: items that were waived, ways that are left, follow-ups that are not done. */
function residualRisks({ items, followUps }: RecoveryBoard): string[] {
  const taken = items.flatMap(({ id, title, state, how, note, by }) =>
    note !== null && (state === 'not-applicable' || (id === 'return/residual-paths' && how === 'person'))
      ? [`${title}: ${note} (${by ?? 'nobody'}).`]
      : [],
  );
  return [
    ...taken.map((each) => each.slice(0, 500)),
    ...(followUps.open === 0 ? [] : [`${followUps.open} follow-ups are open.`]),
  ];
}
