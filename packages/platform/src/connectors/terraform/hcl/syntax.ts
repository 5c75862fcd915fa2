/**
 * HCL text → blocks, attributes and expressions. The grammar is tree-sitter's, which reads on after an error: a block that is
 * broken costs itself, and is named. What must stay true: nesting is bounded before anything recurses into it, and text is
 * taken apart by the parser alone, never by patterns of ours.
 *
 * Source: HCL native syntax specification (HashiCorp), https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
 */
import { createRequire } from 'node:module';
import type { Node, Parser } from 'web-tree-sitter';

export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'template'; readonly parts: readonly Expression[] }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'attribute'; readonly of: Expression; readonly name: string }
  | { readonly kind: 'index'; readonly of: Expression; readonly index: Expression }
  /** Everything behind `[*]` or `.*`, applied to each. */
  | { readonly kind: 'splat'; readonly of: Expression; readonly each: Expression }
  | { readonly kind: 'tuple'; readonly items: readonly Expression[] }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [key: Expression, value: Expression])[] }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[]; readonly spread: boolean }
  | {
      readonly kind: 'conditional';
      readonly when: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
    }
  | { readonly kind: 'operation'; readonly operator: string; readonly operands: readonly Expression[] }
  | {
      readonly kind: 'for';
      readonly names: readonly string[];
      readonly of: Expression;
      /** Of an object comprehension. */
      readonly key: Expression | undefined;
      readonly value: Expression;
      readonly when: Expression | undefined;
      readonly grouped: boolean;
    }
  /** Directives in templates, and whatever else we do not evaluate. */
  | { readonly kind: 'opaque' };

/** What a splat applies to. */
export const splatElement = '(splat)';

export interface Body {
  readonly attributes: ReadonlyMap<string, Expression>;
  readonly blocks: readonly Block[];
}
export interface Block {
  readonly type: string;
  readonly labels: readonly string[];
  readonly body: Body;
  /** Of its first character, from 1. */
  readonly line: number;
}
export interface SyntaxProblem {
  readonly line: number;
  readonly reason: string;
}

/** Levels of nesting; Terraform's own modules have a dozen. */
const maxDepth = 120;
/** Problems of one file that are told. */
const maxProblems = 20;

let loaded: Promise<Parser> | undefined;

async function parser(): Promise<Parser> {
  loaded ??= (async () => {
    const sitter = await import('web-tree-sitter');
    await sitter.Parser.init();
    const grammar = createRequire(import.meta.url).resolve(
      '@tree-sitter-grammars/tree-sitter-hcl/tree-sitter-terraform.wasm',
    );
    const parser = new sitter.Parser();
    parser.setLanguage(await sitter.Language.load(grammar));
    return parser;
  })();
  return loaded;
}

/** The blocks of a file, those that are sound, and what is not. */
export async function parseHcl(
  source: string,
): Promise<{ readonly body: Body; readonly problems: readonly SyntaxProblem[] }> {
  const tree = (await parser()).parse(source);
  const problems: SyntaxProblem[] = [];
  if (tree === null) return { body: empty, problems: [{ line: 1, reason: 'it cannot be parsed' }] };
  try {
    const [first] = children(tree.rootNode, 'body');
    const body = first === undefined ? empty : bodyOf(first, 0, problems);
    for (const child of tree.rootNode.namedChildren)
      if (child !== null && child.type === 'ERROR') complain(problems, child, 'it is not valid HCL');
    return { body, problems };
  } finally {
    tree.delete();
  }
}

const empty: Body = { attributes: new Map(), blocks: [] };

function complain(problems: SyntaxProblem[], node: Node, reason: string): void {
  if (problems.length < maxProblems) problems.push({ line: node.startPosition.row + 1, reason });
}

function children(node: Node, ...types: readonly string[]): readonly Node[] {
  return node.namedChildren.filter((child): child is Node => child !== null && types.includes(child.type));
}

/** Below the outermost body an error spoils the whole: half a resource would be another resource. */
function bodyOf(node: Node, depth: number, problems: SyntaxProblem[]): Body {
  const attributes = new Map<string, Expression>();
  const blocks: Block[] = [];
  for (const child of node.namedChildren) {
    if (child === null || child.type === 'comment') continue;
    if (child.type === 'ERROR' || child.hasError) {
      const what = child.type === 'block' ? `${headOf(child)} is` : 'it is';
      complain(problems, child, `${what} not valid HCL`);
      continue;
    }
    try {
      if (child.type === 'attribute') {
        const [name, value] = [children(child, 'identifier')[0], children(child, 'expression')[0]];
        if (name !== undefined && value !== undefined) attributes.set(name.text, expressionOf(value, depth + 1));
      } else if (child.type === 'block') blocks.push(blockOf(child, depth + 1, problems));
    } catch (error) {
      if (!(error instanceof TooDeep)) throw error;
      if (depth > 0) throw error;
      complain(problems, child, `it nests deeper than ${maxDepth} levels`);
    }
  }
  return { attributes, blocks };
}

