/** Asks a model server one question, within bounds, and without any credential of ours. */
import { Agent, request } from 'undici';
import { bytesUpTo, headerOf } from '../../intake/http-answer.ts';
import type { ServerAnswer } from '../../recovery/serving/judge.ts';

const timeoutMs = 10_000;
const mostBytes = 1 << 20;

/** Redirects are not followed: whoever answers is who was asked. */
export async function askServer(
  question: { readonly url: string; readonly body?: unknown },
  signal: AbortSignal,
): Promise<ServerAnswer> {
  const agent = new Agent({ connect: { timeout: timeoutMs } });
  try {
    const answer = await request(question.url, {
      dispatcher: agent,
      method: question.body === undefined ? 'GET' : 'POST',
      headers: {
        accept: 'application/json',
        ...(question.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(question.body === undefined ? {} : { body: JSON.stringify(question.body) }),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const bytes = await bytesUpTo(mostBytes, answer.body);
    if (answer.statusCode < 200 || answer.statusCode > 299)
      return { ok: false, why: `It answers ${answer.statusCode}.` };
    return { ok: true, header: headerOf(answer.headers), json: jsonOf(bytes) };
  } catch {
    signal.throwIfAborted();
    return { ok: false, why: 'It cannot be reached, or does not answer in time.' };
  } finally {
    await agent.destroy();
  }
}

function jsonOf(bytes: Buffer | undefined): unknown {
  try {
    return bytes === undefined ? undefined : (JSON.parse(bytes.toString('utf8')) as unknown);
  } catch {
    return undefined;
  }
}
