/**
 * Sigma by the letter, to hold the compiled program against: every expression is evaluated by itself, every field is looked up
 * for every test, patterns are JavaScript's regular expressions. Written apart from the program and sharing nothing with it but
 * the meaning of the words. Slow, and only for texts that a test made.
 */
import type { Pattern } from '../language/pattern.ts';
import type { Expression, Test } from '../language/rule.ts';

export function naively(expression: Expression, event: object): boolean {
  if (expression.kind === 'not') return !naively(expression.part, event);
  if (expression.kind !== 'test') {
    const held = expression.parts.map((part) => naively(part, event));
    return expression.kind === 'and' ? !held.includes(false) : held.includes(true);
  }
  const { field, test } = expression;
  const found = field === undefined ? leaves(event) : lookUp(event, field);
  const flat = found.flatMap((value) => (Array.isArray(value) ? value.flat(20) : [value]));
  switch (test.kind) {
    case 'exists':
      return found.length > 0;
    case 'null':
      return flat.every((value) => value === null);
    case 'fieldref': {
      const others = lookUp(event, test.other).flatMap((value) => (Array.isArray(value) ? value.flat(20) : [value]));
      return flat.some((value) => others.some((other) => refers(value, other, test)));
    }
    default:
      return flat.some((value) => holds(value, test));
  }
}

function refers(value: unknown, other: unknown, test: Extract<Test, { kind: 'fieldref' }>): boolean {
  if (!isText(value) || !isText(other)) return false;
  const wanted = escaped(String(other));
  const source = `${test.ends && !test.starts ? '' : test.starts && test.ends ? '' : '^'}${wanted}${test.starts ? '' : '$'}`;
  return new RegExp(source, test.cased ? 'su' : 'siu').test(String(value));
}

/** What is a number when it is written as text. */
const decimal = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i;

function holds(value: unknown, test: Test): boolean {
  if (!isText(value)) return false;
  const text = String(value);
  switch (test.kind) {
    case 'pattern':
      return new RegExp(`^${source(test.pattern)}$`, test.cased ? 'su' : 'siu').test(text);
    case 'number':
      return typeof value !== 'boolean' && decimal.test(text) && Number(text) === test.value;
    case 'regex':
      return new RegExp(test.source, test.flags).test(text);
    case 'compare': {
      if (typeof value === 'boolean' || !decimal.test(text)) return false;
      const number = Number(text);
      return { lt: number < test.value, lte: number <= test.value, gt: number > test.value, gte: number >= test.value }[
        test.by
      ];
    }
    default:
      throw new Error(`the naive interpreter has no ${test.kind}`);
  }
}

function isText(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function source(pattern: Pattern): string {
  return pattern
    .map((part) => {
      if (typeof part === 'string') return escaped(part);
      return { many: '.*', one: '.', dash: '[\\-\\/\u2013\u2014\u2015]' }[part.wildcard];
    })
    .join('');
}

/** At every way to cut the name into keys of which only the last may hold dots. */
function lookUp(event: object, field: string): readonly unknown[] {
  const keys = field.split('.');
  return keys.flatMap((_, nested) => at([event], [...keys.slice(0, nested), keys.slice(nested).join('.')]));
}

function at(values: readonly unknown[], path: readonly string[]): readonly unknown[] {
  const [key, ...rest] = path;
  if (key === undefined) return values;
  const spread = values.flatMap((value) => (Array.isArray(value) ? value.flat(20) : [value]));
  return at(
    spread.flatMap((value) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? [(value as Record<string, unknown>)[key]]
        : [],
    ),
    rest,
  );
}

function leaves(value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [value];
  return Object.values(value).flatMap(leaves);
}
