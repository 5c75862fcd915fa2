/** C2SP tlog-proof: an entry's index, its inclusion proof and the checkpoint that it leads to, as one text. */
import { strictBase64, toBase64 } from '../kernel/bytes.ts';
import { hashBytes } from './merkle.ts';

const firstLine = 'c2sp.org/tlog-proof@v1';

export interface TlogProof {
  readonly index: number;
  /** From the leaf's sibling upwards. */
  readonly hashes: readonly Uint8Array[];
  /** The signed note, verbatim. */
  readonly checkpoint: string;
}

export function tlogProofText({ index, hashes, checkpoint }: TlogProof): string {
  const lines = hashes.map((hash) => `${toBase64(hash)}\n`);
  return `${firstLine}\nindex ${index}\n${lines.join('')}\n${checkpoint}`;
}

/** Reads one; `undefined` when the text is none. The optional extra data, which nobody signs, is refused. */
export function parseTlogProof(text: string): TlogProof | undefined {
  // Neither the proof's lines nor its end can hold an empty line, a checkpoint's signatures follow one.
  const end = text.indexOf('\n\n');
  if (end < 0) return undefined;
  const [first, indexLine, ...lines] = text.slice(0, end).split('\n');
  const index = /^index (0|[1-9]\d{0,15})$/.exec(indexLine ?? '')?.[1];
  if (first !== firstLine || index === undefined || !Number.isSafeInteger(Number(index)) || lines.length > 64) {
    return undefined;
  }
  const hashes: Uint8Array[] = [];
  for (const line of lines) {
    const hash = strictBase64(line);
    if (hash?.length !== hashBytes) return undefined;
    hashes.push(hash);
  }
  return { index: Number(index), hashes, checkpoint: text.slice(end + 2) };
}
