import type { CredentialProbe } from '@firebreak/contract';
import { openHttp } from '../../../intake/http.ts';
import type { GithubSession } from '../session.ts';

/** Asks GitHub for its rate limit with the token: every token may, none is used up, and a dead one gets 401. */
export default {
  id: 'github.token',
  title: 'Token of GitHub',
  wants: 'the old token',
  fits: ({ node, kind }) => /^github:(Token|DeployKey|Secret|AppKey)/.test(node ?? '') || /^github-/.test(kind ?? ''),
  async probe({ session, secret, signal }) {
    const base = /^https?:\/\/\S+/.exec(session.address)?.[0];
    if (session.control === undefined || base === undefined)
      return { result: 'cannot-tell', evidence: 'GitHub itself is not open; a checkout or saved answers are.' };
    const stranger = openHttp({ base, headers: { authorization: `Bearer ${secret}` }, patienceMs: 0 });
    try {
      const answer = await stranger.json({ path: '/rate_limit' }, signal);
      if (answer.ok || answer.failure === 'forbidden')
        return { result: 'alive', evidence: 'GET /rate_limit accepts it.' };
      if (answer.failure === 'unauthorized') return { result: 'dead', evidence: 'GET /rate_limit with it gets 401.' };
      return { result: 'cannot-tell', evidence: answer.reason };
    } finally {
      await stranger.close();
    }
  },
} satisfies CredentialProbe<GithubSession>;
