/**
 * One JSON value a line, as logs of events are written; or one JSON document over several lines, which is told from that by its
 * first line. Memory is bounded by one line.
 */
import { isUtf8 } from 'node:buffer';
import type { ErrorCode } from '@firebreak/contract';

export type JsonLine =
  | { readonly line: number; readonly value: unknown }
  | { readonly line: number; readonly problem: { readonly code: ErrorCode; readonly reason: string } }
  /** A file that is no list of lines: one document, of at most so many bytes. */
  | { readonly line: number; readonly whole: Buffer };

const newline = 0x0a;

/** @param otherwise what a line stands for that is no JSON; undefined where that is nothing */
export async function* readJsonLines(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
  otherwise: (text: string) => unknown = () => undefined,
): AsyncGenerator<JsonLine> {
  let rest: Buffer = Buffer.alloc(0);
  let line = 0;
  let overlong = false;
  let whole: Buffer[] | undefined;
  let wholeBytes = 0;
  for await (const chunk of chunks) {
    if (whole !== undefined) {
      wholeBytes += chunk.byteLength;
      if (wholeBytes > maxBytes) {
        yield { line: 1, problem: tooLong(maxBytes) };
        return;
      }
      whole.push(Buffer.from(chunk));
      continue;
    }
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = rest.indexOf(newline, start); end !== -1; end = rest.indexOf(newline, start)) {
      line += 1;
      const bytes = rest.subarray(start, end);
      if (line === 1 && !overlong && isUnfinished(bytes)) {
        whole = [rest.subarray(start)];
        wholeBytes = rest.length - start;
        break;
      }
      start = end + 1;
      if (overlong) overlong = false;
      else yield* parsed(bytes, line, maxBytes, otherwise);
    }
    if (whole !== undefined) continue;
    rest = rest.subarray(start);
    if (rest.length > maxBytes && !overlong) {
      yield { line: line + 1, problem: tooLong(maxBytes) };
      overlong = true;
    }
    if (overlong) rest = Buffer.alloc(0);
  }
  if (whole !== undefined) yield { line: 1, whole: Buffer.concat(whole) };
  else if (!overlong) yield* parsed(rest, line + 1, maxBytes, otherwise);
}

const tooLong = (maxBytes: number) => ({
  code: 'FB-FILE-TOO-LARGE' as const,
  reason: `It is longer than ${maxBytes} bytes and was passed over.`,
});

/** The first line of a document over several lines opens something and does not close it. */
function isUnfinished(bytes: Buffer): boolean {
  const text = bytes.toString('latin1').trim();
  return /^\uFEFF?[[{]/.test(text.replace(/^\xEF\xBB\xBF/, '')) && !isJson(bytes);
}

/** Whether it is one whole JSON value; a byte order mark before it is none of it. */
export function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''));
    return true;
  } catch {
    return false;
  }
}

function* parsed(
  bytes: Buffer,
  line: number,
  maxBytes: number,
  otherwise: (text: string) => unknown,
): Generator<JsonLine> {
  if (bytes.length > maxBytes) {
    yield { line, problem: tooLong(maxBytes) };
    return;
  }
  const text = bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trim();
  if (text === '') return;
  if (!isUtf8(bytes)) {
    yield { line, problem: { code: 'FB-YAML-INVALID', reason: 'It is not UTF-8.' } };
    return;
  }
  try {
    yield { line, value: JSON.parse(text) };
  } catch {
    const value = otherwise(text);
    if (value !== undefined) yield { line, value };
    else yield { line, problem: { code: 'FB-YAML-INVALID', reason: 'The line is not JSON.' } };
  }
}
