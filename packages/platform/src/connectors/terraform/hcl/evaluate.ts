/**
 * An expression → its value, as far as the source tells. What must stay true: it ends (steps are counted over a whole
 * configuration), and what cannot be followed is `Unknown` with the name of the reference, never a guess.
 */
import { call } from './functions.ts';
import { bounded, maxSize, sizeOf } from './size.ts';
import { type Expression, splatElement } from './syntax.ts';
import { entry, isList, isMap, textOf, Unknown, type Value } from './value.ts';

/** What names mean: `var`, `local`, resources, `each`, … Undefined for what is no name here. */
export interface Scope {
  readonly lookup: (path: readonly string[]) => { readonly value: Value; readonly taken: number } | undefined;
}
/** What evaluating a configuration may still cost. */
export interface Budget {
  /** Steps; work on a large value counts as many. */
  left: number;
  /** Expressions inside expressions and names of names, at this moment. */
  depth: number;
}
/** Terraform's own configurations need a few dozen. */
const maxDepth = 300;
/** Characters and parts that count as one step. */
const stepSize = 64;

/** Takes its cost from the budget, and never answers more than `bounded` lets through. */
export function evaluate(expression: Expression, scope: Scope, budget: Budget): Value {
  budget.left -= 1;
  if (budget.left < 0 || budget.depth >= maxDepth) return new Unknown('the configuration is too large to evaluate');
  budget.depth += 1;
  const value = bounded(made(expression, scope, budget));
  budget.depth -= 1;
  return value;
}

function made(expression: Expression, scope: Scope, budget: Budget): Value {
  const value = (inner: Expression) => evaluate(inner, scope, budget);
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'template': {
      const parts = expression.parts.map(value);
      const unknown = parts.find((part) => part instanceof Unknown);
      if (unknown !== undefined) return unknown;
      const texts = parts.map((part) => (part === null ? undefined : textOf(part)));
      if (!texts.every((text) => text !== undefined)) return new Unknown('a template');
      const size = texts.reduce((sum, text) => sum + text.length, 0);
      budget.left -= size / stepSize;
      return size > maxSize ? new Unknown('a value that is too large') : texts.join('');
    }
    case 'variable':
    case 'attribute':
    case 'index':
      return reference(expression, scope, budget);
    case 'splat': {
      const of = value(expression.of);
      if (of instanceof Unknown) return of;
      const items = of === null ? [] : isList(of) ? of : [of];
      return items.map((item) => evaluate(expression.each, withNames(scope, new Map([[splatElement, item]])), budget));
    }
    case 'tuple':
      return expression.items.map(value);
    case 'object': {
      const map: Record<string, Value> = Object.create(null);
      for (const [key, entered] of expression.entries) {
        const name = value(key);
        if (name instanceof Unknown) return name;
        const written = textOf(name);
        if (written === undefined) return new Unknown('a key');
        map[written] = value(entered);
      }
      return map;
    }
    case 'call': {
      const args = expression.args.map(value);
      const last = args.at(-1);
      budget.left -= sizeOf(args) / stepSize;
      if (!expression.spread) return call(expression.name, args);
      return last instanceof Unknown
        ? last
        : call(expression.name, [...args.slice(0, -1), ...(isList(last) ? last : [])]);
    }
    case 'conditional': {
      const when = value(expression.when);
      if (when instanceof Unknown) return when;
      return value(when === true || when === 'true' ? expression.then : expression.otherwise);
    }
    case 'operation': {
      const operands = expression.operands.map(value);
      budget.left -= sizeOf(operands) / stepSize;
      return operation(expression.operator, operands);
    }
    case 'for':
      return comprehension(expression, scope, budget);
    case 'opaque':
      return new Unknown('an expression');
  }
}

/** Names that shadow a scope. */
export function withNames(scope: Scope, names: ReadonlyMap<string, Value>): Scope {
  return {
    lookup: (path) => {
      const value = names.get(path[0] ?? '');
      return value === undefined ? scope.lookup(path) : { value, taken: 1 };
    },
  };
}

