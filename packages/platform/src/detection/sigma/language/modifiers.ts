/**
 * `field|mod1|mod2: values` → an expression. Modifiers are applied in their order to every value; what each takes and gives
 * is in one table below, so that a chain that means nothing is refused with the name of the link that does not fit.
 *
 * What must stay true: no chain makes more than `maxValues` values out of one; every regular expression runs in linear time
 * (RE2's syntax: no look-around, no back references) and its program is bounded.
 */
import { RE2JS } from 're2js';
import { type Network, parseNetwork } from './address.ts';
import { base64, base64Offsets, utf16 } from './encodings.ts';
import {
  dashVariants,
  literal,
  many,
  normalised,
  type Pattern,
  type PatternPart,
  parsePattern,
  plainText,
  withAnyDash,
} from './pattern.ts';
import { type Comparison, comparisons, type Expression, Refusal, type Test, type TimePart, timeParts } from './rule.ts';

/** A value of a rule as YAML has it; `text` is how a number or boolean was written. */
export interface WrittenValue {
  readonly value: string | number | boolean | null;
  readonly text: string;
  readonly line: number;
}
/** Texts that placeholders (`%Servers%`) stand for; they may hold wildcards. */
export type Placeholders = ReadonlyMap<string, readonly string[]>;

type Value =
  | { readonly is: 'text'; readonly pattern: Pattern; readonly bytes: boolean; readonly written: string }
  | { readonly is: 'number'; readonly value: number; readonly written: string }
  | { readonly is: 'boolean'; readonly value: boolean; readonly written: string }
  | { readonly is: 'null' }
  | { readonly is: 'regex'; readonly source: string; readonly flags: string }
  | { readonly is: 'part'; readonly part: TimePart; readonly value: number }
  | { readonly is: 'reference'; readonly other: string; readonly starts: boolean; readonly ends: boolean }
  | { readonly is: 'negative-exists' }
  | { readonly is: 'test'; readonly test: Test };

interface Chain {
  readonly field: string | undefined;
  readonly placeholders: Placeholders;
  readonly line: number;
  /** How many modifiers stood before this one, `all`, `neq` and `cased` not counted. */
  readonly position: number;
}
type Modifier = (value: Value, chain: Chain) => Value | readonly Value[];

const maxLength = 16_384;
const maxWildcards = 256;
const maxVariants = 625;
const maxRegexLength = 4096;
/** Instructions; each costs time on every character in the worst case. */
const maxRegexProgram = 20_000;

const text = (pattern: Pattern, written: string, bytes = false): Value => ({ is: 'text', pattern, bytes, written });
const refuse = (chain: Chain, reason: string, code?: ConstructorParameters<typeof Refusal>[2]): never => {
  throw new Refusal(chain.line, reason, code);
};

/** What only texts have; numbers and booleans are taken as they were written. */
function onText(
  name: string,
  change: (pattern: Pattern, value: Extract<Value, { is: 'text' }>, chain: Chain) => Value | readonly Value[],
): Modifier {
  return (value, chain) => {
    if (value.is === 'text') return change(value.pattern, value, chain);
    if (value.is === 'number' || value.is === 'boolean') {
      const written = { is: 'text', pattern: literal(value.written), bytes: false, written: value.written } as const;
      return change(written.pattern, written, chain);
    }
    return refuse(chain, `\`${name}\` takes text, and the value before it is none.`);
  };
}

function onNumber(name: string, change: (value: number, chain: Chain) => Value): Modifier {
  return (value, chain) =>
    value.is === 'number' ? change(value.value, chain) : refuse(chain, `\`${name}\` takes a number.`);
}

function first(name: string, modifier: Modifier): Modifier {
  return (value, chain) =>
    chain.position === 0
      ? modifier(value, chain)
      : refuse(chain, `\`${name}\` must be the first modifier that changes the value.`);
}

function around(
  before: readonly PatternPart[],
  after: readonly PatternPart[],
  sides: 'starts' | 'ends' | 'both',
  name: string,
): Modifier {
  const place = onText(name, (pattern, value) =>
    text(normalised([...before, ...pattern, ...after]), value.written, value.bytes),
  );
  return (value, chain) =>
    value.is === 'reference' ? { ...value, starts: sides !== 'ends', ends: sides !== 'starts' } : place(value, chain);
}

function encoded(
  name: string,
  encode: (pattern: Pattern) => { readonly pattern: Pattern; readonly bytes: boolean },
): Modifier {
  return onText(name, (pattern, { bytes, written }, chain) => {
    if (bytes) return refuse(chain, `\`${name}\` is applied to what is encoded already.`);
    const result = encode(pattern);
    return text(result.pattern, written, result.bytes);
  });
}

function inBase64(name: string, encode: (plain: string, bytes: boolean) => readonly string[]): Modifier {
  return onText(name, (pattern, { bytes, written }, chain) => {
    const variants = dashVariants(pattern, maxVariants);
    if (variants === undefined)
      return refuse(chain, `\`windash\` and \`${name}\` make more than ${maxVariants} variants.`, 'FB-SIGMA-BOUND');
    return variants.flatMap((variant) => {
      const plain = plainText(variant);
      if (plain === undefined) return refuse(chain, `\`${name}\` cannot encode a value with wildcards.`);
      return encode(plain, bytes).map((result) => text(literal(result), written));
    });
  });
}

