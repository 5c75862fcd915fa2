/**
 * Commits as GitHub's REST API lists them (`GET /repos/{owner}/{repo}/commits`), which carries what was signed and the signature. SSH
 * signatures are verified here, by an allowed-signers file. OpenPGP and S/MIME are not: what the host says of them is told as what the
 * host says. Whether somebody reviewed a commit is not in that list.
 */
import { array, at, printable, textAt } from '../../intake/foreign.ts';
import { type AllowedSigner, judgeSshSignature } from './ssh-signature.ts';

export interface JudgedCommit {
  readonly sha: string;
  /** First line of its message. */
  readonly title: string;
  readonly at: string;
  /** `host-says`: only GitHub's word; `limited`: it cannot be judged here. */
  readonly signature: 'verified' | 'host-says' | 'refused' | 'none' | 'limited';
  readonly why: string;
}

const mostCommits = 10_000;

/** @param since older ones are left out */
export function judgeCommits(answer: unknown, allowed: readonly AllowedSigner[], since: Date): readonly JudgedCommit[] {
  return array(answer)
    .slice(0, mostCommits)
    .flatMap((commit) => {
      const sha = textAt(commit, 'sha');
      const moment = textAt(commit, 'commit', 'committer', 'date') ?? '';
      if (sha === undefined || !/^[0-9a-f]{40,64}$/.test(sha) || !(Date.parse(moment) >= since.getTime())) return [];
      const title = printable((textAt(commit, 'commit', 'message') ?? '').split('\n')[0] ?? '');
      return [{ sha, title, at: moment, ...signatureOf(at(commit, 'commit', 'verification'), allowed) }];
    });
}

function signatureOf(
  verification: unknown,
  allowed: readonly AllowedSigner[],
): Pick<JudgedCommit, 'signature' | 'why'> {
  const signature = textAt(verification, 'signature');
  const payload = textAt(verification, 'payload');
  const hostSays = at(verification, 'verified') === true;
  if (signature === undefined || payload === undefined) return { signature: 'none', why: 'It is not signed.' };
  if (!signature.includes('BEGIN SSH SIGNATURE'))
    return hostSays
      ? {
          signature: 'host-says',
          why: 'GitHub says that its OpenPGP or S/MIME signature is good; it was not verified here.',
        }
      : {
          signature: 'limited',
          why: `Its OpenPGP or S/MIME signature is not verified here, and GitHub says ${printable(textAt(verification, 'reason') ?? 'nothing')}.`,
        };
  const verdict = judgeSshSignature(signature, Buffer.from(payload), allowed);
  switch (verdict.is) {
    case 'verified':
      return { signature: 'verified', why: `Signed by ${printable(verdict.principals)}.` };
    case 'limited':
      return { signature: 'limited', why: verdict.why };
    case 'unknown-signer':
      return { signature: 'refused', why: verdict.why };
    case 'refused':
      return { signature: 'refused', why: verdict.why };
  }
}