class TooDeep extends Error {}

function headOf(block: Node): string {
  return children(block, 'identifier', 'string_lit')
    .map((part) => part.text)
    .join(' ');
}

function blockOf(node: Node, depth: number, problems: SyntaxProblem[]): Block {
  if (depth > maxDepth) throw new TooDeep();
  const [type, ...labels] = children(node, 'identifier', 'string_lit');
  const [body] = children(node, 'body');
  return {
    type: type?.text ?? '',
    labels: labels.map((label) => (label.type === 'string_lit' ? stringOf(label) : label.text)),
    body: body === undefined ? empty : bodyOf(body, depth, problems),
    line: node.startPosition.row + 1,
  };
}

/** The expression of a wrapper node: a first term, and what is applied to it one after the other. */
function expressionOf(node: Node, depth: number): Expression {
  if (depth > maxDepth) throw new TooDeep();
  const parts = node.namedChildren.filter((child): child is Node => child !== null && child.type !== 'comment');
  const [first, ...rest] = parts;
  return first === undefined ? { kind: 'opaque' } : applied(termOf(first, depth + 1), rest, depth + 1);
}

function applied(start: Expression, rest: readonly Node[], depth: number): Expression {
  let current = start;
  for (const [at, part] of rest.entries()) {
    if (depth + at > maxDepth) throw new TooDeep();
    if (part.type === 'get_attr') current = { kind: 'attribute', of: current, name: part.namedChild(0)?.text ?? '' };
    else if (part.type === 'index') current = { kind: 'index', of: current, index: indexOf(part, depth + 1) };
    else if (part.type === 'splat') {
      const inner = part.namedChild(0);
      const behind = (inner?.namedChildren ?? []).filter((child): child is Node => child !== null);
      const each = applied({ kind: 'variable', name: splatElement }, [...behind, ...rest.slice(at + 1)], depth + 1);
      return { kind: 'splat', of: current, each };
    } else return { kind: 'opaque' };
  }
  return current;
}

function indexOf(node: Node, depth: number): Expression {
  const inner = node.namedChild(0);
  const written = inner?.namedChild(0);
  if (inner?.type === 'new_index' && written !== null && written !== undefined) return expressionOf(written, depth);
  return { kind: 'literal', value: Number(inner?.text.replace('.', '') ?? 0) };
}

function termOf(node: Node, depth: number): Expression {
  if (depth > maxDepth) throw new TooDeep();
  switch (node.type) {
    case 'expression':
      return expressionOf(node, depth + 1);
    case 'literal_value':
      return literalOf(node);
    case 'variable_expr':
      return { kind: 'variable', name: node.text };
    case 'template_expr':
      return templateOf(node, depth + 1);
    case 'collection_value':
      return collectionOf(node, depth + 1);
    case 'function_call':
      return callOf(node, depth + 1);
    case 'conditional': {
      const [when, then, otherwise] = children(node, 'expression').map((part) => expressionOf(part, depth + 1));
      if (when === undefined || then === undefined || otherwise === undefined) return { kind: 'opaque' };
      return { kind: 'conditional', when, then, otherwise };
    }
    case 'operation':
      return operationOf(node, depth + 1);
    case 'for_expr':
      return forOf(node, depth + 1);
    default:
      return { kind: 'opaque' };
  }
}

function literalOf(node: Node): Expression {
  const inner = node.namedChild(0);
  if (inner?.type === 'string_lit') return { kind: 'literal', value: stringOf(inner) };
  if (inner?.type === 'numeric_lit') return { kind: 'literal', value: Number(inner.text) };
  if (inner?.type === 'bool_lit') return { kind: 'literal', value: inner.text === 'true' };
  return { kind: 'literal', value: null };
}

