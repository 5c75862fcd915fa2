/** A model as a list of digests: listed, hashed, and listed again. */
import { printable } from '../../../intake/foreign.ts';
import type { Refusal } from '../bundle/refusal.ts';
import { nameOf } from '../resource-name.ts';
import { mostResources, type Serialization, type SignedResource } from '../statement.ts';
import { type FoundFile, type Listing, listModel } from './folder.ts';
import type { Piece } from './hash-piece.ts';
import { hashPieces } from './hash-pieces.ts';

export interface HashedModel {
  readonly resources: readonly SignedResource[];
  /** What could not be hashed, or may not be part of a model. */
  readonly refusals: readonly Refusal[];
  /** Names of what is there and could not be hashed; undefined when not even the listing is whole. */
  readonly unread: ReadonlySet<string> | undefined;
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
  if (before.files.reduce((sum, { size }) => sum + partsIn(size, how), 0) > mostResources) {
    const refusal: Refusal = { code: 'FB-SIGNATURE-BOUND', why: 'The model has more shards than are judged.' };
    return {
      resources: [],
      refusals: [refusal],
      unread: undefined,
      ignored: [],
      uncovered: [],
      files: before.files.length,
      bytes: 0,
    };
  }
  const parts = before.files.flatMap((file) => partsOf(file, how));
  const hashed = await hashPieces(
    parts.map(({ piece }) => piece),
    signal,
  );
  const resources: SignedResource[] = [];
  const refusals = [...before.refusals];
  const unread = new Set<string>();
  for (const [place, { resource }] of parts.entries()) {
    const answer = hashed[place];
    if (answer !== undefined && 'digest' in answer) resources.push({ ...resource, digest: answer.digest });
    else if (answer !== undefined) {
      unread.add(nameOf(resource));
      refusals.push({ ...answer.refusal, why: `${printable(nameOf(resource))}: ${answer.refusal.why}` });
    }
  }
  if (!isSame(before, await listModel(model, how)))
    refusals.push({ code: 'FB-SIGNATURE-CHANGING', why: 'Files came, went or changed while the model was read.' });
  return {
    resources,
    refusals,
    unread: before.complete ? unread : undefined,
    ignored: before.ignored.toSorted(),
    uncovered: how.method === 'shards' ? before.files.filter(({ size }) => size === 0).map(({ path }) => path) : [],
    files: before.files.length,
    bytes: before.files.reduce((sum, { size }) => sum + size, 0),
  };
}

const partsIn = (size: number, { shardSize = 0 }: Serialization) => (shardSize === 0 ? 1 : Math.ceil(size / shardSize));

function partsOf({ path, at, identity, size }: FoundFile, how: Serialization) {
  const piece = (start: number, end: number): Piece => ({ at, identity, start, end, hash: how.hash });
  const { shardSize } = how;
  if (shardSize === undefined) return [{ resource: { path }, piece: piece(0, size) }];
  return Array.from({ length: partsIn(size, how) }, (_, number) => {
    const [start, end] = [number * shardSize, Math.min((number + 1) * shardSize, size)];
    return { resource: { path, shard: { start, end } }, piece: piece(start, end) };
  });
}

function isSame(before: Listing, after: Listing): boolean {
  const was = new Map(before.files.map(({ path, at, identity }) => [path, `${at} ${identity}`]));
  return (
    after.files.length === was.size &&
    after.refusals.length === before.refusals.length &&
    after.files.every(({ path, at, identity }) => was.get(path) === `${at} ${identity}`)
  );
}
