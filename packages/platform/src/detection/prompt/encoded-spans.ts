/** Parts of a text that are another text in base64, hexadecimal, percent encoding or with a space behind every letter. */
import type { View, ViewForm } from './view.ts';

const fewestBase64 = 24;
const fewestHex = 32;
const fewestPercent = 6;
const fewestSpaced = 8;
const mostSpans = 256;

/** Makes a reading of decoded text; `from` has the place of every unit, and of its end. */
type Make = (form: ViewForm, decoded: string, from: ArrayLike<number>) => View;

// Each is one class repeated, so a match is found in one pass; what makes it worth decoding is looked at afterwards.
const base64Run = new RegExp(`[A-Za-z0-9+/_-]{${fewestBase64},}`, 'g');
const hexRun = new RegExp(`[0-9a-fA-F]{${fewestHex},}`, 'g');
const percentRun = new RegExp(`(?:%[0-9a-fA-F]{2}|[\\w.~+-]){${fewestPercent * 2},}`, 'g');
const spacedRun = new RegExp(`(?:[A-Za-z][ ._*-]){${fewestSpaced - 1},}[A-Za-z](?![A-Za-z])`, 'g');

/** Linear in the text, and at most 256 of each kind. */
export function* encodedSpans(text: string, make: Make): Generator<View> {
  yield* spans(text, base64Run, (run, at) => {
    if (/^[0-9a-fA-F]+$/.test(run) || !/[a-z]/.test(run) || !/[A-Z]/.test(run)) return undefined;
    const usable = run.slice(0, run.length - (run.length % 4 === 1 ? 1 : 0));
    const decoded = readable(Buffer.from(usable.replaceAll('-', '+').replaceAll('_', '/'), 'base64'));
    return decoded === undefined ? undefined : make('base64', decoded, stretched(decoded, at, at + run.length));
  });
  yield* spans(text, hexRun, (run, at) => {
    const decoded = readable(Buffer.from(run.slice(0, run.length & ~1), 'hex'));
    return decoded === undefined ? undefined : make('hex', decoded, stretched(decoded, at, at + run.length));
  });
  if (text.includes('%'))
    yield* spans(text, percentRun, (run, at) => {
      if (run.split('%').length <= fewestPercent) return undefined;
      const decoded = readable(percentDecoded(run));
      return decoded === undefined ? undefined : make('percent', decoded, stretched(decoded, at, at + run.length));
    });
  yield* spans(text, spacedRun, (run, at) => {
    const letters: string[] = [];
    const from: number[] = [];
    for (let index = 0; index < run.length; index += 2) {
      letters.push(run.charAt(index));
      from.push(at + index);
    }
    from.push(at + run.length);
    return make('spaced letters', letters.join(''), from);
  });
}

function* spans(text: string, pattern: RegExp, read: (run: string, at: number) => View | undefined): Generator<View> {
  let count = 0;
  for (const { 0: run, index } of text.matchAll(pattern)) {
    const view = read(run, index);
    if (view === undefined) continue;
    yield view;
    count += 1;
    if (count === mostSpans) return;
  }
}

/** Units of decoded text have no places of their own: they are spread evenly over the part that they come from. */
function stretched(decoded: string, start: number, end: number): Uint32Array {
  const from = new Uint32Array(decoded.length + 1);
  for (let at = 0; at <= decoded.length; at += 1)
    from[at] = start + Math.floor(((end - start) * at) / Math.max(1, decoded.length));
  return from;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The bytes as text, where they are one: valid, with spaces or letters, and without control characters. */
function readable(bytes: Uint8Array): string | undefined {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return undefined;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what has control characters is no text.
  if (/[\x00-\x08\x0b\x0c\x0e-\x1f]/.test(text)) return undefined;
  return /\p{L}{2,}/u.test(text) ? text : undefined;
}

function percentDecoded(run: string): Uint8Array {
  const bytes: number[] = [];
  for (let at = 0; at < run.length; at += 1) {
    const hex = run.charAt(at) === '%' ? run.slice(at + 1, at + 3) : '';
    if (hex.length === 2) {
      bytes.push(Number.parseInt(hex, 16));
      at += 2;
    } else bytes.push(run.charAt(at) === '+' ? 0x20 : run.charCodeAt(at));
  }
  return Uint8Array.from(bytes);
}
