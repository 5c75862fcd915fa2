/**
 * From one state of a rotation to the next: open → rotated → the old one is dead → done. Nobody skips the proof without saying so: a
 * credential whose old secret cannot be tried is done only by a person's word, and the word is on the board.
 */
import { type CredentialRow, type CredentialVerdict, FirebreakError, type RecoveryState } from '@firebreak/contract';

export interface Advance {
  readonly state: RecoveryState;
  readonly data: { readonly step: CredentialRow['state']; readonly probe?: CredentialVerdict['result'] };
  readonly proof: string | null;
}

/** Somebody says that it was rotated, or that it is done although nothing could try the old one. @throws FirebreakError FB-RECOVERY-STATE */
export function said(now: CredentialRow['state'], to: 'rotated' | 'done', note: string): Advance {
  if (to === 'rotated') return { state: 'open', data: { step: 'rotated' }, proof: null };
  if (now === 'open')
    throw new FirebreakError(
      'FB-RECOVERY-STATE',
      'It is not rotated yet: say that first, then have the old one tried.',
    );
  return {
    state: 'done',
    data: { step: 'done' },
    proof: now === 'old-one-dead' ? null : `Nothing tried the old one; somebody vouches for it: ${note}`,
  };
}

export interface Tried {
  readonly verdict: CredentialVerdict;
  /** Whether it was tried at the system that issued it; undefined where nothing tells. */
  readonly issued: boolean | undefined;
}

/**
 * What tries at several systems of one kind say together. It lives when one of them accepts it. It is dead when all of them refuse it,
 * and one of them is known to have issued it: a system refuses whatever it never issued.
 */
export function together(tries: readonly Tried[]): CredentialVerdict {
  const alive = tries.find(({ verdict }) => verdict.result === 'alive');
  if (alive !== undefined) return alive.verdict;
  const unsure = tries.find(({ verdict }) => verdict.result === 'cannot-tell');
  if (unsure !== undefined) return unsure.verdict;
  const [dead] = tries.toSorted((a, b) => Number(b.issued === true) - Number(a.issued === true));
  if (dead === undefined) return { result: 'cannot-tell', evidence: 'What issued it is not open.' };
  if (dead.issued === true) return dead.verdict;
  return { result: 'cannot-tell', evidence: `${dead.verdict.evidence} But nothing tells whether it was issued there.` };
}

/** What a probe of the old secret makes of it. A dead one settles it: whoever rotated it need not be asked again. */
export function probed(now: CredentialRow['state'], { result, evidence }: CredentialVerdict): Advance {
  if (result === 'dead')
    return { state: 'done', data: { step: 'done', probe: result }, proof: `The old one is dead: ${evidence}` };
  if (result === 'alive')
    return {
      state: 'failed',
      data: { step: now === 'done' ? 'rotated' : now, probe: result },
      proof: `The old one still works: ${evidence}`,
    };
  return {
    state: 'open',
    data: { step: now === 'done' ? 'rotated' : now, probe: result },
    proof: `It cannot be told: ${evidence}`,
  };
}
