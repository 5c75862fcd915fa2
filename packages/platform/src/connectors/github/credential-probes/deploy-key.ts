import type { CredentialProbe } from '@firebreak/contract';
import { field, textAt } from '../../../intake/foreign.ts';
import type { GithubSession } from '../session.ts';

/**
 * Whether GitHub still lets a deploy key in: it lets in whoever holds the private half of a key that the repository lists, so the list
 * is the answer. It is looked for by its id, and by its public half, should somebody have put the same key back under a new id. Nobody
 * has to hand over the private half.
 */
export default {
  id: 'github.deploy-key',
  title: 'Deploy key of a repository',
  wants: 'the public half of the old key (ssh-ed25519 AAAA…)',
  fits: ({ node }) => /^github:DeployKey\//.test(node ?? ''),
  issuedAt: ({ control }, { node }) => control !== undefined && placeOf(node)?.owner === control.owner,
  async probe({ session, about, secret, signal }) {
    const place = placeOf(about.node);
    if (session.control === undefined || place === undefined)
      return { result: 'cannot-tell', evidence: 'GitHub itself is not open; a checkout or saved answers are.' };
    const half = publicHalf(secret);
    if (half === undefined) return { result: 'cannot-tell', evidence: 'What was given is no public key of SSH.' };
    const path = `/repos/${place.owner}/${place.repository}/keys`;
    const listed = await session.control.list(path, undefined, signal);
    if (!listed.ok) return { result: 'cannot-tell', evidence: listed.reason };
    const same = listed.items.find(
      (each) => String(field(each, 'id')) === place.key || publicHalf(textAt(each, 'key') ?? '') === half,
    );
    if (same !== undefined)
      return { result: 'alive', evidence: `GET ${path} lists it as key ${String(field(same, 'id')).slice(0, 20)}.` };
    return { result: 'dead', evidence: `GET ${path} lists ${listed.items.length} keys, and it is none of them.` };
  },
} satisfies CredentialProbe<GithubSession>;

function placeOf(node: string | null) {
  const [, owner, repository, key] = /^github:DeployKey\/[^/]+\/([\w.-]+)\/([\w.-]+)\/(\d+)$/.exec(node ?? '') ?? [];
  return owner === undefined || repository === undefined || key === undefined ? undefined : { owner, repository, key };
}

/** Type and key, without the remark behind them. */
function publicHalf(written: string): string | undefined {
  return /^(?:ssh|ecdsa|sk)-[\w@.-]+ [A-Za-z0-9+/]+={0,2}(?= |$)/.exec(written.trim())?.[0];
}
