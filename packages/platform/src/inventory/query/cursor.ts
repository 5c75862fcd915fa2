/** A place in the words of a query: what both query languages read by, that of the estate and that of events. */
import type { Pattern } from './syntax.ts';
import { invalidQuery, type Token, tokensOf } from './tokens.ts';

const maxDepth = 50;
const maxTerms = 1000;

export class TokenCursor {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;
  #terms = 0;

  /** @throws FirebreakError FB-QUERY-INVALID for what has no words */
  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  /** The one that comes next; `end` after the last. */
  get token(): Token {
    return this.#tokens[Math.min(this.#next, this.#tokens.length - 1)] as Token;
  }

  advance(): void {
    this.#next += 1;
  }

  isSign(text: string): boolean {
    return this.token.is === 'sign' && this.token.text === text;
  }

  takeSign(text: string): boolean {
    return this.isSign(text) && this.#take();
  }

  takeWord(text: string): boolean {
    return this.token.is === 'word' && this.token.text === text && this.#take();
  }

  /** A value, quoted or not. @param what is expected, for the error */
  takeValue(what: string): Pattern {
    const { is, pattern, text } = this.token;
    if ((is !== 'word' && is !== 'string') || (is === 'word' && text === ''))
      throw this.invalid(`Here ${what} is expected`);
    this.advance();
    return pattern;
  }

  takeNumber(): number {
    const { text } = this.token;
    if (!/^-?\d{1,15}(\.\d{1,15})?$/.test(text)) throw this.invalid('Here a number is expected');
    this.advance();
    return Number(text);
  }

  /** Values in brackets after "in". */
  takeList<T>(value: () => T): T[] {
    if (!this.takeSign('(')) throw this.invalid('After "in" a bracket is expected');
    const values = [value()];
    while (this.takeSign(',')) values.push(value());
    if (!this.takeSign(')')) throw this.invalid('A closing bracket is missing');
    this.countTerms(values.length);
    return values;
  }

  /** What is in brackets, or otherwise one deeper. */
  nested<T>(what: string, read: () => T): T {
    this.#depth += 1;
    if (this.#depth > maxDepth) throw this.invalid(`${what} are nested more than ${maxDepth} deep`);
    const inner = read();
    this.#depth -= 1;
    return inner;
  }

  /** What stands in brackets; the opening one is taken. */
  bracketed<T>(read: () => T): T {
    return this.nested('Brackets', () => {
      const inner = read();
      if (!this.takeSign(')')) throw this.invalid('A closing bracket is missing');
      return inner;
    });
  }

  countTerms(more: number): void {
    this.#terms += more;
    if (this.#terms > maxTerms) throw this.invalid(`It has more than ${maxTerms} terms`);
  }

  mustEnd(): void {
    if (this.token.is !== 'end') throw this.invalid('Here "and", "or" or the end is expected');
  }

  /** @param start where it went wrong; at the token that comes next when left out */
  invalid(why: string, start = this.token.start) {
    return invalidQuery(this.#text, start, why);
  }

  #take(): true {
    this.advance();
    return true;
  }
}
