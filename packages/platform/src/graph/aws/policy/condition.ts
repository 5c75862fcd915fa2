/**
 * Conditions: every operator that IAM documents, over what is known of a request. A key's value is present, absent, unknown,
 * free for the caller to choose, or a time of which only the earliest is known (clocks go forward: a token is issued after
 * the account was read). Source: IAM user guide, "IAM JSON policy elements: Condition operators" and "Conditions with
 * multiple context keys or values".
 */
import { oneOrMany, record } from '../foreign.ts';
import { inNetwork, networkOf } from './network.ts';
import { arnPatternOf, type Pattern, patternOf, type Variables } from './pattern.ts';
import { and, maybe, no, not, or, type Truth, truth, yes } from './truth.ts';

export type ContextValue =
  | { readonly kind: 'values'; readonly values: readonly string[] }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown' }
  /** The caller sends what it likes. */
  | { readonly kind: 'free' }
  /** A moment not before `time` (milliseconds since 1970), or nothing at all. */
  | { readonly kind: 'since'; readonly time: number; readonly orAbsent: boolean };

/** What is known of a request, by key in lower case. */
export type Context = (key: string) => ContextValue;

type Comparison = 'string' | 'arn' | 'number' | 'date' | 'bool' | 'binary' | 'ip' | 'null';

interface Operator {
  readonly comparison: Comparison;
  readonly negated: boolean;
  /** For numbers and dates. */
  readonly order?: '<' | '<=' | '=' | '>=' | '>';
  readonly wild?: boolean;
  readonly fold?: boolean;
}

const operators: Readonly<Record<string, Operator>> = {
  stringequals: { comparison: 'string', negated: false },
  stringnotequals: { comparison: 'string', negated: true },
  stringequalsignorecase: { comparison: 'string', negated: false, fold: true },
  stringnotequalsignorecase: { comparison: 'string', negated: true, fold: true },
  stringlike: { comparison: 'string', negated: false, wild: true },
  stringnotlike: { comparison: 'string', negated: true, wild: true },
  arnequals: { comparison: 'arn', negated: false },
  arnlike: { comparison: 'arn', negated: false },
  arnnotequals: { comparison: 'arn', negated: true },
  arnnotlike: { comparison: 'arn', negated: true },
  numericequals: { comparison: 'number', negated: false, order: '=' },
  numericnotequals: { comparison: 'number', negated: true, order: '=' },
  numericlessthan: { comparison: 'number', negated: false, order: '<' },
  numericlessthanequals: { comparison: 'number', negated: false, order: '<=' },
  numericgreaterthan: { comparison: 'number', negated: false, order: '>' },
  numericgreaterthanequals: { comparison: 'number', negated: false, order: '>=' },
  dateequals: { comparison: 'date', negated: false, order: '=' },
  datenotequals: { comparison: 'date', negated: true, order: '=' },
  datelessthan: { comparison: 'date', negated: false, order: '<' },
  datelessthanequals: { comparison: 'date', negated: false, order: '<=' },
  dategreaterthan: { comparison: 'date', negated: false, order: '>' },
  dategreaterthanequals: { comparison: 'date', negated: false, order: '>=' },
  bool: { comparison: 'bool', negated: false },
  binaryequals: { comparison: 'binary', negated: false },
  ipaddress: { comparison: 'ip', negated: false },
  notipaddress: { comparison: 'ip', negated: true },
  null: { comparison: 'null', negated: false },
};

export interface Condition {
  /** As written, for people. */
  readonly key: string;
  readonly wanted: readonly string[];
  /** Whether the request meets it; keys that nobody knows are blamed. */
  readonly met: (context: Context, variables: Variables, blame: (key: string) => void) => Truth;
}

/** The conditions of a statement, undefined when the block is not of the documented shape. */
export function conditionsOf(block: unknown, variables: boolean): readonly Condition[] | undefined {
  if (block === undefined) return [];
  const byOperator = record(block);
  if (byOperator === undefined) return undefined;
  const conditions: Condition[] = [];
  for (const [operator, keys] of Object.entries(byOperator)) {
    const byKey = record(keys);
    if (byKey === undefined) return undefined;
    for (const [key, written] of Object.entries(byKey)) {
      const values = scalars(written);
      if (values === undefined) return undefined;
      conditions.push(conditionOf(operator, key, values, variables));
    }
  }
  return conditions;
}

/** JSON may write numbers and booleans bare. */
function scalars(value: unknown): readonly string[] | undefined {
  const plain = (each: unknown) => (typeof each === 'number' || typeof each === 'boolean' ? String(each) : each);
  return oneOrMany(Array.isArray(value) ? value.map(plain) : plain(value));
}

type Quantifier = 'one' | 'all' | 'any';

