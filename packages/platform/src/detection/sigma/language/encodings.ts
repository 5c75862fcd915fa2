/**
 * The encoding modifiers: what a text looks like after somebody encoded it. UTF-16 gives text with NUL characters in it, as a
 * log shows bytes that it takes for single-byte text; base64 gives the letters.
 */
import { normalised, type Pattern, type PatternPart } from './pattern.ts';

/** Text whose characters stand for bytes. */
export interface Encoded {
  readonly pattern: Pattern;
  /** Each character of the pattern is a byte (Latin-1), because UTF-16 made it; else base64 takes its UTF-8. */
  readonly bytes: boolean;
}

/** @param mark whether a byte order mark (FF FE) comes first. */
export function utf16(pattern: Pattern, order: 'le' | 'be', mark: boolean): Encoded {
  const parts = pattern.map((part): PatternPart => (typeof part === 'string' ? wide(part, order) : part));
  return { pattern: normalised(mark ? ['\u00ff\u00fe', ...parts] : parts), bytes: true };
}

function wide(text: string, order: 'le' | 'be'): string {
  let bytes = '';
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    const low = String.fromCharCode(unit & 0xff);
    const high = String.fromCharCode(unit >> 8);
    bytes += order === 'le' ? low + high : high + low;
  }
  return bytes;
}

export function base64(text: string, bytes: boolean): string {
  return bytesOf(text, bytes).toString('base64');
}

/**
 * The three texts of which one stands in the base64 of anything that holds the value: one for each place modulo 3 at which it
 * may begin. Letters that also depend on the neighbours are cut off.
 */
export function base64Offsets(text: string, bytes: boolean): readonly string[] {
  const value = bytesOf(text, bytes);
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset, ' '), value]).toString('base64');
    const start = [0, 2, 3][offset] ?? 0;
    const cut = [0, 3, 2][(value.length + offset) % 3] ?? 0;
    return encoded.slice(start, encoded.length - cut);
  });
}

function bytesOf(text: string, bytes: boolean): Buffer {
  return Buffer.from(text, bytes ? 'latin1' : 'utf8');
}
