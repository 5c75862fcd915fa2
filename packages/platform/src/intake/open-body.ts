/** Content that is too large for memory, over HTTP, as evidence wants it: streamed, and an error where it breaks off. */
import { catalogue, FirebreakError, type Gap } from '@firebreak/contract';
import { gapOfHttp, type HttpFailure, type HttpReply } from './http.ts';

/**
 * The body of an answer that was asked for with `open`. Nothing is asked for before it is read.
 *
 * @param where for people: address and path, without a query
 * @throws FirebreakError with the code of the failure, FB-EVIDENCE-TRUNCATED when it breaks off
 */
export async function* openBody(
  ask: () => Promise<HttpReply | HttpFailure>,
  where: string,
): AsyncGenerator<Uint8Array> {
  const answer = await ask();
  if (!answer.ok) throw failureOf(gapOfHttp(answer, ['*'], where));
  const told = Number(answer.header('content-length') ?? Number.NaN);
  let size = 0;
  try {
    for await (const chunk of answer.stream ?? []) {
      size += chunk.length;
      yield chunk;
    }
  } catch (cause) {
    throw new FirebreakError('FB-EVIDENCE-TRUNCATED', `${where} broke off after ${size} bytes.`, { cause });
  }
  if (Number.isSafeInteger(told) && told !== size)
    throw new FirebreakError('FB-EVIDENCE-TRUNCATED', `${where} said ${told} bytes and gave ${size}.`);
}

function failureOf({ code, reason, where }: Gap): FirebreakError {
  const known = Object.hasOwn(catalogue, code) ? (code as keyof typeof catalogue) : 'FB-EVIDENCE-PARTIAL';
  return new FirebreakError(known, `${where}: ${reason}`);
}

/** Some bytes that are there already, as the content of a piece. */
export async function* theseBytes(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
