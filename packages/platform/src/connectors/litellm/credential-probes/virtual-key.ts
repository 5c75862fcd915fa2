import type { CredentialProbe } from '@firebreak/contract';
import { openHttp } from '../../../intake/http.ts';
import type { LitellmSession } from '../session.ts';

/** Asks which models the key may call: the proxy judges the key as for any request, and no model is asked. */
export default {
  id: 'litellm.virtual-key',
  title: 'Key of a LiteLLM proxy',
  wants: 'the old key',
  fits: ({ node, kind }) => /^litellm:(Key|MasterKey)\//.test(node ?? '') || kind === 'litellm-key',
  async probe({ session, secret, signal }) {
    if (session.kind === 'file')
      return { result: 'cannot-tell', evidence: 'No proxy is open that it could be tried at.' };
    const stranger = openHttp({
      base: session.ours.address,
      headers: { authorization: `Bearer ${secret}` },
      patienceMs: 0,
    });
    try {
      const answer = await stranger.json({ path: '/v1/models' }, signal);
      if (answer.ok) return { result: 'alive', evidence: 'GET /v1/models with it gets an answer.' };
      if (answer.failure === 'unauthorized' || answer.failure === 'forbidden')
        return { result: 'dead', evidence: `GET /v1/models with it gets ${answer.status ?? 'a refusal'}.` };
      return { result: 'cannot-tell', evidence: answer.reason };
    } finally {
      await stranger.close();
    }
  },
} satisfies CredentialProbe<LitellmSession>;
