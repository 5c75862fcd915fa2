/** Parts of a text that are another text in base64, hexadecimal, percent encoding or with a space behind every letter. */
import type { Origin, ViewForm } from './view.ts';

const fewestBase64 = 24;
const fewestHex = 32;
const fewestPercent = 6;
const fewestSpaced = 8;
const mostSpans = 256;

interface Decoded {
  readonly form: ViewForm;
  readonly decoded: string;
  readonly origin: Origin;
}

// Each is one class repeated, so a match is found in one pass; what makes it worth decoding is looked at afterwards.
const base64Run = new RegExp(`[A-Za-z0-9+/_-]{${fewestBase64},}`, 'g');
const hexRun = new RegExp(`[0-9a-fA-F]{${fewestHex},}`, 'g');
const percentRun = new RegExp(`(?:%[0-9a-fA-F]{2}|[\\w.~+-]){${fewestPercent * 2},}`, 'g');
const spacedRun = new RegExp(`(?:[A-Za-z][ ._*-]){${fewestSpaced - 1},}[A-Za-z](?![A-Za-z])`, 'g');

/** Linear in the text, and at most 256 of each kind. */
export function* encodedSpans(text: string): Generator<Decoded> {
  // Digits of base64 hold those of hexadecimal: one pass finds both.
  yield* spans(text, base64Run, function* (run, at) {
    for (const { 0: digits, index } of run.matchAll(hexRun)) {
      const decoded = readable(Buffer.from(digits.slice(0, digits.length & ~1), 'hex'));
      const from = at + index;
      if (decoded !== undefined) yield { form: 'hex', decoded, origin: stretched(decoded, from, from + digits.length) };
    }
    if (!/[a-z]/.test(run) || !/[A-Z]/.test(run)) return;
    const usable = run.slice(0, run.length - (run.length % 4 === 1 ? 1 : 0));
    const decoded = readable(Buffer.from(usable.replaceAll('-', '+').replaceAll('_', '/'), 'base64'));
    if (decoded !== undefined) yield { form: 'base64', decoded, origin: stretched(decoded, at, at + run.length) };
  });
  if (text.includes('%'))
    yield* spans(text, percentRun, function* (run, at) {
      if (run.split('%').length <= fewestPercent) return;
      const decoded = readable(percentDecoded(run));
      if (decoded !== undefined) yield { form: 'percent', decoded, origin: stretched(decoded, at, at + run.length) };
    });
  yield* spans(text, spacedRun, function* (run, at) {
    let letters = '';
    for (let index = 0; index < run.length; index += 2) letters += run.charAt(index);
    yield { form: 'spaced letters', decoded: letters, origin: (index) => at + Math.min(2 * index, run.length) };
  });
}

function* spans(
  text: string,
  pattern: RegExp,
  read: (run: string, at: number) => Generator<Decoded>,
): Generator<Decoded> {
  let count = 0;
  for (const { 0: run, index } of text.matchAll(pattern))
    for (const found of read(run, index)) {
      if (count === mostSpans) return;
      yield found;
      count += 1;
    }
}

/** Units of decoded text have no places of their own: they are spread evenly over the part that they come from. */
function stretched(decoded: string, start: number, end: number): Origin {
  return (index) => start + Math.floor(((end - start) * index) / Math.max(1, decoded.length));
}

/** The bytes as text, where they are one: valid UTF-8 with letters and without control characters. */
function readable(bytes: Buffer): string | undefined {
  const text = bytes.toString('utf8');
  if (text.includes('\ufffd')) return undefined;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what has control characters is no text.
  if (/[\x00-\x08\x0b\x0c\x0e-\x1f]/.test(text)) return undefined;
  return /\p{L}{2,}/u.test(text) ? text : undefined;
}

function percentDecoded(run: string): Buffer {
  const bytes: number[] = [];
  for (let at = 0; at < run.length; at += 1) {
    const hex = run.charAt(at) === '%' ? run.slice(at + 1, at + 3) : '';
    if (hex.length === 2) {
      bytes.push(Number.parseInt(hex, 16));
      at += 2;
    } else bytes.push(run.charAt(at) === '+' ? 0x20 : run.charCodeAt(at));
  }
  return Buffer.from(bytes);
}
