import type { CredentialProbe } from '@firebreak/contract';
import { openHttp } from '../../../intake/http.ts';
import { triedVerdict } from '../../../intake/tried-credential.ts';
import type { GithubSession } from '../session.ts';

/** As GitHub writes them ("About authentication to GitHub", token formats), and as it did before April 2021. */
const token = /^(?:gh[oprsu]_[A-Za-z0-9_]{16,}|github_pat_[A-Za-z0-9_]{16,}|[0-9a-f]{40})$/;

/** Asks GitHub for its rate limit with the token: every token may, none is used up, and a dead one gets 401. */
export default {
  id: 'github.token',
  title: 'Token of GitHub',
  wants: 'the old token (ghp_…, github_pat_…)',
  fits: ({ node, kind }) =>
    /^github:(?:Environment|Organization)?Secret\//.test(node ?? '') || /^github-/.test(kind ?? ''),
  issuedAt: ({ control }) => control !== undefined,
  async probe({ session, secret, signal }) {
    const base = /^https?:\/\/\S+/.exec(session.address)?.[0];
    if (session.control === undefined || base === undefined)
      return { result: 'cannot-tell', evidence: 'GitHub itself is not open; a checkout or saved answers are.' };
    // A secret of Actions may be anything; GitHub refuses what is no token of its own, and that says nothing.
    if (!token.test(secret.trim())) return { result: 'cannot-tell', evidence: 'What was given is no token of GitHub.' };
    const headers = { authorization: `Bearer ${secret.trim()}`, 'x-github-api-version': '2022-11-28' };
    const stranger = openHttp({ base, headers, patienceMs: 0 });
    try {
      return triedVerdict(await stranger.json({ path: '/rate_limit' }, signal), 'GET /rate_limit');
    } finally {
      await stranger.close();
    }
  },
} satisfies CredentialProbe<GithubSession>;