function compare(by: Comparison): Modifier {
  return (value, chain) => {
    if (value.is === 'part') return { is: 'test', test: { kind: 'time', part: value.part, by, value: value.value } };
    return onNumber(by, (number) => ({ is: 'test', test: { kind: 'compare', by, value: number } }))(value, chain);
  };
}

function flag(letter: string): Modifier {
  return (value, chain) =>
    value.is === 'regex'
      ? { ...value, flags: value.flags.includes(letter) ? value.flags : value.flags + letter }
      : refuse(chain, `\`${letter}\` belongs behind \`re\`.`);
}

const modifiers: Readonly<Record<string, Modifier>> = {
  contains: around([many], [many], 'both', 'contains'),
  startswith: around([], [many], 'starts', 'startswith'),
  endswith: around([many], [], 'ends', 'endswith'),
  windash: onText('windash', (pattern, { written, bytes }) => text(withAnyDash(pattern), written, bytes)),
  wide: encoded('wide', (pattern) => utf16(pattern, 'le', false)),
  utf16le: encoded('utf16le', (pattern) => utf16(pattern, 'le', false)),
  utf16be: encoded('utf16be', (pattern) => utf16(pattern, 'be', false)),
  utf16: encoded('utf16', (pattern) => utf16(pattern, 'le', true)),
  base64: inBase64('base64', (plain, bytes) => [base64(plain, bytes)]),
  base64offset: inBase64('base64offset', base64Offsets),
  re: first('re', (value, chain) =>
    'written' in value ? { is: 'regex', source: value.written, flags: '' } : refuse(chain, '`re` takes text.'),
  ),
  i: flag('i'),
  m: flag('m'),
  s: flag('s'),
  cidr: first('cidr', (value, chain) => {
    if (value.is !== 'text') return refuse(chain, '`cidr` takes a network.');
    const network: Network | undefined = parseNetwork(value.written);
    if (network === undefined)
      return refuse(chain, `\`${value.written.slice(0, 60)}\` is no network in CIDR notation.`);
    return { is: 'test', test: { kind: 'cidr', network, written: value.written } };
  }),
  exists: first('exists', (value, chain) => {
    if (chain.field === undefined) return refuse(chain, '`exists` needs a field.');
    if (value.is !== 'boolean') return refuse(chain, '`exists` takes true or false.');
    return value.value ? { is: 'test', test: { kind: 'exists' } } : { is: 'negative-exists' };
  }),
  fieldref: first('fieldref', (value, chain) => {
    const other = value.is === 'text' ? plainText(value.pattern) : undefined;
    if (other === undefined || other === '')
      return refuse(chain, '`fieldref` takes the name of a field, without wildcards.');
    if (chain.field === undefined) return refuse(chain, '`fieldref` needs a field.');
    return { is: 'reference', other, starts: false, ends: false };
  }),
  expand: expand,
  ...Object.fromEntries(comparisons.map((by) => [by, compare(by)])),
  ...Object.fromEntries(
    timeParts.map((part) => [part, onNumber(part, (value) => ({ is: 'part', part, value }))] as const),
  ),
};

/** `%name%` → what it stands for. A rule with a placeholder that nobody has filled must not be loaded. */
function expand(value: Value, chain: Chain): readonly Value[] {
  if (value.is !== 'text') return refuse(chain, '`expand` takes text.');
  let results: string[] = [''];
  // An escaped percent sign is plain; a backslash before anything else is left for the wildcards to interpret.
  for (const [piece, name] of value.written.matchAll(/\\%|%([^%\s]+)%|[^%\\]+|[\s\S]/g)) {
    const choices = name === undefined ? [piece === '\\%' ? '%' : piece] : chain.placeholders.get(name);
    if (choices === undefined)
      return refuse(chain, `Nothing is known to stand for the placeholder %${name}%.`, 'FB-SIGMA-PLACEHOLDER');
    if (results.length * choices.length > maxVariants)
      return refuse(chain, `The placeholders expand to more than ${maxVariants} values.`, 'FB-SIGMA-BOUND');
    results = results.flatMap((before) => choices.map((choice) => before + choice));
  }
  return results.map((written) => text(parsePattern(written), written));
}

export interface Key {
  readonly field: string | undefined;
  readonly modifiers: readonly string[];
}

/** `Image|endswith` → the field and its modifiers; a key that begins with `|` is about the whole event. */
export function parseKey(key: string): Key {
  const [field = '', ...names] = key.split('|');
  return { field: field === '' ? undefined : field, modifiers: names.map((name) => name.toLowerCase()) };
}

