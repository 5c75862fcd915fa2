/**
 * Hunts from text: the words, values and brackets of the query language (docs/query.md), with the fields of events. What must stay
 * true: every error says what was expected and where, and nesting and size are bounded.
 */
import { eventActivities, eventOutcomes } from '@firebreak/contract';
import { moment } from '../../events/moment.ts';
import { spanOf } from '../../inventory/query/parse.ts';
import { matchesPattern } from '../../inventory/query/pattern.ts';
import type { Compare, Pattern } from '../../inventory/query/syntax.ts';
import { invalidQuery, type Token, tokensOf } from '../../inventory/query/tokens.ts';
import { type HuntField, type HuntQuery, huntFields } from './syntax.ts';

const maxDepth = 50;
const maxTerms = 1000;
const compares: readonly string[] = ['=', '<', '<=', '>', '>='];
/** As sooner is less: an event of an age below an hour is later than an hour ago. */
const turned = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;
const known: Readonly<Record<string, readonly string[]>> = { activity: eventActivities, outcome: eventOutcomes };

/**
 * @param now what durations are relative to
 * @throws FirebreakError FB-QUERY-INVALID with `query` and `position` (0-based) in the detail
 */
export function parseHunt(text: string, now: Date): HuntQuery {
  return new HuntParser(text, now).whole();
}

class HuntParser {
  readonly #text: string;
  readonly #now: Date;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;
  #terms = 0;

  constructor(text: string, now: Date) {
    this.#text = text;
    this.#now = now;
    this.#tokens = tokensOf(text);
  }

