/**
 * Conditions, as far as they can be decided from variables alone: comparisons of `__name__:value` with a literal, joined by AND, OR, NOT
 * and brackets. The rest of the STIX patterning grammar asks about observations that nobody hands to a reader of playbooks; such a
 * condition is undecided, and a person says how it turns out.
 */
import { usedIn, type Variables } from './variables.ts';

const longest = 2000;

/** True, false, or undefined where it cannot be told. */
export function decide(condition: string, variables: Variables): boolean | undefined {
  if (condition.length > longest) return undefined;
  const tokens = tokensOf(condition);
  if (tokens === undefined) return undefined;
  try {
    const reader = new Reader(tokens, variables);
    const decided = reader.either();
    return reader.ended ? decided : undefined;
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

class Unreadable extends Error {}

const token = /\s*(?:(\(|\)|\[|\]|,)|(==|!=|<=|>=|=|<|>)|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([A-Za-z0-9_.:-]+))/y;

interface Token {
  readonly is: 'mark' | 'compare' | 'text' | 'word';
  readonly text: string;
}

function tokensOf(condition: string): Token[] | undefined {
  const tokens: Token[] = [];
  const trimmed = condition.trimEnd();
  token.lastIndex = 0;
  while (token.lastIndex < trimmed.length) {
    const found = token.exec(trimmed);
    if (found === null) return undefined;
    const [, mark, compare, single, double, word] = found;
    if (mark !== undefined) tokens.push({ is: 'mark', text: mark === '[' ? '(' : mark === ']' ? ')' : mark });
    else if (compare !== undefined) tokens.push({ is: 'compare', text: compare === '==' ? '=' : compare });
    else if (word !== undefined) tokens.push({ is: 'word', text: word });
    else tokens.push({ is: 'text', text: (single ?? double ?? '').replaceAll(/\\(.)/g, '$1') });
  }
  return tokens;
}

class Reader {
  readonly #tokens: readonly Token[];
  readonly #variables: Variables;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], variables: Variables) {
    this.#tokens = tokens;
    this.#variables = variables;
  }

  get ended(): boolean {
    return this.#at === this.#tokens.length;
  }

  either(): boolean | undefined {
    let value = this.#both();
    while (this.#takes('OR')) value = or(value, this.#both());
    return value;
  }

  #both(): boolean | undefined {
    let value = this.#not();
    while (this.#takes('AND')) value = and(value, this.#not());
    return value;
  }

  #not(): boolean | undefined {
    this.#depth += 1;
    if (this.#depth > 100) throw new Unreadable();
    const value = this.#takes('NOT') ? negated(this.#not()) : this.#primary();
    this.#depth -= 1;
    return value;
  }

  #primary(): boolean | undefined {
    if (this.#takes('(')) {
      const value = this.either();
      if (!this.#takes(')')) throw new Unreadable();
      return value;
    }
    const left = this.#value();
    if (this.#takes('IN')) return this.#among(left);
    const compare = this.#tokens[this.#at];
    if (compare?.is !== 'compare') throw new Unreadable();
    this.#at += 1;
    const right = this.#value();
    return left === undefined || right === undefined ? undefined : compared(left, compare.text, right);
  }

  #among(left: string | undefined): boolean | undefined {
    const values: (string | undefined)[] = [];
    if (!this.#takes('(')) throw new Unreadable();
    do values.push(this.#value());
    while (this.#takes(','));
    if (!this.#takes(')')) throw new Unreadable();
    if (left === undefined) return undefined;
    return values.includes(left) ? true : values.includes(undefined) ? undefined : false;
  }

  /** A literal, or the value of a variable; undefined where it has none. */
  #value(): string | undefined {
    const next = this.#tokens[this.#at];
    if (next === undefined || next.is === 'mark' || next.is === 'compare') throw new Unreadable();
    this.#at += 1;
    if (next.is === 'text') return next.text;
    const [name] = usedIn(next.text);
    if (name !== undefined && next.text === `${name}:value`) return this.#variables.get(name) ?? undefined;
    if (/^(true|false|-?\d+(\.\d+)?)$/.test(next.text)) return next.text;
    throw new Unreadable();
  }

  #takes(text: string): boolean {
    const next = this.#tokens[this.#at];
    if (next === undefined || next.is === 'text' || next.text !== text) return false;
    this.#at += 1;
    return true;
  }
}

function compared(left: string, by: string, right: string): boolean | undefined {
  if (by === '=') return left === right;
  if (by === '!=') return left !== right;
  const [a, b] = [Number(left), Number(right)];
  if (left.trim() === '' || right.trim() === '' || Number.isNaN(a) || Number.isNaN(b)) return undefined;
  return by === '<' ? a < b : by === '<=' ? a <= b : by === '>' ? a > b : a >= b;
}

function and(a: boolean | undefined, b: boolean | undefined): boolean | undefined {
  return a === false || b === false ? false : a === undefined || b === undefined ? undefined : true;
}

function or(a: boolean | undefined, b: boolean | undefined): boolean | undefined {
  return negated(and(negated(a), negated(b)));
}

function negated(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}
