/**
 * The exact test of a pattern, and the literal by which an automaton can find that it is worth testing.
 *
 * A `?` is one character, so one code point. Wildcards are matched piece by piece from the left, which never backtracks over a
 * `*`; a piece with `?` in it could cost its length at every position, so long texts are left to a regular expression in
 * linear time.
 */
import { RE2JS } from 're2js';
import { fold } from '../language/fold.ts';
import { dashes, type Pattern, type PatternPart } from '../language/pattern.ts';

/** Units of text that a regular expression or a piece with `?` is tried on. */
export const maxTestedText = 256 * 1024;
const naiveText = 4096;

type Piece = readonly Exclude<PatternPart, { readonly wildcard: 'many' }>[];

export interface PatternTest {
  /** The pattern is this text and nothing else; folded unless it is cased. */
  readonly equals?: string;
  /** Every text satisfies it. */
  readonly always: boolean;
  /** Folded text that stands in everything that satisfies it. */
  readonly literal?: string;
  /** That text anywhere is all that is asked: a hit of a whole literal is the answer. */
  readonly contained: boolean;
  /** @param folded the same text folded. */
  readonly test: (text: string, folded: string) => boolean;
  /** It is not tried on more than `maxTestedText` units. */
  readonly bounded: boolean;
}

export function patternTest(pattern: Pattern, cased: boolean): PatternTest {
  const parts = cased ? pattern : pattern.map((part) => (typeof part === 'string' ? fold(part) : part));
  const { pieces, openStart, openEnd } = piecesOf(parts);
  const [only = []] = pieces;
  const [text] = only;
  const isPlain = pieces.length === 1 && only.length <= 1 && (text === undefined || typeof text === 'string');
  const always = pieces.every((piece) => piece.length === 0) && (openStart || openEnd);
  const pick = (own: string, folded: string) => (cased ? own : folded);
  const longest = parts.reduce<string>(
    (best, part) => (typeof part === 'string' && part.length > best.length ? part : best),
    '',
  );
  const base = {
    always,
    ...(longest === '' ? {} : { literal: cased ? fold(longest) : longest }),
    contained: false,
    bounded: false,
  };
  if (always) return { ...base, test: () => true };
  if (isPlain) {
    const word = typeof text === 'string' ? text : '';
    if (!openStart && !openEnd) return { ...base, equals: word, test: (own, folded) => pick(own, folded) === word };
    if (!openEnd) return { ...base, test: (own, folded) => pick(own, folded).endsWith(word) };
    if (!openStart) return { ...base, test: (own, folded) => pick(own, folded).startsWith(word) };
    return { ...base, contained: !cased, test: (own, folded) => pick(own, folded).includes(word) };
  }
  const costly = pieces.some((piece) => piece.some((part) => typeof part !== 'string'));
  let regex: RE2JS | undefined;
  return {
    ...base,
    bounded: costly,
    test(own, folded) {
      const subject = pick(own, folded);
      if (!costly || subject.length <= naiveText) return matches(subject, pieces, openStart, openEnd);
      regex ??= RE2JS.compile(regexOf(parts), RE2JS.DOTALL);
      return regex.testExact(subject.length > maxTestedText ? subject.slice(0, maxTestedText) : subject);
    },
  };
}

/** What stands between the `*`, and whether one stands at the beginning and at the end. */
function piecesOf(parts: Pattern): {
  readonly pieces: readonly Piece[];
  readonly openStart: boolean;
  readonly openEnd: boolean;
} {
  const pieces: Piece[] = [];
  let piece: Exclude<PatternPart, { readonly wildcard: 'many' }>[] = [];
  for (const part of parts) {
    if (typeof part === 'string' || part.wildcard !== 'many') piece.push(part as Piece[number]);
    else {
      pieces.push(piece);
      piece = [];
    }
  }
  pieces.push(piece);
  const isMany = (part: PatternPart | undefined) => typeof part === 'object' && part.wildcard === 'many';
  const openStart = isMany(parts[0]);
  const openEnd = isMany(parts.at(-1));
  const kept = pieces.filter((each, index) => each.length > 0 || (index > 0 && index < pieces.length - 1));
  return { pieces: kept.length === 0 ? [[]] : kept, openStart, openEnd };
}

function matches(text: string, pieces: readonly Piece[], openStart: boolean, openEnd: boolean): boolean {
  let from = 0;
  let to = text.length;
  let rest = pieces;
  if (!openStart) {
    const [first = [], ...others] = rest;
    const end = pieceAt(text, first, 0);
    if (end === undefined) return false;
    if (others.length === 0) return openEnd || end === text.length;
    from = end;
    rest = others;
  }
  if (!openEnd) {
    const last = rest.at(-1) ?? [];
    const start = pieceBefore(text, last, text.length);
    if (start === undefined || start < from) return false;
    to = start;
    rest = rest.slice(0, -1);
  }
  for (const piece of rest) {
    const end = pieceWithin(text, piece, from, to);
    if (end === undefined) return false;
    from = end;
  }
  return true;
}

/** Where the first occurrence of the piece at or behind `from` ends. */
function pieceWithin(text: string, piece: Piece, from: number, to: number): number | undefined {
  const [only] = piece;
  if (piece.length === 1 && typeof only === 'string') {
    const at = text.indexOf(only, from);
    return at === -1 || at + only.length > to ? undefined : at + only.length;
  }
  for (let start = from; start <= to; start += 1) {
    const end = pieceAt(text, piece, start);
    if (end !== undefined && end <= to) return end;
  }
  return undefined;
}

function pieceAt(text: string, piece: Piece, start: number): number | undefined {
  let at = start;
  for (const part of piece) {
    if (typeof part === 'string') {
      if (!text.startsWith(part, at)) return undefined;
      at += part.length;
    } else {
      if (at >= text.length || (part.wildcard === 'dash' && !dashes.includes(text.charAt(at)))) return undefined;
      at += isPair(text, at) ? 2 : 1;
    }
  }
  return at;
}

function pieceBefore(text: string, piece: Piece, end: number): number | undefined {
  let at = end;
  for (let index = piece.length - 1; index >= 0; index -= 1) {
    const part = piece[index] ?? '';
    if (typeof part === 'string') {
      if (at < part.length || !text.startsWith(part, at - part.length)) return undefined;
      at -= part.length;
    } else {
      if (at <= 0 || (part.wildcard === 'dash' && !dashes.includes(text.charAt(at - 1)))) return undefined;
      at -= at >= 2 && isPair(text, at - 2) ? 2 : 1;
    }
  }
  return at;
}

function isPair(text: string, at: number): boolean {
  return (text.codePointAt(at) ?? 0) > 0xffff;
}

function regexOf(parts: Pattern): string {
  return parts
    .map((part) => {
      if (typeof part === 'string') return RE2JS.quote(part);
      return part.wildcard === 'many' ? '.*' : part.wildcard === 'one' ? '.' : `[${RE2JS.quote(dashes)}]`;
    })
    .join('');
}
