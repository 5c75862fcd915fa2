/** Hashes pieces in a thread of its own, one batch after the other. */
import { parentPort } from 'node:worker_threads';
import { type HashedPiece, hashPiece, type Piece } from './hash-piece.ts';

parentPort?.on('message', async (pieces: readonly Piece[]) => {
  const hashed: HashedPiece[] = [];
  for (const piece of pieces) hashed.push(await hashPiece(piece));
  parentPort?.postMessage(hashed);
});
