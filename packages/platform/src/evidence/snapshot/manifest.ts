/**
 * The manifest of a snapshot: what is in it, in pages of canonical JSON that are blobs of the log, so that an evidence file holds them
 * and the log binds every digest. Read from the journal page by page.
 */
import type { KeptPiece } from '@firebreak/contract';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import type { PieceRow, VaultStore } from '../vault-store.ts';

export const manifestMediaType = 'application/vnd.firebreak.snapshot.v1+json';
const piecesOfPage = 10_000;

export interface ManifestPage {
  readonly format: 'firebreak-snapshot/1';
  readonly snapshot: string;
  readonly subject: string;
  readonly page: number;
  readonly pieces: readonly KeptPiece[];
}

/** Every row of the journal, in the order of names. */
export async function* journalled(
  store: Pick<VaultStore<never>, 'pieces'>,
  snapshot: string,
): AsyncGenerator<PieceRow> {
  for (let after: string | undefined; ; ) {
    const rows = await store.pieces(snapshot, after, 1000);
    if (rows.length === 0) return;
    yield* rows;
    after = rows.at(-1)?.piece.name;
  }
}

/** The pages, in their canonical bytes; one at least. */
export async function* manifestPages(
  store: Pick<VaultStore<never>, 'pieces'>,
  snapshot: string,
  subject: string,
): AsyncGenerator<Uint8Array> {
  let page = 0;
  let pieces: KeptPiece[] = [];
  const bytes = () =>
    Buffer.from(
      canonicalJson({ format: 'firebreak-snapshot/1', snapshot, subject, page, pieces } satisfies ManifestPage),
    );
  for await (const row of journalled(store, snapshot)) {
    pieces.push(row.piece);
    if (pieces.length < piecesOfPage) continue;
    yield bytes();
    page += 1;
    pieces = [];
  }
  if (page === 0 || pieces.length > 0) yield bytes();
}
