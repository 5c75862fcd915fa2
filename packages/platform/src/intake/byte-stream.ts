/**
 * Bytes that may be a long time in coming: from a pipe that nobody writes to yet, or from a standard input that was left
 * open. What must stay true: whoever waits for them can be called back, and then nothing keeps the process alive.
 */
import { constants, createReadStream, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { addAbortSignal, Readable } from 'node:stream';

/** Opens a file, or a named pipe that may have no writer yet. Errors of the system come with the first byte. */
export function openBytes(path: string, isPipe: boolean): Readable {
  if (!isPipe) return createReadStream(path, { highWaterMark: 1024 * 1024 });
  // Opened in the ordinary way, a pipe blocks a thread until somebody writes, which nothing can end.
  return new Socket({ fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), readable: true, writable: false });
}

/** The same bytes; when the signal comes, waiting for them throws an AbortError. */
export function until(signal: AbortSignal, bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return bytes instanceof Readable ? addAbortSignal(signal, bytes) : bytes;
}
