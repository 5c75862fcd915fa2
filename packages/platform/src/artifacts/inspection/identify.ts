/** What bytes are, by content alone: names and extensions are chosen by whoever made the file. */

import { isSkippable } from './archives/lz4.ts';
import { isLzmaAlone } from './archives/lzma-alone.ts';
import { isTar } from './archives/tar.ts';
import { type Bytes, Damaged } from './bytes.ts';
import { hdf5Magic } from './models/hdf5.ts';
import { isOnnx } from './models/onnx.ts';
import { isSafetensors } from './models/safetensors.ts';
import { isGraph, isKerasMetadata, isSavedModel } from './models/saved-model.ts';
import { isOldTorch } from './models/torch.ts';

export type Format =
  | 'zip'
  | 'tar'
  | 'gzip'
  | 'zlib'
  | 'zstd'
  | 'xz'
  | 'lzma'
  | 'bzip2'
  | 'lz4'
  | 'npy'
  | 'gguf'
  | 'hdf5'
  | 'safetensors'
  | 'torch-legacy'
  | 'pickle'
  | 'saved-model'
  | 'keras-metadata'
  | 'onnx'
  | 'tensorflow-graph'
  | 'json'
  | 'text'
  | 'empty'
  | 'packed'
  | 'program'
  | 'unknown';

/** Formats that are not unpacked here, and machine code. */
const others: readonly (readonly [string, Format, string])[] = [
  ['377abcaf271c', 'packed', 'a 7z archive'],
  ['526172211a07', 'packed', 'a RAR archive'],
  ['7f454c46', 'program', 'a program of Linux (ELF)'],
  ['4d5a90', 'program', 'a program of Windows'],
  ['cffaedfe', 'program', 'a program of macOS'],
  ['cafebabe', 'program', 'a program of Java or macOS'],
  ['2321', 'program', 'a script'],
];

export interface Identity {
  readonly format: Format;
  /** For those that are only named. */
  readonly called?: string;
}

export function identify(bytes: Bytes): Identity {
  if (bytes.size === 0) return { format: 'empty' };
  const head = Buffer.from(bytes.read(0, Math.min(bytes.size, 4096)));
  const begins = (hex: string) => head.subarray(0, hex.length / 2).toString('hex') === hex;
  if (begins('504b0304') || begins('504b0506') || begins('504b0708')) return { format: 'zip' };
  if (begins('934e554d5059')) return { format: 'npy' };
  if (begins('47475546')) return { format: 'gguf' };
  if (head.subarray(0, 8).equals(hdf5Magic)) return { format: 'hdf5' };
  if (begins('1f8b')) return { format: 'gzip' };
  if (begins('28b52ffd')) return { format: 'zstd' };
  if (begins('fd377a585a00')) return { format: 'xz' };
  if (begins('425a68')) return { format: 'bzip2' };
  if (begins('04224d18') || isSkippable(head)) return { format: 'lz4' };
  // By these two bytes joblib takes a file for LZMA, whatever it could be besides.
  if (begins('5d00'))
    return isLzmaAlone(head) ? { format: 'lzma' } : { format: 'packed', called: 'marked as LZMA, and not written so' };
  if (
    head[0] === 0x78 &&
    head.length > 1 &&
    head.readUInt16BE(0) % 31 === 0 &&
    [1, 0x5e, 0x9c, 0xda].includes(head[1] ?? 0)
  )
    return { format: 'zlib' };
  for (const [hex, format, called] of others) if (begins(hex)) return { format, called };
  if (isTar(head)) return { format: 'tar' };
  if (isSafetensors(head, bytes)) return { format: 'safetensors' };
  if (head[0] === 0x80 && head.length > 1 && (head[1] ?? 99) < 16)
    return { format: isOldTorch(head) ? 'torch-legacy' : 'pickle' };
  const is = (kind: (bytes: Bytes) => boolean) => holds(() => kind(bytes));
  if (is(isSavedModel)) return { format: 'saved-model' };
  if (is(isKerasMetadata)) return { format: 'keras-metadata' };
  if (is(isOnnx)) return { format: 'onnx' };
  if (is(isGraph)) return { format: 'tensorflow-graph' };
  if (isText(head)) return { format: /^\s*[{[]/.test(head.toString('utf8')) ? 'json' : 'text' };
  // Old pickles have no mark of their own, and a new one may be damaged in its first bytes.
  return { format: 'unknown' };
}

/** What breaks while it is recognised is not of that format. */
function holds(question: () => boolean): boolean {
  try {
    return question();
  } catch (error) {
    if (error instanceof Damaged) return false;
    throw error;
  }
}

function isText(head: Buffer): boolean {
  const text = head.toString('utf8');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const strange = text.match(/[\u0000-\u0008\u000e-\u001a\u001c-\u001f\ufffd]/g)?.length ?? 0;
  return strange <= (head.length === 4096 ? 1 : 0);
}
