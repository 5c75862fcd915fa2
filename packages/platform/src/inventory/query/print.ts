/** A query as text, in the one way that `parseQuery` reads back as the same query. */
import type { Field, Pattern, Query, TimeValue } from './syntax.ts';

export function printQuery(query: Query): string {
  switch (query.is) {
    case 'flag':
      return query.flag;
    case 'or':
      return query.of.map(printQuery).join(' or ');
    case 'and':
      return query.of.map((each) => (each.is === 'or' ? `(${printQuery(each)})` : printQuery(each))).join(' and ');
    case 'not':
      return `not ${query.of.is === 'and' || query.of.is === 'or' || query.of.is === 'not' ? `(${printQuery(query.of)})` : printQuery(query.of)}`;
    case 'has':
      return printField(query.field);
    case 'text': {
      const values = query.values.map(printPattern);
      const field = printField(query.field);
      return values.length === 1 ? `${field} = ${values[0]}` : `${field} in (${values.join(', ')})`;
    }
    case 'number':
      return `${printField(query.field)} ${query.compare} ${query.value}`;
    case 'time':
      return `${query.field} ${query.compare} ${printTime(query.value)}`;
    case 'reach': {
      const within = query.within === undefined ? '' : ` within ${query.within} steps`;
      return `${query.direction}(${printQuery(query.of)})${within}`;
    }
    case 'edge':
      return `edge ${printPattern(query.type)} ${query.direction} (${printQuery(query.of)})`;
  }
}

/** Text that needs no quotes, wherever it stands: nothing that ends a word, escapes, or is a wildcard. */
const plain = /^[^\s()=<>!,;"\\*]+$/u;

function printField(field: Field): string {
  if (!('key' in field)) return field.name;
  return `${field.name}:${plain.test(field.key) ? field.key : quote([field.key])}`;
}

function printPattern(pattern: Pattern): string {
  const text = pattern.join('*');
  return text !== '' && pattern.every((piece) => piece === '' || plain.test(piece)) ? text : quote(pattern);
}

function quote(pattern: Pattern): string {
  return `"${pattern.map((piece) => piece.replaceAll(/["\\*]/g, '\\$&')).join('*')}"`;
}

function printTime(value: TimeValue): string {
  if (value === 'never') return 'never';
  return 'at' in value ? value.at : `${value.count}${value.unit}`;
}
