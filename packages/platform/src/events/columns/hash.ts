/** `fnv1a` of a text that is there as UTF-8: the same number, mostly without making the text. */
import { fnv1a } from '../../kernel/fnv.ts';

const prime = 0x01000193;

/** FNV-1a over bytes. Of ASCII it is `fnv1a` of the text. */
export function fnv1aOf(bytes: Uint8Array, start: number, end: number, from = fnv1a('')): number {
  let hash = from;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] as number), prime);
  return hash | 0;
}

/** `fnv1a` of a text after another. @param from `fnv1a` of the other */
export function fnv1aOfText(bytes: Buffer, start: number, end: number, from = fnv1a('')): number {
  for (let at = start; at < end; at += 1)
    if ((bytes[at] as number) >= 0x80) return afterwards(bytes.toString('utf8', start, end), from);
  return fnv1aOf(bytes, start, end, from);
}

function afterwards(text: string, from: number): number {
  let hash = from;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), prime);
  return hash | 0;
}
