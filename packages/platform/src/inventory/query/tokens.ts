/** A query's text in pieces, each with its place, so that errors can point. */
import { FirebreakError } from '@firebreak/contract';
import type { Pattern } from './syntax.ts';

export interface Token {
  /** `word` is bare text, `string` is quoted, `sign` is an operator or bracket, `end` is the end of the query. */
  readonly is: 'word' | 'string' | 'sign' | 'end';
  /** The text without escapes and quotes; a wildcard is a plain `*` here. */
  readonly text: string;
  readonly pattern: Pattern;
  /** 0-based, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/** Longer ones are no question of a person. */
const maxQueryLength = 8000;

const signs = ['!=', '<=', '>=', '=', '<', '>', '(', ')', ',', ';'];
const blank = /\s/u;
/** What ends bare text. */
const special = new Set('()=<>!,;"');

/** @throws FirebreakError FB-QUERY-INVALID */
export function tokensOf(text: string): Token[] {
  if (text.length > maxQueryLength)
    throw invalidQuery(text, maxQueryLength, `It is longer than ${maxQueryLength} characters`);
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && blank.test(text[at] as string)) at += 1;
    if (at === text.length) break;
    const token = text[at] === '"' ? quoted(text, at) : (signAt(text, at) ?? bare(text, at));
    tokens.push(token);
    at = token.end;
  }
  tokens.push({ is: 'end', text: '', pattern: [''], start: at, end: at });
  return tokens;
}

/** @param at 0-based */
export function invalidQuery(query: string, at: number, why: string): FirebreakError {
  return new FirebreakError('FB-QUERY-INVALID', `${why} (position ${at + 1}).`, { detail: { query, position: at } });
}

function signAt(text: string, start: number): Token | undefined {
  const sign = signs.find((each) => text.startsWith(each, start));
  if (sign === undefined) return undefined;
  return { is: 'sign', text: sign, pattern: [sign], start, end: start + sign.length };
}

function quoted(text: string, start: number): Token {
  const found = piecesUntil(text, start + 1, (character) => character === '"');
  if (found.end === text.length) throw invalidQuery(text, start, 'The quote is not closed');
  return { is: 'string', ...found, start, end: found.end + 1 };
}

function bare(text: string, start: number): Token {
  const found = piecesUntil(text, start, (character) => special.has(character) || blank.test(character));
  if (found.end === start) throw invalidQuery(text, start, `"${text[start]}" means nothing here`);
  return { is: 'word', ...found, start };
}

/** Reads up to a character that ends it. A backslash takes the next character as it is; a `*` without one is a wildcard. */
function piecesUntil(text: string, start: number, ends: (character: string) => boolean) {
  const pattern: string[] = [''];
  let at = start;
  for (; at < text.length && !ends(text[at] as string); at += 1) {
    if (text[at] === '*') {
      pattern.push('');
      continue;
    }
    if (text[at] === '\\') {
      at += 1;
      if (at === text.length) throw invalidQuery(text, at - 1, 'Nothing follows the backslash');
    }
    pattern.push(`${pattern.pop()}${text[at]}`);
  }
  return { text: pattern.join('*'), pattern, end: at };
}
