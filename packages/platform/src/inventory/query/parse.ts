/**
 * Queries from text: a recursive descent, one function a rule of the grammar in docs/query.md. What must stay true:
 *
 * - Every error says what was expected and where.
 * - Nesting and size are bounded, so that a hostile query costs nothing: at most 50 brackets deep, 1,000 terms, 16 relations.
 * - `parse(print(query))` is the query again.
 * - What the selector language (graph/selector.ts) says, these words say too: `,` is `and`, `;` is `or`, `default` the crown
 *   jewels. Only values with blanks or brackets must be quoted here.
 */
import { assetClasses } from '@firebreak/contract';
import { matchesPattern } from './pattern.ts';
import {
  allOf,
  anyOf,
  type Compare,
  type Field,
  flags,
  keyedFields,
  momentFields,
  type Pattern,
  type Query,
  type SpanUnit,
  spanFields,
  spanUnits,
  type TextField,
  type TimeField,
  type TimeValue,
  textFields,
} from './syntax.ts';
import { invalidQuery, type Token, tokensOf } from './tokens.ts';

const maxDepth = 50;
const maxTerms = 1000;
const maxRelations = 16;
const maxSteps = 1000;

/** The contract's own names for what people say about an asset. */
const spelledOut: Readonly<Record<string, TextField | 'impact'>> = {
  'about.owner': 'owner',
  'about.system': 'product',
  'about.sla': 'sla',
  'about.sensitivity': 'sensitivity',
  'about.retention': 'retention',
  'about.permittedUse': 'permitted-use',
  'about.hosting': 'hosting',
  'about.vendor': 'vendor',
  'about.impact': 'impact',
};

const compares: readonly string[] = ['=', '<', '<=', '>', '>='];