  whole(): HuntQuery {
    const query = this.#alternatives();
    if (this.#token.is !== 'end') throw this.#invalid('Here "and", "or" or the end is expected');
    return query;
  }

  #alternatives(): HuntQuery {
    const queries = [this.#conjunction()];
    while (this.#takeWord('or') || this.#takeSign(';')) queries.push(this.#conjunction());
    return combined('or', queries);
  }

  #conjunction(): HuntQuery {
    const queries = [this.#negation()];
    while (this.#takeWord('and') || this.#takeSign(',')) queries.push(this.#negation());
    return combined('and', queries);
  }

  #negation(): HuntQuery {
    let negated = false;
    while (this.#takeWord('not')) negated = !negated;
    const query = this.#primary();
    return negated ? { is: 'not', of: query } : query;
  }

  #primary(): HuntQuery {
    this.#terms += 1;
    if (this.#terms > maxTerms) throw this.#invalid(`It has more than ${maxTerms} terms`);
    if (this.#takeSign('(')) {
      this.#depth += 1;
      if (this.#depth > maxDepth) throw this.#invalid(`Brackets are nested more than ${maxDepth} deep`);
      const query = this.#alternatives();
      if (!this.#takeSign(')')) throw this.#invalid('A closing bracket is missing');
      this.#depth -= 1;
      return query;
    }
    if (this.#token.is !== 'word') throw this.#invalid('A term is missing');
    if (this.#takeWord('everything')) return { is: 'everything' };
    if (this.#takeWord('time')) return this.#time();
    if (this.#takeWord('age')) return this.#age();
    return this.#term(this.#field());
  }

  #time(): HuntQuery {
    const compare = this.#compare('time');
    const at = moment(this.#token.text) ?? moment(`${this.#token.text}T00:00:00Z`);
    if (at === undefined) throw this.#invalid('Here a date such as 2026-01-31 or 2026-01-31T10:00:00Z is expected');
    this.#next += 1;
    return { is: 'time', compare, at };
  }

  #age(): HuntQuery {
    const compare = this.#compare('age');
    const span = spanOf(this.#token.text);
    const at = new Date(this.#now.getTime() - (span ?? Number.NaN));
    if (span === undefined || Number.isNaN(at.getTime())) throw this.#invalid('Here a duration such as 2h is expected');
    this.#next += 1;
    return { is: 'time', compare: turned[compare], at: at.toISOString() };
  }

  #compare(field: string): Compare {
    const compare = compares.find((sign) => this.#takeSign(sign));
    if (compare === undefined) throw this.#invalid(`"${field}" is compared by =, <, <=, > or >=`);
    return compare as Compare;
  }

  #field(): HuntField {
    const { text, end } = this.#token;
    const name = huntFields.find((field) => field === text);
    if (name === undefined && text !== 'raw' && !text.startsWith('raw.'))
      throw this.#invalid(`"${text}" is no field; known are ${huntFields.join(', ')}, raw, raw.<path>, time, age`);
    this.#next += 1;
    if (name !== undefined) return { name };
    if (text === 'raw') return { name: 'raw', path: '' };
    if (text !== 'raw.') return { name: 'raw', path: text.slice('raw.'.length) };
    if (this.#token.is !== 'string' || this.#token.start !== end || this.#token.text === '')
      throw this.#invalid('After "raw." a path is missing');
    const path = this.#token.text;
    this.#next += 1;
    return { name: 'raw', path };
  }

  #term(field: HuntField): HuntQuery {
    if (this.#takeWord('in')) return { is: 'text', field, values: this.#list(field) };
    if (this.#takeWord('contains')) return { is: 'text', field, values: [['', ...widened(this.#any(), '')]] };
    if (this.#takeWord('starts')) {
      if (!this.#takeWord('with')) throw this.#invalid('Here "with" is expected');
      return { is: 'text', field, values: [widened(this.#any(), '')] };
    }
    if (this.#takeSign('!=')) return { is: 'not', of: { is: 'text', field, values: [this.#value(field)] } };
    if (this.#takeSign('=')) return { is: 'text', field, values: [this.#value(field)] };
    const compare = compares.find((sign) => this.#isSign(sign));
    if (compare === undefined) return { is: 'has', field };
    if (field.name !== 'raw' || field.path === '')
      throw this.#invalid(`"${field.name}" is compared by = or !=, in (…), contains, starts with`);
    this.#next += 1;
    const { text } = this.#token;
    if (!/^-?\d{1,15}(\.\d{1,15})?$/.test(text)) throw this.#invalid('Here a number is expected');
    this.#next += 1;
    return { is: 'number', path: field.path, compare: compare as Compare, value: Number(text) };
  }

  #list(field: HuntField): Pattern[] {
    if (!this.#takeSign('(')) throw this.#invalid('After "in" a bracket is expected');
    const values = [this.#value(field)];
    while (this.#takeSign(',')) values.push(this.#value(field));
    if (!this.#takeSign(')')) throw this.#invalid('A closing bracket is missing');
    this.#terms += values.length;
    return values;
  }

  #value(field: HuntField): Pattern {
    const { start } = this.#token;
    const value = this.#any();
    const words = known[field.name];
    if (words !== undefined && !words.some((word) => matchesPattern(value, word)))
      throw invalidQuery(this.#text, start, `There is no such ${field.name}; known are ${words.join(', ')}`);
    return value;
  }

  #any(): Pattern {
    const { is, pattern, text } = this.#token;
    if ((is !== 'word' && is !== 'string') || (is === 'word' && text === ''))
      throw this.#invalid('Here a value is expected');
    this.#next += 1;
    return pattern;
  }

  get #token(): Token {
    return this.#tokens[Math.min(this.#next, this.#tokens.length - 1)] as Token;
  }

  #isSign(text: string): boolean {
    return this.#token.is === 'sign' && this.#token.text === text;
  }

  #takeSign(text: string): boolean {
    if (!this.#isSign(text)) return false;
    this.#next += 1;
    return true;
  }

  #takeWord(text: string): boolean {
    if (this.#token.is !== 'word' || this.#token.text !== text) return false;
    this.#next += 1;
    return true;
  }

  #invalid(why: string) {
    return invalidQuery(this.#text, this.#token.start, why);
  }
}

const widened = (pattern: Pattern, last: string): Pattern => [...pattern, last];

function combined(is: 'and' | 'or', queries: readonly HuntQuery[]): HuntQuery {
  return queries.length === 1 ? (queries[0] as HuntQuery) : { is, of: queries };
}
