/** A declared request. */
import { readFile } from 'node:fs/promises';
import { FirebreakError } from '@firebreak/contract';
import { secretText, type Used, without } from '../../../intake/secret-reference.ts';
import { type OneAnswer, sendOnce } from '../../../intake/send-once.ts';
import type { HttpCall } from '../definition/definition.ts';
import { earlierText, type Filling, filled, filledText, filledUrl } from '../definition/template.ts';
import type { Ended } from './ended.ts';

/** What is asked, without secrets: for dry-run and ledger. */
export function shownHttp(call: HttpCall, filling: Filling): { readonly request: string; readonly body?: unknown } {
  const body = call.json === undefined ? shownForm(call, filling) : filled(call.json, filling);
  return { request: `${call.method} ${filledUrl(call.url, filling)}`, ...(body === undefined ? {} : { body }) };
}

function shownForm({ form }: HttpCall, filling: Filling): unknown {
  if (form === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(form).map(([key, value]) => [
      key,
      typeof value === 'string' ? filledText(value, filling) : '(secret)',
    ]),
  );
}

/** @throws FirebreakError before anything is sent: a secret or a file that is missing, a value that cannot be used */
export async function callHttp(call: HttpCall, filling: Filling, signal: AbortSignal): Promise<Ended> {
  const used: Used = new Set();
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(call.headers))
    headers[name.toLowerCase()] =
      typeof value === 'string'
        ? filledText(value, filling)
        : '$before' in value
          ? earlierText(value.$before, filling)
          : await secretText(value, used);
  const body = await bodyOf(call, filling, used);
  const answer = await sendOnce(
    {
      url: filledUrl(call.url, filling),
      method: call.method,
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': body.type }), ...headers },
      ...(body === undefined ? {} : { body: body.text }),
      ca: call.ca === undefined ? undefined : await authority(call.ca),
      plain: call.plain,
      timeoutMs: call.timeoutSeconds * 1000,
      maxBytes: call.maxBytes,
    },
    signal,
  );
  if (!answer.ok) return { ended: 'without-answer', sent: answer.sent, reason: answer.reason };
  return { ended: 'answered', code: answer.status, answer: without(used, documentOf(answer)) };
}

async function bodyOf(call: HttpCall, filling: Filling, used: Used) {
  if (call.json !== undefined) return { type: 'application/json', text: JSON.stringify(filled(call.json, filling)) };
  if (call.form === undefined) return undefined;
  const form = new URLSearchParams();
  for (const [key, value] of Object.entries(call.form))
    form.set(key, typeof value === 'string' ? filledText(value, filling) : await secretText(value, used));
  return { type: 'application/x-www-form-urlencoded', text: form.toString() };
}

async function authority(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new FirebreakError('FB-SOURCE-UNREADABLE', `The authority in ${path} cannot be read.`, { cause });
  });
}

const shownHeaders = ['etag', 'last-modified', 'content-type', 'location', 'retry-after'];

function documentOf(answer: OneAnswer): unknown {
  const text = answer.body.toString('utf8');
  const headers = Object.fromEntries(
    shownHeaders.flatMap((name) => {
      const value = answer.header(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return { status: answer.status, headers, body: parsed(text) };
}

/** JSON where it is, else the text. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
