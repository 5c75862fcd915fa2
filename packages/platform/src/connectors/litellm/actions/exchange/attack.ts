/**
 * The attacker's use, tried for real. Who holds a virtual key is not us: the proxy keeps hashes. Where the responders have the abused
 * key itself (it leaked, after all) they give it in LITELLM_PROBE_KEY, and it is tried, for the step that is about it and no other.
 */
import { createHash } from 'node:crypto';
import type { ProbeResult } from '@firebreak/contract';
import { openCommands } from '../../../../exchange/http-command.ts';
import type { JsonDesk } from '../../../../exchange/json-desk.ts';

/** Asks which models the key may call: the proxy judges the key as for any request, and no model is asked. */
export async function tryKey({ commands, signal }: JsonDesk, token: string, what: string): Promise<ProbeResult> {
  const key = process.env.LITELLM_PROBE_KEY;
  const isOurs = key !== undefined && createHash('sha256').update(key).digest('hex') === token;
  if (!isOurs)
    return {
      what,
      result: 'cannot-tell',
      evidence: 'The proxy keeps only its hash: LITELLM_PROBE_KEY does not hold it.',
    };
  const stranger = openCommands({ base: commands.address, headers: { authorization: `Bearer ${key}` } });
  try {
    const reply = await stranger.send({ method: 'GET', path: '/v1/models' }, signal);
    if (reply.ok) return { what, result: 'fails', evidence: 'GET /v1/models with the key got an answer.' };
    const refused = reply.failure === 'unauthorized' || reply.failure === 'forbidden';
    return {
      what,
      result: refused ? 'holds' : 'cannot-tell',
      evidence: `GET /v1/models with the key: ${reply.reason}`,
    };
  } finally {
    await stranger.close();
  }
}

export interface Answered {
  /** The deployment that answered, as the proxy names it in its header. */
  readonly deployment: string | undefined;
}

/**
 * One question of one token to a model, with our own key, as anybody with a right to the model would ask it. A proxy says in a header
 * which of its deployments answered.
 */
export async function ask(
  { commands, signal }: JsonDesk,
  model: string,
): Promise<
  ({ readonly ok: true } & Answered) | { readonly ok: false; readonly refused: boolean; readonly reason: string }
> {
  const json = { model, max_tokens: 1, messages: [{ role: 'user', content: 'ping' }] };
  const reply = await commands.send({ method: 'POST', path: '/v1/chat/completions', json }, signal);
  if (reply.ok) return { ok: true, deployment: reply.header('x-litellm-model-id') };
  // "Model is blocked" is a 403 of the router; a key that may not call the model at all gets 401 or 403 from the door.
  const body = reply.body.toString('utf8');
  const byRouter = reply.failure === 'forbidden' && body.includes('PermissionDeniedError');
  return { ok: false, refused: byRouter, reason: reply.reason };
}