/** `aws_iam_role.app["x"].arn`: as much of it as is a name, and the rest step by step. */
function reference(expression: Expression, scope: Scope, budget: Budget): Value {
  const steps: (string | number)[] = [];
  let root = expression;
  while (root.kind === 'attribute' || root.kind === 'index') {
    if (root.kind === 'attribute') steps.unshift(root.name);
    else {
      const index = evaluate(root.index, scope, budget);
      if (index instanceof Unknown) return index;
      if (typeof index !== 'string' && typeof index !== 'number') return new Unknown('an index');
      steps.unshift(index);
    }
    root = root.of;
  }
  if (root.kind !== 'variable') return walk(evaluate(root, scope, budget), steps, '(…)');
  const path = [root.name, ...steps];
  const firstIndex = path.findIndex((step) => typeof step === 'number');
  const named = (firstIndex < 0 ? path : path.slice(0, firstIndex)) as string[];
  const found = scope.lookup(named);
  if (found === undefined) return new Unknown(path.join('.'));
  return walk(found.value, path.slice(found.taken), path.join('.'));
}

function walk(start: Value, steps: readonly (string | number)[], whole: string): Value {
  let value = start;
  for (const step of steps) {
    if (value instanceof Unknown) return value;
    let next: Value | undefined;
    if (isList(value)) next = value[Number(step)];
    else if (isMap(value)) next = entry(value, String(step));
    if (next === undefined) return new Unknown(whole);
    value = next;
  }
  return value;
}

const arithmetic: Readonly<Record<string, (a: number, b: number) => Value>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function operation(operator: string, operands: readonly Value[]): Value {
  const [a, b] = operands;
  if (a === undefined) return new Unknown('an operation');
  if (b === undefined) {
    if (a instanceof Unknown) return a;
    return operator === '!' ? a !== true && a !== 'true' : -Number(a);
  }
  const truth = (value: Value) => value === true || value === 'true';
  // What decides alone is enough.
  if (operator === '&&' && [a, b].some((side) => !(side instanceof Unknown) && !truth(side))) return false;
  if (operator === '||' && [a, b].some((side) => !(side instanceof Unknown) && truth(side))) return true;
  if (a instanceof Unknown) return a;
  if (b instanceof Unknown) return b;
  if (operator === '&&' || operator === '||') return operator === '&&';
  if (operator === '==' || operator === '!=') return (JSON.stringify(a) === JSON.stringify(b)) === (operator === '==');
  return arithmetic[operator]?.(Number(a), Number(b)) ?? new Unknown('an operation');
}

function comprehension(expression: Extract<Expression, { kind: 'for' }>, scope: Scope, budget: Budget): Value {
  const of = evaluate(expression.of, scope, budget);
  if (of instanceof Unknown) return of;
  if (!isList(of) && !isMap(of)) return new Unknown('a for expression');
  const [first = '', second] = expression.names;
  const items: Value[] = [];
  const map: Record<string, Value> = Object.create(null);
  for (const [key, item] of Object.entries(of) as [string, Value][]) {
    const names = new Map<string, Value>(
      second === undefined
        ? [[first, item]]
        : [
            [first, isList(of) ? Number(key) : key],
            [second, item],
          ],
    );
    const inner = withNames(scope, names);
    const when = expression.when === undefined ? true : evaluate(expression.when, inner, budget);
    if (when instanceof Unknown) return when;
    if (when !== true && when !== 'true') continue;
    const value = evaluate(expression.value, inner, budget);
    if (expression.key === undefined) {
      items.push(value);
      continue;
    }
    const name = evaluate(expression.key, inner, budget);
    if (name instanceof Unknown) return name;
    const written = textOf(name) ?? '';
    map[written] = expression.grouped ? [...((map[written] as readonly Value[] | undefined) ?? []), value] : value;
  }
  return expression.key === undefined ? items : map;
}
