/**
 * GitHub's expression language (docs: "Evaluate expressions in workflows and actions"): enough of a parser to say what an
 * expression reads, what of it can come out at the end, and what a condition is for somebody of whom a few things are known.
 *
 * What must stay true: time is linear in the text and depth is bounded; text that is no expression is no error but `undefined`,
 * as GitHub would refuse the file; names are compared without case, as GitHub compares them.
 */
import { tokensOf } from './expression-tokens.ts';

export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  /** `github.event.issue.title`; an index that is computed is `*`. */
  | { readonly kind: 'reference'; readonly path: readonly string[]; readonly computed: readonly Expression[] }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly args: readonly Expression[];
      readonly path: readonly string[];
    }
  | { readonly kind: 'not'; readonly operand: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression };

/** One `${{ … }}` in a text. */
export interface Embedded {
  /** Between the braces, trimmed. */
  readonly source: string;
  /** Offset of its first character in the text. */
  readonly offset: number;
  /** Undefined when it does not parse. */
  readonly expression: Expression | undefined;
}

const maxLength = 20_000;
const maxDepth = 50;
/** Operators of one expression: a chain of them nests as deep as it is long, for everybody who walks it. */
const maxOperators = 500;

/** Every expression in a text, in order. */
export function embeddedIn(text: string): readonly Embedded[] {
  const found: Embedded[] = [];
  for (let at = text.indexOf('${{'); at >= 0; at = text.indexOf('${{', at)) {
    const end = closing(text, at + 3);
    if (end < 0) break;
    const inner = text.slice(at + 3, end);
    const source = inner.trim();
    found.push({ source, offset: at + 3 + inner.indexOf(source), expression: parseExpression(source) });
    at = end + 2;
  }
  return found;
}

/** `}}` outside of a string. */
function closing(text: string, from: number): number {
  let quoted = false;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (character === "'") quoted = !quoted;
    else if (!quoted && character === '}' && text[at + 1] === '}') return at;
  }
  return -1;
}

/** An `if:` may stand without braces. */
export function conditionOf(text: string): Expression | undefined {
  const embedded = embeddedIn(text);
  const [only] = embedded;
  if (only === undefined) return parseExpression(text.trim());
  const whole = /^\s*\$\{\{[\s\S]*\}\}\s*$/.test(text) && embedded.length === 1;
  // Text around the braces makes it a text, which is always true.
  return whole ? only.expression : { kind: 'literal', value: true };
}