function conditionOf(written: string, key: string, wanted: readonly string[], variables: boolean): Condition {
  const folded = written.toLowerCase();
  const quantifier: Quantifier = folded.startsWith('forallvalues:')
    ? 'all'
    : folded.startsWith('foranyvalue:')
      ? 'any'
      : 'one';
  const bare = folded.replace(/^for(allvalues|anyvalue):/, '');
  const ifExists = bare.endsWith('ifexists');
  const operator = operators[bare.replace(/ifexists$/, '')];
  const name = key.toLowerCase();
  if (operator === undefined) {
    return {
      key,
      wanted,
      met: (_, __, blame) => {
        blame(`${written} ${key}`);
        return maybe;
      },
    };
  }
  const tests = wanted.map((value) => testOf(operator, value, variables));
  const positive = (value: string, values: Variables, blame: (key: string) => void) =>
    tests.reduce<Truth>((result, test) => (result === yes ? yes : or(result, test.equals(value, values, blame))), no);
  return {
    key,
    wanted,
    met(context, values, blame) {
      const found = context(name);
      if (operator.comparison === 'null') return presence(found, wanted, () => blame(key));
      switch (found.kind) {
        case 'absent':
          return truth(ifExists || (quantifier === 'one' ? operator.negated : quantifier === 'all'));
        case 'unknown':
        case 'free':
          blame(key);
          return maybe;
        case 'since': {
          const present = tests.reduce<Truth>((result, test) => or(result, test.since(found.time)), no);
          const met = operator.negated ? not(present) : present;
          const absent = truth(ifExists || operator.negated);
          if (!found.orAbsent || met === absent) return blamed(met, key, blame);
          return blamed(maybe, key, blame);
        }
        case 'values': {
          const each = found.values.map((value) => {
            const met = positive(value, values, blame);
            return operator.negated ? not(met) : met;
          });
          // Without a quantifier a negated operator asks that no value is among the wanted ones.
          const every = quantifier === 'all' || (quantifier === 'one' && operator.negated);
          return every ? each.reduce(and, yes) : each.reduce(or, no);
        }
      }
    },
  };
}

function blamed(result: Truth, key: string, blame: (key: string) => void): Truth {
  if (result === maybe) blame(key);
  return result;
}

function presence(found: ContextValue, wanted: readonly string[], blame: () => void): Truth {
  const wantsAbsence = wanted.some((value) => value.toLowerCase() === 'true');
  if (found.kind === 'values') return truth(!wantsAbsence);
  if (found.kind === 'absent') return truth(wantsAbsence);
  if (found.kind === 'since' && !found.orAbsent) return truth(!wantsAbsence);
  blame();
  return maybe;
}

interface Test {
  /** Whether a value passes, before any negation. */
  readonly equals: (value: string, variables: Variables, blame: (key: string) => void) => Truth;
  /** Whether every (yes), no, or some moment from `time` on passes. */
  readonly since: (time: number) => Truth;
}

function testOf(operator: Operator, wanted: string, variables: boolean): Test {
  const never = () => maybe;
  switch (operator.comparison) {
    case 'string':
    case 'arn': {
      const pattern: Pattern =
        operator.comparison === 'arn'
          ? arnPatternOf(wanted, variables)
          : patternOf(wanted, { variables, wild: operator.wild === true, fold: operator.fold === true });
      return { equals: (value, values, blame) => pattern.matches(value, values, blame), since: never };
    }
    case 'bool':
      return { equals: (value) => truth(value.toLowerCase() === wanted.toLowerCase()), since: never };
    case 'binary':
    case 'null':
      return { equals: (value) => truth(value === wanted), since: never };
    case 'ip': {
      const network = networkOf(wanted);
      return { equals: (value) => truth(network !== undefined && inNetwork(value, network)), since: never };
    }
    case 'number':
    case 'date': {
      const parse = operator.comparison === 'date' ? momentOf : numberOf;
      const bound = parse(wanted);
      const order = operator.order ?? '=';
      return {
        equals: (value) => truth(ordered(parse(value), order, bound)),
        since: (time) => laterThan(operator.comparison === 'date' ? time : time / 1000, order, bound),
      };
    }
  }
}

function numberOf(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

/** Milliseconds of ISO 8601, or of seconds since 1970. */
export function momentOf(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
}

function ordered(value: number, order: NonNullable<Operator['order']>, bound: number): boolean {
  switch (order) {
    case '<':
      return value < bound;
    case '<=':
      return value <= bound;
    case '=':
      return value === bound;
    case '>=':
      return value >= bound;
    case '>':
      return value > bound;
  }
}

/** How a moment of which only the earliest is known compares. */
function laterThan(earliest: number, order: NonNullable<Operator['order']>, bound: number): Truth {
  if (Number.isNaN(bound)) return no;
  switch (order) {
    case '<':
      return earliest >= bound ? no : maybe;
    case '<=':
    case '=':
      return earliest > bound ? no : maybe;
    case '>=':
      return earliest >= bound ? yes : maybe;
    case '>':
      return earliest > bound ? yes : maybe;
  }
}
