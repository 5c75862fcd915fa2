/**
 * Commits as GitHub's REST API lists them (`GET /repos/{owner}/{repo}/commits`), which carries what was signed and the signature. SSH
 * signatures are verified here, by an allowed-signers file; OpenPGP ones by whoever can (`app/gpgv.ts`). What nobody here can judge,
 * S/MIME among it, is told as what the host says. Whether somebody reviewed a commit is not in that list.
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

/** What is thought of a signature; undefined from who cannot say. */
export type PgpVerdict = Pick<JudgedCommit, 'why'> & { readonly signature: 'verified' | 'refused' };

/** Whose signatures of commits count. */
export interface CommitSigners {
  readonly ssh: readonly AllowedSigner[];
  /** Undefined answers where it cannot be told. */
  readonly pgp?: (signature: string, payload: string) => Promise<PgpVerdict | undefined>;
}

const mostCommits = 10_000;

/** One, whenever it was made; undefined for what is no commit. */
export async function judgeCommit(commit: unknown, signers: CommitSigners): Promise<JudgedCommit | undefined> {
  const sha = textAt(commit, 'sha');
  const moment = textAt(commit, 'commit', 'committer', 'date') ?? '';
  if (sha === undefined || !/^[0-9a-f]{40,64}$/.test(sha)) return undefined;
  const title = printable((textAt(commit, 'commit', 'message') ?? '').split('\n')[0] ?? '');
  return { sha, title, at: moment, ...(await signatureOf(at(commit, 'commit', 'verification'), signers)) };
}

/** @param since older ones are left out */
export async function judgeCommits(
  answer: unknown,
  signers: CommitSigners,
  since: Date,
): Promise<readonly JudgedCommit[]> {
  const judged: JudgedCommit[] = [];
  for (const commit of array(answer).slice(0, mostCommits)) {
    if (!(Date.parse(textAt(commit, 'commit', 'committer', 'date') ?? '') >= since.getTime())) continue;
    const one = await judgeCommit(commit, signers);
    if (one !== undefined) judged.push(one);
  }
  return judged;
}

async function signatureOf(
  verification: unknown,
  signers: CommitSigners,
): Promise<Pick<JudgedCommit, 'signature' | 'why'>> {
  if (verification === undefined) return { signature: 'limited', why: 'What was signed of it was not told.' };
  const signature = textAt(verification, 'signature');
  const payload = textAt(verification, 'payload');
  if (signature === undefined || payload === undefined) return { signature: 'none', why: 'It is not signed.' };
  if (signature.includes('BEGIN SSH SIGNATURE')) {
    const verdict = judgeSshSignature(signature, Buffer.from(payload), signers.ssh);
    if (verdict.is === 'verified') return { signature: 'verified', why: `Signed by ${printable(verdict.principals)}.` };
    return { signature: verdict.is === 'limited' ? 'limited' : 'refused', why: verdict.why };
  }
  const byPgp = signature.includes('BEGIN PGP SIGNATURE') ? await signers.pgp?.(signature, payload) : undefined;
  if (byPgp !== undefined) return byPgp;
  return at(verification, 'verified') === true
    ? {
        signature: 'host-says',
        why: 'GitHub says that its OpenPGP or S/MIME signature is good; it was not verified here.',
      }
    : {
        signature: 'limited',
        why: `Its OpenPGP or S/MIME signature is not verified here, and GitHub says ${printable(textAt(verification, 'reason') ?? 'nothing')}.`,
      };
}