/** A quoted text without interpolation. */
function stringOf(node: Node): string {
  return unescaped(
    children(node, 'template_literal')
      .map((part) => part.text)
      .join(''),
  );
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

function unescaped(text: string): string {
  return text
    .replace(/\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/gs, (whole, short, long, plain) => {
      if (plain !== undefined) return escapes[plain] ?? whole;
      const point = Number.parseInt(short ?? long, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    })
    .replace(/\$\$\{/g, '${')
    .replace(/%%\{/g, '%{');
}

function templateOf(node: Node, depth: number): Expression {
  const inner = node.namedChild(0);
  if (inner === null) return { kind: 'opaque' };
  const quoted = inner.type === 'quoted_template';
  const parts: Expression[] = [];
  for (const child of inner.namedChildren) {
    if (child === null) continue;
    if (child.type === 'template_literal')
      parts.push({ kind: 'literal', value: quoted ? unescaped(child.text) : child.text.replace(/\$\$\{/g, '${') });
    else if (child.type === 'template_interpolation') {
      const [expression] = children(child, 'expression');
      parts.push(expression === undefined ? { kind: 'literal', value: '' } : expressionOf(expression, depth + 1));
    } else if (child.type === 'template_directive') parts.push({ kind: 'opaque' });
  }
  // `"${a}"` is a itself.
  const [only] = parts;
  if (quoted && parts.length === 1 && only !== undefined && only.kind !== 'literal') return only;
  const indented = inner.type === 'heredoc_template' && children(inner, 'heredoc_start')[0]?.text.endsWith('-');
  return { kind: 'template', parts: indented === true ? outdented(parts) : parts };
}

/** `<<-` takes away the indentation that all lines share. */
function outdented(parts: readonly Expression[]): readonly Expression[] {
  const texts = parts.map((part) =>
    part.kind === 'literal' && typeof part.value === 'string' ? part.value : '\u0000',
  );
  const margins = texts
    .join('')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.length - line.trimStart().length);
  const margin = margins.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY);
  if (!Number.isFinite(margin) || margin === 0) return parts;
  return parts.map((part, at) => {
    if (part.kind !== 'literal' || typeof part.value !== 'string') return part;
    const lines = part.value.split('\n');
    const cut = lines.map((line, number) =>
      number > 0 || at === 0 ? line.slice(Math.min(margin, indentation(line))) : line,
    );
    return { kind: 'literal', value: cut.join('\n') };
  });
}

function indentation(line: string): number {
  return line.length - line.trimStart().length;
}

function collectionOf(node: Node, depth: number): Expression {
  const inner = node.namedChild(0);
  if (inner?.type === 'tuple')
    return { kind: 'tuple', items: children(inner, 'expression').map((item) => expressionOf(item, depth + 1)) };
  const entries = children(inner ?? node, 'object_elem').flatMap((element) => {
    const [key, value] = [element.childForFieldName('key'), element.childForFieldName('val')];
    if (key === null || value === null) return [];
    const named = expressionOf(key, depth + 1);
    // A bare word is a name, unless it stands in parentheses.
    const literal: Expression =
      named.kind === 'variable' && !key.text.startsWith('(') ? { kind: 'literal', value: named.name } : named;
    return [[literal, expressionOf(value, depth + 1)] as const];
  });
  return { kind: 'object', entries };
}

function callOf(node: Node, depth: number): Expression {
  const [args] = children(node, 'function_arguments');
  return {
    kind: 'call',
    name: children(node, 'identifier')[0]?.text ?? '',
    args: args === undefined ? [] : children(args, 'expression').map((argument) => expressionOf(argument, depth + 1)),
    spread: args !== undefined && children(args, 'ellipsis').length > 0,
  };
}

function operationOf(node: Node, depth: number): Expression {
  const inner = node.namedChild(0);
  if (inner === null) return { kind: 'opaque' };
  const operator = inner.children.find((child) => child !== null && !child.isNamed)?.text ?? '';
  const operands = operandsOf(inner, depth + 1);
  return { kind: 'operation', operator, operands };
}

/** Operands are terms with what is applied to them, all side by side; the operator stands between. */
function operandsOf(node: Node, depth: number): readonly Expression[] {
  const groups: Node[][] = [[]];
  for (const child of node.children) {
    if (child === null || child.type === 'comment') continue;
    if (!child.isNamed) {
      if ((groups.at(-1)?.length ?? 0) > 0) groups.push([]);
    } else groups.at(-1)?.push(child);
  }
  return groups.flatMap(([first, ...rest]) =>
    first === undefined ? [] : [applied(termOf(first, depth + 1), rest, depth + 1)],
  );
}

function forOf(node: Node, depth: number): Expression {
  const inner = node.namedChild(0);
  const [intro] = children(inner ?? node, 'for_intro');
  const [of] = intro === undefined ? [] : children(intro, 'expression');
  const values = children(inner ?? node, 'expression').map((part) => expressionOf(part, depth + 1));
  const [condition] = children(inner ?? node, 'for_cond').flatMap((part) => children(part, 'expression'));
  const isObject = inner?.type === 'for_object_expr';
  const [first, second] = values;
  const value = isObject ? second : first;
  if (intro === undefined || of === undefined || value === undefined) return { kind: 'opaque' };
  return {
    kind: 'for',
    names: children(intro, 'identifier').map((name) => name.text),
    of: expressionOf(of, depth + 1),
    key: isObject ? first : undefined,
    value,
    when: condition === undefined ? undefined : expressionOf(condition, depth + 1),
    grouped: children(inner ?? node, 'ellipsis').length > 0,
  };
}
