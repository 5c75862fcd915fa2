/**
 * Hunts from text: the words, values and brackets of the query language (docs/query.md), with the fields of events. What must stay
 * true: every error says what was expected and where, and nesting and size are bounded.
 */
import { eventActivities, eventOutcomes } from '@firebreak/contract';
import { moment } from '../../events/moment.ts';
import { TokenCursor } from '../../inventory/query/cursor.ts';
import { spanOf } from '../../inventory/query/parse.ts';
import { matchesPattern } from '../../inventory/query/pattern.ts';
import type { Compare, Pattern } from '../../inventory/query/syntax.ts';
import { type HuntField, type HuntQuery, huntFields } from './syntax.ts';

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

/** Fields one after the other, with commas. @throws FirebreakError FB-QUERY-INVALID */
export function parseHuntFields(text: string): HuntField[] {
  return new HuntParser(text, new Date(0)).fields();
}

class HuntParser {
  readonly #cursor: TokenCursor;
  readonly #now: Date;

  constructor(text: string, now: Date) {
    this.#cursor = new TokenCursor(text);
    this.#now = now;
  }

  whole(): HuntQuery {
    const query = this.#alternatives();
    this.#cursor.mustEnd();
    return query;
  }

  fields(): HuntField[] {
    const fields = [this.#field()];
    while (this.#cursor.takeSign(',')) fields.push(this.#field());
    this.#cursor.mustEnd();
    return fields;
  }

  #alternatives(): HuntQuery {
    const queries = [this.#conjunction()];
    while (this.#cursor.takeWord('or') || this.#cursor.takeSign(';')) queries.push(this.#conjunction());
    return combined('or', queries);
  }

  #conjunction(): HuntQuery {
    const queries = [this.#negation()];
    while (this.#cursor.takeWord('and') || this.#cursor.takeSign(',')) queries.push(this.#negation());
    return combined('and', queries);
  }

  #negation(): HuntQuery {
    let negated = false;
    while (this.#cursor.takeWord('not')) negated = !negated;
    const query = this.#primary();
    return negated ? { is: 'not', of: query } : query;
  }

  #primary(): HuntQuery {
    this.#cursor.countTerms(1);
    if (this.#cursor.takeSign('(')) return this.#cursor.bracketed(() => this.#alternatives());
    if (this.#cursor.token.is !== 'word') throw this.#cursor.invalid('A term is missing');
    if (this.#cursor.takeWord('everything')) return { is: 'everything' };
    if (this.#cursor.takeWord('time')) return this.#time();
    if (this.#cursor.takeWord('age')) return this.#age();
    return this.#term(this.#field());
  }

  #time(): HuntQuery {
    const compare = this.#compare('time');
    const at = moment(this.#cursor.token.text) ?? moment(`${this.#cursor.token.text}T00:00:00Z`);
    if (at === undefined)
      throw this.#cursor.invalid('Here a date such as 2026-01-31 or 2026-01-31T10:00:00Z is expected');
    this.#cursor.advance();
    return { is: 'time', compare, at };
  }

  #age(): HuntQuery {
    const compare = this.#compare('age');
    const span = spanOf(this.#cursor.token.text);
    const at = new Date(this.#now.getTime() - (span ?? Number.NaN));
    if (span === undefined || Number.isNaN(at.getTime()))
      throw this.#cursor.invalid('Here a duration such as 2h is expected');
    this.#cursor.advance();
    return { is: 'time', compare: turned[compare], at: at.toISOString() };
  }

  #compare(field: string): Compare {
    const compare = compares.find((sign) => this.#cursor.takeSign(sign));
    if (compare === undefined) throw this.#cursor.invalid(`"${field}" is compared by =, <, <=, > or >=`);
    return compare as Compare;
  }

  #field(): HuntField {
    const { text, end } = this.#cursor.token;
    const name = huntFields.find((field) => field === text);
    if (name === undefined && text !== 'raw' && !text.startsWith('raw.'))
      throw this.#cursor.invalid(
        `"${text}" is no field; known are ${huntFields.join(', ')}, raw, raw.<path>, time, age`,
      );
    this.#cursor.advance();
    if (name !== undefined) return { name };
    if (text === 'raw') return { name: 'raw', path: '' };
    if (text !== 'raw.') return { name: 'raw', path: text.slice('raw.'.length) };
    if (this.#cursor.token.is !== 'string' || this.#cursor.token.start !== end || this.#cursor.token.text === '')
      throw this.#cursor.invalid('After "raw." a path is missing');
    const path = this.#cursor.token.text;
    this.#cursor.advance();
    return { name: 'raw', path };
  }

  #term(field: HuntField): HuntQuery {
    if (this.#cursor.takeWord('in'))
      return { is: 'text', field, values: this.#cursor.takeList(() => this.#value(field)) };
    if (this.#cursor.takeWord('contains'))
      return { is: 'text', field, values: [['', ...widened(this.#cursor.takeValue('a value'), '')]] };
    if (this.#cursor.takeWord('starts')) {
      if (!this.#cursor.takeWord('with')) throw this.#cursor.invalid('Here "with" is expected');
      return { is: 'text', field, values: [widened(this.#cursor.takeValue('a value'), '')] };
    }
    if (this.#cursor.takeSign('!=')) return { is: 'not', of: { is: 'text', field, values: [this.#value(field)] } };
    if (this.#cursor.takeSign('=')) return { is: 'text', field, values: [this.#value(field)] };
    const compare = compares.find((sign) => this.#cursor.isSign(sign));
    if (compare === undefined) return { is: 'has', field };
    if (field.name !== 'raw' || field.path === '')
      throw this.#cursor.invalid(`"${field.name}" is compared by = or !=, in (…), contains, starts with`);
    this.#cursor.advance();
    return { is: 'number', path: field.path, compare: compare as Compare, value: this.#cursor.takeNumber() };
  }

  #value(field: HuntField): Pattern {
    const { start } = this.#cursor.token;
    const value = this.#cursor.takeValue('a value');
    const words = known[field.name];
    if (words !== undefined && !words.some((word) => matchesPattern(value, word)))
      throw this.#cursor.invalid(`There is no such ${field.name}; known are ${words.join(', ')}`, start);
    return value;
  }
}

const widened = (pattern: Pattern, last: string): Pattern => [...pattern, last];

function combined(is: 'and' | 'or', queries: readonly HuntQuery[]): HuntQuery {
  return queries.length === 1 ? (queries[0] as HuntQuery) : { is, of: queries };
}