/** @throws FirebreakError FB-QUERY-INVALID with `query` and `position` (0-based) in the detail */
export function parseQuery(text: string): Query {
  return new Parser(text).whole();
}

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;
  #terms = 0;
  #relations = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  whole(): Query {
    const query = this.#alternatives();
    if (this.#token.is !== 'end') throw this.#invalid('Here "and", "or" or the end is expected');
    return query;
  }

  #alternatives(): Query {
    const queries = [this.#conjunction()];
    while (this.#takeWord('or') || this.#takeSign(';')) queries.push(this.#conjunction());
    return anyOf(queries);
  }

  #conjunction(): Query {
    const queries = [this.#negation()];
    while (this.#takeWord('and') || this.#takeSign(',')) queries.push(this.#negation());
    return allOf(queries);
  }

  #negation(): Query {
    let negated = false;
    while (this.#takeWord('not')) negated = !negated;
    const query = this.#primary();
    return negated ? { is: 'not', of: query } : query;
  }

  #primary(): Query {
    this.#terms += 1;
    if (this.#terms > maxTerms) throw this.#invalid(`It has more than ${maxTerms} terms`);
    if (this.#takeSign('(')) return this.#bracketed();
    const { is, text } = this.#token;
    if (is !== 'word') throw this.#invalid('A term is missing');
    if (text === 'reaches' || text === 'reached-by') return this.#reach(text);
    if (text === 'edge') return this.#edge();
    if (text === 'default') {
      this.#next += 1;
      return { is: 'has', field: { name: 'jewel' } };
    }
    const flag = flags.find((known) => known === text);
    if (flag !== undefined) {
      this.#next += 1;
      return { is: 'flag', flag };
    }
    return this.#term(this.#field());
  }

  /** What stands in brackets; the opening one is taken. */
  #bracketed(): Query {
    this.#depth += 1;
    if (this.#depth > maxDepth) throw this.#invalid(`Brackets are nested more than ${maxDepth} deep`);
    const query = this.#alternatives();
    if (!this.#takeSign(')')) throw this.#invalid('A closing bracket is missing');
    this.#depth -= 1;
    return query;
  }

  #reach(direction: 'reaches' | 'reached-by'): Query {
    this.#next += 1;
    this.#countRelation();
    if (!this.#takeSign('(')) throw this.#invalid(`After "${direction}" a bracket is expected`);
    const of = this.#bracketed();
    if (!this.#takeWord('within')) return { is: 'reach', direction, of };
    const { text } = this.#token;
    const within = /^\d{1,4}$/.test(text) ? Number(text) : 0;
    if (within < 1 || within > maxSteps)
      throw this.#invalid(`After "within" a number from 1 to ${maxSteps} is expected`);
    this.#next += 1;
    if (!this.#takeWord('steps') && !this.#takeWord('step')) throw this.#invalid('Here "steps" is expected');
    return { is: 'reach', direction, of, within };
  }

  #edge(): Query {
    this.#next += 1;
    this.#countRelation();
    const type = this.#value('the type of the edge, as `firebreak edges` prints it');
    const direction = this.#takeWord('to') ? 'to' : this.#takeWord('from') ? 'from' : undefined;
    if (direction === undefined) throw this.#invalid('Here "to" or "from" is expected');
    this.#depth += 1;
    if (this.#depth > maxDepth) throw this.#invalid(`Relations are nested more than ${maxDepth} deep`);
    const of = this.#primary();
    this.#depth -= 1;
    return { is: 'edge', type, direction, of };
  }

  #countRelation(): void {
    this.#relations += 1;
    if (this.#relations > maxRelations) throw this.#invalid(`It has more than ${maxRelations} relations`);
  }

  #field(): Field {
    const { text, end } = this.#token;
    const found = simpleField(text);
    if (found !== undefined) {
      this.#next += 1;
      return { name: found };
    }
    const name = keyedFields.find((keyed) => text.startsWith(`${keyed}:`));
    if (name === undefined)
      throw this.#invalid(
        `"${text}" is no field; known are ${[...textFields, ...spanFields, ...momentFields, 'impact', ...keyedFields.map((keyed) => `${keyed}:<key>`)].join(', ')}`,
      );
    this.#next += 1;
    const key = text.slice(name.length + 1);
    if (key !== '') return { name, key };
    if (this.#token.is !== 'string' || this.#token.start !== end)
      throw this.#invalid(`After "${name}:" a key is missing`);
    const quoted = this.#token.pattern.join('*');
    this.#next += 1;
    return { name, key: quoted };
  }

  #term(field: Field): Query {
    if (this.#takeWord('in')) return { is: 'text', field: this.#textual(field), values: this.#list(field) };
    if (this.#takeSign('!=')) return { is: 'not', of: this.#compared(field, '=') };
    const compare = compares.find((known) => this.#isSign(known)) as Compare | undefined;
    if (compare === undefined) return { is: 'has', field };
    this.#next += 1;
    return this.#compared(field, compare);
  }

  #compared(field: Field, compare: Compare): Query {
    if (isTime(field.name)) return { is: 'time', field: field.name, compare, value: this.#time(field.name, compare) };
    if (field.name === 'impact' || compare !== '=') {
      if (isText(field.name)) throw this.#invalid(`"${field.name}" is compared by = or !=`);
      return { is: 'number', field, compare, value: this.#number() };
    }
    return { is: 'text', field, values: [this.#textOf(field)] };
  }

  #list(field: Field): Pattern[] {
    if (!this.#takeSign('(')) throw this.#invalid('After "in" a bracket is expected');
    const values = [this.#textOf(field)];
    while (this.#takeSign(',')) values.push(this.#textOf(field));
    if (!this.#takeSign(')')) throw this.#invalid('A closing bracket is missing');
    this.#terms += values.length;
    return values;
  }

  #textual(field: Field): Field {
    if (isTime(field.name) || field.name === 'impact')
      throw this.#invalid(`"${field.name}" is compared by =, <, <=, > or >=`);
    return field;
  }

  #textOf(field: Field): Pattern {
    const { start } = this.#token;
    const value = this.#value(`a value of "${field.name}"`);
    if (field.name === 'class' && !assetClasses.some((known) => matchesPattern(value, known)))
      throw invalidQuery(this.#text, start, `There is no such class; known are ${assetClasses.join(', ')}`);
    return value;
  }

  #value(what: string): Pattern {
    const { is, pattern, text } = this.#token;
    if ((is !== 'word' && is !== 'string') || (is === 'word' && text === ''))
      throw this.#invalid(`Here ${what} is expected`);
    this.#next += 1;
    return pattern;
  }

  #number(): number {
    const { text } = this.#token;
    if (!/^-?\d{1,15}(\.\d{1,15})?$/.test(text)) throw this.#invalid('Here a number is expected');
    this.#next += 1;
    return Number(text);
  }

  #time(field: TimeField, compare: Compare): TimeValue {
    const { text } = this.#token;
    const value = timeValue(text);
    if (value === undefined)
      throw this.#invalid('Here a duration such as 90d or a date such as 2026-01-31 is expected');
    if (value === 'never' && (compare !== '=' || field === 'age' || field === 'idle' || field === 'created'))
      throw this.#invalid('"never" stands only after `last-used =` and `expires =`');
    if (value !== 'never' && !('at' in value) && (field === 'created' || field === 'last-used'))
      throw this.#invalid(
        `"${field}" is compared with a date; for a duration use ${field === 'created' ? 'age' : 'idle'}`,
      );
    if (value !== 'never' && 'at' in value && (field === 'age' || field === 'idle'))
      throw this.#invalid(`"${field}" is compared with a duration such as 90d`);
    this.#next += 1;
    return value;
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

function simpleField(text: string): TextField | TimeField | 'impact' | undefined {
  if (text === 'impact') return 'impact';
  const known = [...textFields, ...spanFields, ...momentFields].find((field) => field === text);
  return known ?? (Object.hasOwn(spelledOut, text) ? spelledOut[text] : undefined);
}

function isTime(name: Field['name']): name is TimeField {
  return [...spanFields, ...momentFields].some((field) => field === name);
}

function isText(name: Field['name']): boolean {
  return textFields.some((field) => field === name);
}

function timeValue(text: string): TimeValue | undefined {
  if (text === 'never') return 'never';
  const span = /^(-?\d{1,6})([smhdwy])$/.exec(text);
  if (span !== null) return { count: Number(span[1]), unit: span[2] as SpanUnit };
  return isDate(text) ? { at: text } : undefined;
}

/** A day, or a moment with its offset; both as ISO 8601 has them. */
function isDate(text: string): boolean {
  const form = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/;
  return form.test(text) && !Number.isNaN(Date.parse(text));
}

/** A span of time in milliseconds from its short form. @returns undefined for what is none */
export function spanOf(text: string): number | undefined {
  const value = timeValue(text);
  return value === undefined || value === 'never' || 'at' in value ? undefined : value.count * spanUnits[value.unit];
}