/** Undefined for what is no expression. */
export function parseExpression(source: string): Expression | undefined {
  if (source.length > maxLength) return undefined;
  const tokens = tokensOf(source);
  if (tokens === undefined) return undefined;
  let at = 0;
  let depth = 0;
  let operations = 0;
  const peek = () => tokens[at];
  const take = (text: string) => {
    const token = tokens[at];
    if (token?.kind !== 'sign' || token.text !== text) return false;
    at += 1;
    return true;
  };

  function binary(level: number): Expression | undefined {
    const operators = levels[level];
    if (operators === undefined) return unary();
    let left = binary(level + 1);
    for (;;) {
      const next = peek();
      if (left === undefined || next?.kind !== 'sign' || !operators.includes(next.text)) return left;
      at += 1;
      operations += 1;
      const right = operations > maxOperators ? undefined : binary(level + 1);
      if (right === undefined) return undefined;
      left = { kind: 'binary', operator: next.text, left, right };
    }
  }
  function unary(): Expression | undefined {
    let nots = 0;
    while (take('!')) nots += 1;
    if (nots > maxDepth) return undefined;
    let operand = primary();
    for (; operand !== undefined && nots > 0; nots -= 1) operand = { kind: 'not', operand };
    return operand;
  }
  function primary(): Expression | undefined {
    const token = peek();
    if (token === undefined || depth > maxDepth) return undefined;
    at += 1;
    if (token.kind === 'literal') return { kind: 'literal', value: token.value };
    if (token.kind === 'sign') {
      if (token.text !== '(') return undefined;
      const inner = nested();
      return take(')') && inner !== undefined ? access(inner) : undefined;
    }
    if (!take('(')) return access({ kind: 'reference', path: [token.text.toLowerCase()], computed: [] });
    const args: Expression[] = [];
    if (!take(')')) {
      do {
        const arg = nested();
        if (arg === undefined) return undefined;
        args.push(arg);
      } while (take(','));
      if (!take(')')) return undefined;
    }
    return access({ kind: 'call', name: token.text.toLowerCase(), args, path: [] });
  }
  function nested(): Expression | undefined {
    depth += 1;
    const inner = binary(0);
    depth -= 1;
    return inner;
  }
  /** `.name`, `.*`, `['name']`, `[expression]` behind something. */
  function access(base: Expression): Expression | undefined {
    const path: string[] = [];
    const computed: Expression[] = [];
    for (;;) {
      if (take('.')) {
        const name = peek();
        at += 1;
        if (name?.kind === 'name') path.push(name.text.toLowerCase());
        else if (name?.kind === 'sign' && name.text === '*') path.push('*');
        else return undefined;
      } else if (take('[')) {
        const index = nested();
        if (index === undefined && !take('*')) return undefined;
        if (!take(']')) return undefined;
        if (index?.kind === 'literal' && typeof index.value === 'string') path.push(index.value.toLowerCase());
        else {
          path.push('*');
          if (index !== undefined) computed.push(index);
        }
      } else break;
    }
    return path.length === 0 ? base : within(base, path, computed);
  }

  const whole = nested();
  return at === tokens.length ? whole : undefined;
}

/** `(a || b).c` is `a.c || b.c`. */
function within(base: Expression, path: readonly string[], computed: readonly Expression[]): Expression {
  switch (base.kind) {
    case 'reference':
      return { ...base, path: [...base.path, ...path], computed: [...base.computed, ...computed] };
    case 'call':
      return { ...base, path: [...base.path, ...path] };
    case 'binary':
      if (base.operator !== '||' && base.operator !== '&&') return { kind: 'literal', value: null };
      return { ...base, left: within(base.left, path, computed), right: within(base.right, path, computed) };
    default:
      return { kind: 'literal', value: null };
  }
}

const levels: readonly (readonly string[])[] = [['||'], ['&&'], ['==', '!='], ['<', '<=', '>', '>=']];

/** Every context that an expression reads, as `github.event.issue.title`, in order. */
export function references(expression: Expression | undefined): readonly string[] {
  if (expression === undefined) return [];
  switch (expression.kind) {
    case 'literal':
      return [];
    case 'reference':
      return [expression.path.join('.'), ...expression.computed.flatMap(references)];
    case 'call':
      return expression.args.flatMap(references);
    case 'not':
      return references(expression.operand);
    case 'binary':
      return [...references(expression.left), ...references(expression.right)];
  }
}

/** Functions whose result says one bit, a hash or a number about what they were given, and never its text. */
const opaque = new Set([
  'contains',
  'startswith',
  'endswith',
  'hashfiles',
  'success',
  'failure',
  'always',
  'cancelled',
]);

/** Every context whose text can come out of an expression: not what is only compared. */
export function emitted(expression: Expression | undefined): readonly string[] {
  if (expression === undefined) return [];
  switch (expression.kind) {
    case 'literal':
    case 'not':
      return [];
    case 'reference':
      return [expression.path.join('.')];
    case 'call':
      return opaque.has(expression.name) ? [] : expression.args.flatMap(emitted);
    case 'binary':
      // `a && b` is b or what is falsy of a, which is no text of anybody's choice.
      if (expression.operator === '||') return [...emitted(expression.left), ...emitted(expression.right)];
      return expression.operator === '&&' ? emitted(expression.right) : [];
  }
}
