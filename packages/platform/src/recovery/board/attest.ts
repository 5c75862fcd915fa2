/** The attestation of recovery: what the gate demands before access returns. It says the board, item by item, and who signed it off. */
import {
  type AttestedSubject,
  FirebreakError,
  type RecoveryBoard,
  type RecoveryStatement,
  recoveryStatement,
} from '@firebreak/contract';

/**
 * @param subjects what returns, by digest. @param at of the attestation
 * @throws FirebreakError FB-RECOVERY-STATE while an item is open, a role has not signed, or nothing is named by digest
 */
export function statementOf(board: RecoveryBoard, subjects: readonly AttestedSubject[], at: string): RecoveryStatement {
  if (board.open > 0) throw new FirebreakError('FB-RECOVERY-STATE', `${board.open} items of the board are open.`);
  if (board.missing.length > 0)
    throw new FirebreakError('FB-RECOVERY-STATE', `Nobody has signed this board as ${board.missing.join(', ')}.`);
  if (subjects.length === 0)
    throw new FirebreakError(
      'FB-RECOVERY-STATE',
      'Nothing that returns is named by digest: choose a verified version first.',
    );
  return recoveryStatement(subjects, {
    incident: board.incident,
    board: { sha256: board.digest },
    steps: board.items.flatMap(({ id, title, state, at: done, by, proof }) =>
      state === 'done' || state === 'not-applicable'
        ? [
            {
              id: id.slice(0, 500),
              title: title.slice(0, 500),
              state,
              at: done ?? at,
              by: by ?? 'firebreak',
              ...(proof === null
                ? {}
                : {
                    proof: `${proof.entry === null ? '' : `Ledger entry ${proof.entry}: `}${proof.what}`.slice(0, 2000),
                  }),
            },
          ]
        : [],
    ),
    signedOffBy: board.signOffs
      .filter(({ stands }) => stands)
      .map(({ by, role, at: signed }) => ({ name: by, role, at: signed })),
    at,
  });
}
