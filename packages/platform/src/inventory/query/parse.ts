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
import { TokenCursor } from './cursor.ts';
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
  readonly #cursor: TokenCursor;
  #relations = 0;

  constructor(text: string) {
    this.#cursor = new TokenCursor(text);
  }

  whole(): Query {
    const query = this.#alternatives();
    this.#cursor.mustEnd();
    return query;
  }

  #alternatives(): Query {
    const queries = [this.#conjunction()];
    while (this.#cursor.takeWord('or') || this.#cursor.takeSign(';')) queries.push(this.#conjunction());
    return anyOf(queries);
  }

  #conjunction(): Query {
    const queries = [this.#negation()];
    while (this.#cursor.takeWord('and') || this.#cursor.takeSign(',')) queries.push(this.#negation());
    return allOf(queries);
  }

  #negation(): Query {
    let negated = false;
    while (this.#cursor.takeWord('not')) negated = !negated;
    const query = this.#primary();
    return negated ? { is: 'not', of: query } : query;
  }

  #primary(): Query {
    this.#cursor.countTerms(1);
    if (this.#cursor.takeSign('(')) return this.#bracketed();
    const { is, text } = this.#cursor.token;
    if (is !== 'word') throw this.#cursor.invalid('A term is missing');
    if (text === 'reaches' || text === 'reached-by') return this.#reach(text);
    if (text === 'edge') return this.#edge();
    if (text === 'default') {
      this.#cursor.advance();
      return { is: 'has', field: { name: 'jewel' } };
    }
    const flag = flags.find((known) => known === text);
    if (flag !== undefined) {
      this.#cursor.advance();
      return { is: 'flag', flag };
    }
    return this.#term(this.#field());
  }

  /** The opening bracket is taken. */
  #bracketed(): Query {
    return this.#cursor.bracketed(() => this.#alternatives());
  }

  #reach(direction: 'reaches' | 'reached-by'): Query {
    this.#cursor.advance();
    this.#countRelation();
    if (!this.#cursor.takeSign('(')) throw this.#cursor.invalid(`After "${direction}" a bracket is expected`);
    const of = this.#bracketed();
    if (!this.#cursor.takeWord('within')) return { is: 'reach', direction, of };
    const { text } = this.#cursor.token;
    const within = /^\d{1,4}$/.test(text) ? Number(text) : 0;
    if (within < 1 || within > maxSteps)
      throw this.#cursor.invalid(`After "within" a number from 1 to ${maxSteps} is expected`);
    this.#cursor.advance();
    if (!this.#cursor.takeWord('steps') && !this.#cursor.takeWord('step'))
      throw this.#cursor.invalid('Here "steps" is expected');
    return { is: 'reach', direction, of, within };
  }

  #edge(): Query {
    this.#cursor.advance();
    this.#countRelation();
    const type = this.#cursor.takeValue('the type of the edge, as `firebreak edges` prints it');
    const direction = this.#cursor.takeWord('to') ? 'to' : this.#cursor.takeWord('from') ? 'from' : undefined;
    if (direction === undefined) throw this.#cursor.invalid('Here "to" or "from" is expected');
    const of = this.#cursor.nested('Relations', () => this.#primary());
    return { is: 'edge', type, direction, of };
  }

  #countRelation(): void {
    this.#relations += 1;
    if (this.#relations > maxRelations) throw this.#cursor.invalid(`It has more than ${maxRelations} relations`);
  }

  #field(): Field {
    const { text, end } = this.#cursor.token;
    const found = simpleField(text);
    if (found !== undefined) {
      this.#cursor.advance();
      return { name: found };
    }
    const name = keyedFields.find((keyed) => text.startsWith(`${keyed}:`));
    if (name === undefined)
      throw this.#cursor.invalid(
        `"${text}" is no field; known are ${[...textFields, ...spanFields, ...momentFields, 'impact', ...keyedFields.map((keyed) => `${keyed}:<key>`)].join(', ')}`,
      );
    this.#cursor.advance();
    const key = text.slice(name.length + 1);
    if (key !== '') return { name, key };
    if (this.#cursor.token.is !== 'string' || this.#cursor.token.start !== end)
      throw this.#cursor.invalid(`After "${name}:" a key is missing`);
    const quoted = this.#cursor.token.pattern.join('*');
    this.#cursor.advance();
    return { name, key: quoted };
  }

  #term(field: Field): Query {
    if (this.#cursor.takeWord('in'))
      return { is: 'text', field: this.#textual(field), values: this.#cursor.takeList(() => this.#textOf(field)) };
    if (this.#cursor.takeSign('!=')) return { is: 'not', of: this.#compared(field, '=') };
    const compare = compares.find((known) => this.#cursor.isSign(known)) as Compare | undefined;
    if (compare === undefined) return { is: 'has', field };
    this.#cursor.advance();
    return this.#compared(field, compare);
  }

  #compared(field: Field, compare: Compare): Query {
    if (isTime(field.name)) return { is: 'time', field: field.name, compare, value: this.#time(field.name, compare) };
    if (field.name === 'impact' || compare !== '=') {
      if (isText(field.name)) throw this.#cursor.invalid(`"${field.name}" is compared by = or !=`);
      return { is: 'number', field, compare, value: this.#cursor.takeNumber() };
    }
    return { is: 'text', field, values: [this.#textOf(field)] };
  }

  #textual(field: Field): Field {
    if (isTime(field.name) || field.name === 'impact')
      throw this.#cursor.invalid(`"${field.name}" is compared by =, <, <=, > or >=`);
    return field;
  }

  #textOf(field: Field): Pattern {
    const { start } = this.#cursor.token;
    const value = this.#cursor.takeValue(`a value of "${field.name}"`);
    if (field.name === 'class' && !assetClasses.some((known) => matchesPattern(value, known)))
      throw this.#cursor.invalid(`There is no such class; known are ${assetClasses.join(', ')}`, start);
    return value;
  }

  #time(field: TimeField, compare: Compare): TimeValue {
    const { text } = this.#cursor.token;
    const value = timeValue(text);
    if (value === undefined)
      throw this.#cursor.invalid('Here a duration such as 90d or a date such as 2026-01-31 is expected');
    if (value === 'never' && (compare !== '=' || field === 'age' || field === 'idle' || field === 'created'))
      throw this.#cursor.invalid('"never" stands only after `last-used =` and `expires =`');
    if (value !== 'never' && !('at' in value) && (field === 'created' || field === 'last-used'))
      throw this.#cursor.invalid(
        `"${field}" is compared with a date; for a duration use ${field === 'created' ? 'age' : 'idle'}`,
      );
    if (value !== 'never' && 'at' in value && (field === 'age' || field === 'idle'))
      throw this.#cursor.invalid(`"${field}" is compared with a duration such as 90d`);
    this.#cursor.advance();
    return value;
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
