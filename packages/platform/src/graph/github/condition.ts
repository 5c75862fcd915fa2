/**
 * What an `if:` says for a run of which a few things are known: the event, that the pull request comes from a fork, that its
 * author is nobody of the project. Three-valued: what hangs on anything else is `unknown`, so a guard that we do not
 * understand never makes an edge disappear, and one that we do understand does.
 */
import type { Expression } from './expression.ts';

/** Undefined: nobody can know. */
export type Value = string | number | boolean | null | undefined;
/** The value of a context, `undefined` when it is not known. */
export type Knowledge = (path: string) => Value;

export function evaluate(expression: Expression | undefined, knows: Knowledge): Value {
  if (expression === undefined) return undefined;
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'reference':
      return knows(expression.path.join('.'));
    case 'not': {
      const truth = truthOf(evaluate(expression.operand, knows));
      return truth === undefined ? undefined : !truth;
    }
    case 'call':
      return called(
        expression.name,
        expression.args.map((arg) => evaluate(arg, knows)),
      );
    case 'binary':
      return combined(expression.operator, expression.left, expression.right, knows);
  }
}

/** True, false, or undefined when it cannot be known; empty text, zero and null are false, as GitHub has it. */
export function truthOf(value: Value): boolean | undefined {
  return value === undefined ? undefined : value !== '' && value !== 0 && value !== false && value !== null;
}

function combined(operator: string, left: Expression, right: Expression, knows: Knowledge): Value {
  const a = evaluate(left, knows);
  const b = evaluate(right, knows);
  switch (operator) {
    case '&&': {
      if (truthOf(a) === false) return a;
      // Whatever the left is, a false right makes it false.
      if (a === undefined) return truthOf(b) === false ? false : undefined;
      return b;
    }
    case '||': {
      if (truthOf(a) === true) return a;
      if (a === undefined) return truthOf(b) === true ? true : undefined;
      return b;
    }
    case '==':
    case '!=': {
      if (a === undefined || b === undefined) return undefined;
      return equal(a, b) === (operator === '==');
    }
    default:
      return undefined;
  }
}

function equal(a: string | number | boolean | null, b: string | number | boolean | null): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a.toLowerCase() === b.toLowerCase();
  if (typeof a === typeof b) return a === b;
  return Number(a === '' ? 0 : a) === Number(b === '' ? 0 : b);
}

function called(name: string, args: readonly Value[]): Value {
  const [first, second] = args;
  // In a first job nothing has failed before.
  if (name === 'always' || name === 'success') return true;
  if (name === 'failure' || name === 'cancelled') return undefined;
  if (typeof first !== 'string' || typeof second !== 'string') return undefined;
  const [text, part] = [first.toLowerCase(), second.toLowerCase()];
  if (name === 'contains') return text.includes(part);
  if (name === 'startswith') return text.startsWith(part);
  if (name === 'endswith') return text.endsWith(part);
  return undefined;
}