/** One item of a selection. @throws Refusal */
export function itemExpression(
  { field, modifiers: names }: Key,
  values: readonly WrittenValue[],
  line: number,
  placeholders: Placeholders,
): Expression {
  if (values.length === 0) throw new Refusal(line, 'A list of values is empty.');
  const all = names.includes('all');
  if (all && values.length === 1)
    throw new Refusal(line, '`all` stands at a single value; it links the values of a list.');
  const cased = names.includes('cased');
  const chainNames = names.filter((name) => name !== 'all' && name !== 'cased' && name !== 'neq');
  const parts = values.map((written): Expression => {
    let current: readonly Value[] = [valueFrom(written)];
    for (const [position, name] of chainNames.entries()) {
      const chain = { field, placeholders, line: written.line, position };
      const modifier = Object.hasOwn(modifiers, name) ? modifiers[name] : undefined;
      if (modifier === undefined) return refuse(chain, `There is no modifier \`${name.slice(0, 40)}\`.`);
      current = current.flatMap((value) => modifier(value, chain));
    }
    const expressions = current.map((value) => valueExpression(field, value, cased, written.line));
    const [only] = expressions;
    return expressions.length === 1 && only !== undefined ? only : { kind: 'or', parts: expressions };
  });
  const [only] = parts;
  const linked: Expression = parts.length === 1 && only !== undefined ? only : { kind: all ? 'and' : 'or', parts };
  return names.includes('neq') ? { kind: 'not', part: linked } : linked;
}

function valueFrom({ value, text: written }: WrittenValue): Value {
  if (value === null) return { is: 'null' };
  if (typeof value === 'number') return { is: 'number', value, written };
  if (typeof value === 'boolean') return { is: 'boolean', value, written };
  return text(parsePattern(value), value);
}

function valueExpression(field: string | undefined, value: Value, cased: boolean, line: number): Expression {
  const about = (test: Test): Expression => ({ kind: 'test', ...(field === undefined ? {} : { field }), test });
  if (value.is === 'negative-exists') return { kind: 'not', part: about({ kind: 'exists' }) };
  if (cased && value.is !== 'text' && value.is !== 'reference') throw new Refusal(line, '`cased` takes text.');
  if (field === undefined) return about(keywordTest(value, cased, line));
  switch (value.is) {
    case 'text':
      return about({ kind: 'pattern', pattern: bounded(value.pattern, line), cased });
    case 'number':
      return about(Number.isFinite(value.value) ? { kind: 'number', value: value.value } : pattern(value.written));
    case 'boolean':
      return about(pattern(String(value.value)));
    case 'null':
      return about({ kind: 'null' });
    case 'regex':
      return about(regexTest(value, line));
    case 'part':
      return about({ kind: 'time', part: value.part, by: 'eq', value: value.value });
    case 'reference':
      return about({ kind: 'fieldref', other: value.other, starts: value.starts, ends: value.ends, cased });
    case 'test':
      return about(value.test);
  }
}

const pattern = (written: string): Test => ({ kind: 'pattern', pattern: literal(written), cased: false });

/** A keyword may stand anywhere in a value of the event. */
function keywordTest(value: Value, cased: boolean, line: number): Test {
  if (value.is === 'regex') return regexTest(value, line);
  if (value.is === 'text')
    return { kind: 'pattern', pattern: bounded(normalised([many, ...value.pattern, many]), line), cased };
  if (value.is === 'number' || value.is === 'boolean')
    return { kind: 'pattern', pattern: [many, value.written, many], cased: false };
  throw new Refusal(line, 'A keyword is text, and this is none.');
}

function bounded(parts: Pattern, line: number): Pattern {
  const length = parts.reduce((sum, part) => sum + (typeof part === 'string' ? part.length : 1), 0);
  if (length > maxLength) throw new Refusal(line, `A value is longer than ${maxLength} characters.`, 'FB-SIGMA-BOUND');
  if (parts.filter((part) => typeof part !== 'string').length > maxWildcards)
    throw new Refusal(line, `A value has more than ${maxWildcards} wildcards.`, 'FB-SIGMA-BOUND');
  return parts;
}

function regexTest({ source, flags }: { readonly source: string; readonly flags: string }, line: number): Test {
  if (source.length > maxRegexLength)
    throw new Refusal(line, `A regular expression is longer than ${maxRegexLength} characters.`, 'FB-SIGMA-BOUND');
  let size: number;
  try {
    size = compileRegex(source, flags).programSize();
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : 'unknown';
    throw new Refusal(line, `A regular expression cannot run in linear time or is no such: ${reason.slice(0, 200)}.`);
  }
  if (size > maxRegexProgram)
    throw new Refusal(
      line,
      `A regular expression grows to ${size} instructions; ${maxRegexProgram} is the limit.`,
      'FB-SIGMA-BOUND',
    );
  return { kind: 'regex', source, flags };
}

/** @param flags of i, m and s. @throws what RE2 says about an expression that it does not take. */
export function compileRegex(source: string, flags: string): RE2JS {
  const bits =
    (flags.includes('i') ? RE2JS.CASE_INSENSITIVE : 0) |
    (flags.includes('m') ? RE2JS.MULTILINE : 0) |
    (flags.includes('s') ? RE2JS.DOTALL : 0);
  return RE2JS.compile(source, bits);
}
