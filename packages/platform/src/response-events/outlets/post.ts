/** One request to another system, and what its end means for the message. */
import { secretText } from '../../intake/secret-reference.ts';
import { sendOnce } from '../../intake/send-once.ts';
import type { OutletOf, Told } from './outlet.ts';

type Headers = OutletOf<'webhook'>['headers'];

export async function post(
  request: { readonly url: string; readonly method: 'POST' | 'PUT'; readonly headers: Headers; readonly body: string },
  more: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Told> {
  const headers: Record<string, string> = { 'content-type': 'application/json', ...more };
  for (const [name, value] of Object.entries(request.headers))
    headers[name.toLowerCase()] = typeof value === 'string' ? value : await secretText(value, new Set());
  const answer = await sendOnce({ url: request.url, method: request.method, headers, body: request.body }, signal);
  if (!answer.ok) return { is: 'later', why: answer.reason };
  const { status } = answer;
  if (status >= 200 && status < 300) return { is: 'told' };
  const why = `It answered with status ${status}.`;
  // What is wrong with our credentials or with them is mended by people, and then everything must still be told.
  return status >= 500 || [401, 403, 404, 408, 425, 429].includes(status)
    ? { is: 'later', why }
    : { is: 'refused', why };
}
