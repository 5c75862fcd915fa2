/**
 * Evidence that leaves: the incident file, a piece that is given out. What left is known by its digest when the last byte is out, so the
 * record is written then, and the end of the file is only told after it: whoever holds a whole file finds it in the log. What breaks
 * off in the middle is in the log as that.
 */
import { createHash } from 'node:crypto';
import type { LedgerDraft } from '@firebreak/contract';
import { custodyEntry, wholeOf } from './custody.ts';
import type { VaultParts } from './vault-parts.ts';

export interface LeavingFile {
  readonly incident: string;
  /** The name that it leaves under. */
  readonly name: string;
  readonly by: string;
  readonly reason: string;
}

/** What is known of it at its end. */
interface Left {
  /** Hex; of a file that broke off, of what had left. */
  readonly sha256: string;
  readonly size: number;
  readonly whole: boolean;
}

/** A file about an incident, with the record that it left for everything that was taken for the incident. */
export function leavingFile<Tx>(
  parts: VaultParts<Tx>,
  { incident, name, by, reason }: LeavingFile,
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  return leaving(parts, bytes, async (left) => {
    const all = await parts.rows.list(incident);
    const taken = all.filter(({ state }) => state === 'complete' || state === 'limited').map(wholeOf);
    const nothing = { snapshot: null, incident, what: [], store: null };
    return (taken.length === 0 ? [nothing] : taken).map((about) =>
      custodyEntry(
        {
          ...about,
          act: 'exported',
          who: by,
          why: reason,
          method: 'manifests and records in the incident file; the bytes stay in the store',
          detail: detailOf(name, left),
          more: { file: { name, ...left } },
        },
        parts.custodian,
      ),
    );
  });
}

/** @param entriesOf the records, when it has left */
export async function* leaving<Tx>(
  { ledger }: Pick<VaultParts<Tx>, 'ledger'>,
  bytes: AsyncIterable<Uint8Array>,
  entriesOf: (left: Left) => Promise<readonly LedgerDraft[]> | readonly LedgerDraft[],
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let size = 0;
  let whole = false;
  try {
    for await (const chunk of bytes) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
    whole = true;
  } finally {
    if (whole || size > 0) await ledger.append(await entriesOf({ sha256: hash.digest('hex'), size, whole }));
  }
}

export function detailOf(
  name: string,
  { sha256, size, whole }: Pick<Left, 'size' | 'whole'> & { sha256?: string },
): string {
  if (!whole) return `${name} began to leave and broke off after ${size} bytes.`;
  return `${name} left: ${size} bytes${sha256 === undefined ? '' : `, sha256:${sha256}`}.`;
}
