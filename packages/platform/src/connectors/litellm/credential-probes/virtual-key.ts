import { createHash } from 'node:crypto';
import { type CredentialProbe, litellmId } from '@firebreak/contract';
import { field } from '../../../intake/foreign.ts';
import { openHttp } from '../../../intake/http.ts';
import { nameBehind, triedVerdict } from '../../../intake/tried-credential.ts';
import type { LitellmSession } from '../session.ts';

/**
 * Asks which models the key may call: the proxy judges the key as for any request, and no model is asked. A proxy that has lost its
 * database refuses every key that it does not remember, so it must say at the same time that it is connected.
 */
export default {
  id: 'litellm.virtual-key',
  title: 'Key of a LiteLLM proxy',
  wants: 'the old key (sk-…)',
  fits: ({ node, kind }) => /^litellm:(Key|MasterKey)\//.test(node ?? '') || kind === 'litellm-key',
  issuedAt({ kind, server }, { node }) {
    if (kind === 'file') return false;
    return node === null ? undefined : node === litellmId('MasterKey', server) || hashAt(server, node) !== undefined;
  },
  async probe({ session, about, secret, signal }) {
    if (session.kind === 'file')
      return { result: 'cannot-tell', evidence: 'No proxy is open that it could be tried at.' };
    const hash = hashAt(session.server, about.node);
    if (hash !== undefined && createHash('sha256').update(secret).digest('hex') !== hash)
      return { result: 'cannot-tell', evidence: 'What was given is another key: its hash is not the one of this key.' };
    const stranger = openHttp({
      base: session.ours.address,
      headers: { authorization: `Bearer ${secret}` },
      patienceMs: 0,
    });
    try {
      const verdict = triedVerdict(await stranger.json({ path: '/v1/models' }, signal), 'GET /v1/models');
      if (verdict.result !== 'dead') return verdict;
      const ready = await session.anybody.json({ path: '/health/readiness' }, signal);
      const lost = ready.ok ? field(ready.value, 'db') !== 'connected' && hash !== undefined : true;
      return lost
        ? { result: 'cannot-tell', evidence: 'It is refused, but the proxy does not say that its database is there.' }
        : verdict;
    } finally {
      await stranger.close();
    }
  },
} satisfies CredentialProbe<LitellmSession>;

function hashAt(server: string, node: string | null): string | undefined {
  return nameBehind(litellmId('Key', server, ''), node);
}
