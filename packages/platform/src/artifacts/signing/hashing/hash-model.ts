/** A model as a list of digests: listed, hashed, and listed again. */
import { printable } from '../../../intake/foreign.ts';
import type { Refusal } from '../bundle/refusal.ts';
import { nameOf } from '../resource-name.ts';
import type { Serialization, SignedResource } from '../statement.ts';
import { type FoundFile, type Listing, listModel } from './folder.ts';
import type { Piece } from './hash-piece.ts';
import { hashPieces } from './hash-pieces.ts';

export interface HashedModel {
  readonly resources: readonly SignedResource[];
  /** What could not be hashed, or may not be part of a model. */
  readonly refusals: readonly Refusal[];
  readonly ignored: readonly string[];
  /** Files without a byte, of which a list of shards says nothing. */
  readonly uncovered: readonly string[];
  readonly files: number;
  readonly bytes: number;
}

/**
 * The digests of all files, or shards, of the model that lies there. What happens to the model meanwhile is noticed: a file that is
 * another one when opened, that changes while it is read, and a second listing that differs from the first.
 *
 * @throws FirebreakError FB-CANCELLED
 */
export async function hashModel(model: string, how: Serialization, signal: AbortSignal): Promise<HashedModel> {
  const before = await listModel(model, how);
  const parts = before.files.flatMap((file) => partsOf(file, how));
  const hashed = await hashPieces(
    parts.map(({ piece }) => piece),
    signal,
  );
  const resources: SignedResource[] = [];
  const refusals = [...before.refusals];
  for (const [place, { resource }] of parts.entries()) {
    const answer = hashed[place];
    if (answer !== undefined && 'digest' in answer) resources.push({ ...resource, digest: answer.digest });
    else if (answer !== undefined)
      refusals.push({ ...answer.refusal, why: `${printable(nameOf(resource))}: ${answer.refusal.why}` });
  }
  if (fingerprintOf(before) !== fingerprintOf(await listModel(model, how)))
    refusals.push({ code: 'FB-SIGNATURE-CHANGING', why: 'Files came, went or changed while the model was read.' });
  return {
    resources,
    refusals,
    ignored: before.ignored.toSorted(),
    uncovered: how.method === 'shards' ? before.files.filter(({ size }) => size === 0).map(({ path }) => path) : [],
    files: before.files.length,
    bytes: before.files.reduce((sum, { size }) => sum + size, 0),
  };
}

function partsOf({ path, at, identity, size }: FoundFile, { method, hash, shardSize = 1 }: Serialization) {
  const piece = (start: number, end: number): Piece => ({ at, identity, start, end, hash });
  if (method === 'files') return [{ resource: { path }, piece: piece(0, size) }];
  return Array.from({ length: Math.ceil(size / shardSize) }, (_, number) => {
    const [start, end] = [number * shardSize, Math.min((number + 1) * shardSize, size)];
    return { resource: { path, shard: { start, end } }, piece: piece(start, end) };
  });
}

function fingerprintOf({ files, refusals }: Listing): string {
  return JSON.stringify([files.map(({ path, at, identity }) => [path, at, identity]).sort(), refusals.length]);
}
