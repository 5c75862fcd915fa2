/** An event on its way to its receiver: by push (RFC 8935), or laid ready until it is polled (RFC 8936). */
import { readFile } from 'node:fs/promises';
import { type ErrorCode, FirebreakError, type Outcome } from '@firebreak/contract';
import { textAt } from '../../intake/foreign.ts';
import { secretText } from '../../intake/secret-reference.ts';
import { jsonOf, type NoAnswer, type OneAnswer, sendOnce } from '../../intake/send-once.ts';
import type { Receiver } from './configuration.ts';
import type { Outbox, OutboxEntry } from './outbox.ts';

/** RFC 8935, section 2.4. Whatever else a receiver says is not repeated. */
const knownErrors =
  /^(invalid_request|invalid_key|invalid_issuer|invalid_audience|authentication_failed|access_denied)$/;

/** Sends what waits. Sent again it is the same event, which receivers must take as one. */
export async function deliver(
  entry: OutboxEntry,
  receiver: Receiver,
  outbox: Outbox,
  signal: AbortSignal,
): Promise<Outcome> {
  const { push } = receiver;
  // It is asked for; that it was taken is seen by reading.
  if (push === undefined) return { outcome: 'done' };
  const answer = await sendOnce(
    {
      url: push.endpoint,
      method: 'POST',
      headers: {
        'content-type': 'application/secevent+jwt',
        accept: 'application/json',
        ...(push.authorization === undefined ? {} : { authorization: await secretText(push.authorization, new Set()) }),
      },
      body: entry.set,
      ca: push.ca === undefined ? undefined : await authority(push.ca),
      plain: push.plain,
      timeoutMs: push.timeoutSeconds * 1000,
      maxBytes: 64 * 1024,
    },
    signal,
  );
  return judge(answer, entry, outbox);
}

async function judge(answer: OneAnswer | NoAnswer, entry: OutboxEntry, outbox: Outbox): Promise<Outcome> {
  const at = new Date().toISOString();
  if (!answer.ok) {
    const reason = `Telling ${entry.receiver}: ${answer.reason}`;
    return answer.sent ? { outcome: 'unknown', reason } : refused('FB-HTTP-UNREACHABLE', reason, true);
  }
  const { status } = answer;
  const reason = `${entry.receiver} answered with status ${status}.`;
  if (status === 202) {
    await outbox.put({ ...entry, state: 'accepted', proof: '202', at });
    return { outcome: 'done' };
  }
  if (status === 400) {
    const err = textAt(jsonOf(answer), 'err') ?? '';
    const told = knownErrors.test(err) ? err : 'no code of RFC 8935';
    await outbox.put({ ...entry, state: 'refused', err: told, at });
    return refused('FB-SIGNAL-REFUSED', `${entry.receiver} does not take it: ${told}.`);
  }
  if (status === 401) return refused('FB-HTTP-UNAUTHORIZED', reason);
  if (status === 403) return refused('FB-HTTP-FORBIDDEN', reason);
  if (status === 404 || status === 410) return refused('FB-HTTP-NOT-FOUND', reason);
  if (status === 429 || status === 503) return refused('FB-HTTP-THROTTLED', reason, true);
  if (status >= 300 && status < 500) return refused('FB-SIGNAL-REFUSED', reason);
  // Another success than the standard's, or an error of its own: it may have been taken.
  return { outcome: 'unknown', reason };
}

function refused(code: ErrorCode, reason: string, retryable = false): Outcome {
  return { outcome: 'refused', code, reason, retryable };
}

async function authority(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new FirebreakError('FB-SOURCE-UNREADABLE', `The authority in ${path} cannot be read.`, { cause });
  });
}
