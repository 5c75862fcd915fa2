/**
 * One YAML document with the place of everything in it, for files that people write and findings point at: pipelines. Where
 * only values matter, documents/ is ten times as fast.
 *
 * What must stay true:
 * - YAML 1.2 core: `on` and `yes` are text, `true` is not; and every scalar also keeps how it was written;
 * - hostile input is bounded in bytes before it is parsed, in depth, and in what its aliases expand to;
 * - an alias becomes what it stands for, so that whoever reads on never meets one; a part that contains itself is refused.
 */
import type { ErrorCode } from '@firebreak/contract';
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  type Scalar,
  YAMLError,
} from 'yaml';
import { printable } from './foreign.ts';

interface Place {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
}
export interface MarkedScalar extends Place {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As text: what is written for what is not quoted, empty for null. */
  readonly text: string;
  readonly style: 'plain' | 'single' | 'double' | 'literal' | 'folded';
  /** Columns before the lines of a block scalar. */
  readonly indent?: number;
  readonly comment?: string;
}
export interface MarkedEntry extends Place {
  readonly key: string;
  readonly value: Marked;
}
export interface MarkedMap extends Place {
  readonly kind: 'map';
  readonly entries: readonly MarkedEntry[];
}
export interface MarkedList extends Place {
  readonly kind: 'list';
  readonly items: readonly Marked[];
}
export type Marked = MarkedScalar | MarkedMap | MarkedList;

export type MarkedDocument =
  | { readonly ok: true; readonly root: Marked | undefined }
  | { readonly ok: false; readonly code: ErrorCode; readonly reason: string; readonly line: number };

/** More than any pipeline system takes; at it the parser's worst input costs some seconds. */
const maxBytes = 512 * 1024;
const maxDepth = 100;
const maxParts = 200_000;

/** Reads the first document; `root` is undefined when there is nothing in it but comments. */
export function readMarkedYaml(source: string): MarkedDocument {
  if (source.length > maxBytes)
    return refused('FB-FILE-TOO-LARGE', `It is longer than ${maxBytes} characters, which no pipeline file is.`, 1);
  if (source.includes('\0')) return refused('FB-YAML-INVALID', 'It holds NUL bytes.', 1);
  const lines = new LineCounter();
  let document: Document.Parsed;
  try {
    document = parseDocument(source.replace(/^\uFEFF/, ''), {
      version: '1.2',
      schema: 'core',
      keepSourceTokens: true,
      lineCounter: lines,
      // Its own check takes time that is quadratic in the keys; ours is below.
      uniqueKeys: false,
      prettyErrors: false,
      // A second document of the stream is reported by the parser, and belongs to no pipeline.
      strict: true,
    });
  } catch (error) {
    if (error instanceof RangeError) return refused('FB-YAML-BOMB', 'It nests too deeply.', 1);
    throw error;
  }
  const [first] = document.errors;
  if (first !== undefined) {
    // The parser's own word for a stack that ran out: the input nests too deeply.
    const code = first.code === 'RESOURCE_EXHAUSTION' ? 'FB-YAML-BOMB' : 'FB-YAML-INVALID';
    return refused(code, printable(first.message), lines.linePos(first.pos[0]).line);
  }
  try {
    const root = document.contents;
    return { ok: true, root: root === null ? undefined : marking(lines)(root, 0) };
  } catch (error) {
    if (error instanceof Refusal) return refused(error.code, error.message, error.line);
    if (error instanceof YAMLError) return refused('FB-YAML-INVALID', printable(error.message), 1);
    throw error;
  }
}

class Refusal extends Error {
  readonly code: ErrorCode;
  readonly line: number;
  constructor(code: ErrorCode, message: string, line: number) {
    super(message);
    this.code = code;
    this.line = line;
  }
}

function refused(code: ErrorCode, reason: string, line: number): MarkedDocument {
  return { ok: false, code, reason, line };
}

function marking(lines: LineCounter): (node: ParsedNode | null, depth: number) => Marked {
  const anchors = new Map<string, ParsedNode>();
  const open = new Set<ParsedNode>();
  let parts = 0;
  let last: Place = { line: 1, column: 1 };

  function place(node: Node | null): Place {
    if (node?.range === undefined || node.range === null) return last;
    const { line, col } = lines.linePos(node.range[0]);
    last = { line, column: col };
    return last;
  }
  function mark(node: ParsedNode | null, depth: number): Marked {
    parts += 1;
    const at = place(node);
    if (parts > maxParts)
      throw new Refusal('FB-YAML-BOMB', `Its aliases expand to more than ${maxParts} parts.`, at.line);
    if (depth > maxDepth) throw new Refusal('FB-YAML-BOMB', `It nests deeper than ${maxDepth} levels.`, at.line);
    if (node === null) return { kind: 'scalar', value: null, text: '', style: 'plain', ...at };
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target === undefined)
        throw new Refusal('FB-YAML-INVALID', 'It names an anchor that does not stand before it.', at.line);
      if (open.has(target)) throw new Refusal('FB-YAML-BOMB', 'A part of it contains itself.', at.line);
      return mark(target, depth + 1);
    }
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    open.add(node);
    try {
      if (isMap(node)) {
        const keys = new Set<string>();
        const entries = node.items.map(({ key, value }): MarkedEntry => {
          const named = isScalar(key) ? scalarText(key as Scalar) : undefined;
          const keyAt = place(key as Node | null);
          if (named === undefined) throw new Refusal('FB-YAML-INVALID', 'A key is not text.', keyAt.line);
          if (keys.has(named)) throw new Refusal('FB-YAML-INVALID', 'A mapping has the same key twice.', keyAt.line);
          keys.add(named);
          return { key: named, ...keyAt, value: mark(value as ParsedNode | null, depth + 1) };
        });
        return { kind: 'map', entries, ...at };
      }
      if (isSeq(node))
        return { kind: 'list', items: node.items.map((item) => mark(item as ParsedNode | null, depth + 1)), ...at };
      return scalar(node as Scalar.Parsed, at);
    } finally {
      open.delete(node);
    }
  }
  return mark;
}

function scalar(node: Scalar.Parsed, at: Place): MarkedScalar {
  const { value } = node;
  const isPlainValue = value === null || ['string', 'number', 'boolean'].includes(typeof value);
  const token = node.srcToken;
  const block = token?.type === 'block-scalar' ? /^(?:[ \t]*\n)*( *)/.exec(token.source)?.[1]?.length : undefined;
  return {
    kind: 'scalar',
    value: isPlainValue ? (value as MarkedScalar['value']) : String(value),
    text: scalarText(node),
    style: styles[node.type ?? 'PLAIN'] ?? 'plain',
    ...(block === undefined ? {} : { indent: block }),
    ...(node.comment === undefined || node.comment === null ? {} : { comment: node.comment.trim() }),
    ...at,
  };
}

const styles: Readonly<Record<string, MarkedScalar['style']>> = {
  PLAIN: 'plain',
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_LITERAL: 'literal',
  BLOCK_FOLDED: 'folded',
};

/** `1.10` stays `1.10`: what is written, for what the core schema reads as a number. */
function scalarText(node: Scalar): string {
  if (typeof node.value === 'string') return node.value;
  if (node.value === null || node.value === undefined) return '';
  return node.source ?? String(node.value);
}
