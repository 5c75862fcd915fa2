/**
 * Many pieces hashed at the same time: a thread a core, each with 1 MB of its own, so memory does not grow with the model. Large
 * pieces go first, small ones in batches. What is small altogether is hashed here: to start a thread costs more.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { FirebreakError } from '@firebreak/contract';
import { type HashedPiece, hashPiece, type Piece } from './hash-piece.ts';

const batchBytes = 4 << 20;
const batchPieces = 256;
/** More readers than this make disks slower, not faster. */
const mostThreads = 16;

/**
 * One answer for each piece, in the same order.
 *
 * @throws FirebreakError FB-CANCELLED
 */
export async function hashPieces(pieces: readonly Piece[], signal: AbortSignal): Promise<readonly HashedPiece[]> {
  const batches = batchesOf(pieces);
  const hashed = new Array<HashedPiece>(pieces.length);
  if (batches.length <= 1 && bytesOf(pieces) <= batchBytes) {
    for (const [place, piece] of pieces.entries()) {
      stopIf(signal);
      hashed[place] = await hashPiece(piece);
    }
    return hashed;
  }
  const threads = Math.min(availableParallelism(), mostThreads, batches.length);
  let next = 0;
  await Promise.all(
    Array.from({ length: threads }, async () => {
      const worker = new Worker(new URL('./hash-thread.ts', import.meta.url), { execArgv: [] });
      const stop = () => void worker.terminate();
      signal.addEventListener('abort', stop, { once: true });
      try {
        for (let batch = batches[next++]; batch !== undefined; batch = batches[next++]) {
          const answers = await answerOf(
            worker,
            batch.map((place) => pieces[place] as Piece),
            signal,
          );
          for (const [index, place] of batch.entries()) hashed[place] = answers[index] as HashedPiece;
        }
      } finally {
        signal.removeEventListener('abort', stop);
        await worker.terminate();
      }
    }),
  );
  return hashed;
}

function answerOf(worker: Worker, batch: readonly Piece[], signal: AbortSignal): Promise<readonly HashedPiece[]> {
  stopIf(signal);
  const { promise, resolve, reject } = Promise.withResolvers<readonly HashedPiece[]>();
  const ended = () =>
    reject(signal.aborted ? cancelled() : new FirebreakError('FB-INTERNAL', 'A thread that hashes has ended.'));
  worker.once('message', resolve).once('error', reject).once('exit', ended);
  worker.postMessage(batch);
  return promise.finally(() => worker.off('message', resolve).off('error', reject).off('exit', ended));
}

/** Places of pieces, those with most bytes first. */
function batchesOf(pieces: readonly Piece[]): readonly (readonly number[])[] {
  const bySize = pieces.map((_, place) => place).sort((one, other) => sizeOf(pieces[other]) - sizeOf(pieces[one]));
  const batches: number[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const place of bySize) {
    const size = sizeOf(pieces[place]);
    const last = batches.at(-1);
    if (last === undefined || bytes + size > batchBytes || last.length >= batchPieces) {
      batches.push([place]);
      bytes = size;
    } else {
      last.push(place);
      bytes += size;
    }
  }
  return batches;
}

const sizeOf = (piece: Piece | undefined) => (piece === undefined ? 0 : piece.end - piece.start);
const bytesOf = (pieces: readonly Piece[]) => pieces.reduce((sum, piece) => sum + sizeOf(piece), 0);
const cancelled = () => new FirebreakError('FB-CANCELLED', 'Hashing was stopped.');

function stopIf(signal: AbortSignal): void {
  if (signal.aborted) throw cancelled();
}
