/**
 * One piece of a file → JSON value. Hostile input: a piece is bounded in bytes before it comes here, and here in depth and
 * in what its aliases expand to.
 *
 * js-yaml, not yaml: on realistic pods it parses 40 MB/s where `yaml` parses 4 (25,000 pods: 2.3 s against 23 s on one core).
 * The schema is what Kubernetes' own reader understands: YAML 1.2 core, merge keys, and the YAML 1.1 booleans, because
 * `hostPID: yes` does share the host's processes when kubectl applies it.
 */
import { isAscii, isUtf8 } from 'node:buffer';
import type { ErrorCode } from '@firebreak/contract';
import { boolYaml11Tag, CORE_SCHEMA, type LoadOptions, load, mergeTag, YAMLException } from 'js-yaml';
import { field, printable, record, text } from '../foreign.ts';
import type { Piece } from './piece.ts';

export interface Problem {
  readonly code: ErrorCode;
  readonly reason: string;
  /** 1-based line in the file. */
  readonly line: number;
}
export interface Parsed {
  /** Absent when the piece could not be read, or holds nothing. */
  readonly value?: unknown;
  readonly problem?: Problem;
}

const maxDepth = 100;
const maxAliases = 1000;
/** Values that aliases may expand to; the largest object that an API server stores has fewer. */
const maxExpanded = 200_000;
const schema = CORE_SCHEMA.withTags(mergeTag, boolYaml11Tag);
const strict: LoadOptions = { schema, maxDepth, maxAliases };
/** The last of two equal keys counts, as for kubectl. */
const lenient: LoadOptions = { ...strict, json: true };
/** Only to learn what was wrong: a piece that parses without bounds was out of bounds. */
const unbounded: LoadOptions = { ...lenient, maxDepth: 1_000_000, maxAliases: -1 };

export function parsePiece(piece: Piece): Parsed {
  const problem = (code: ErrorCode, reason: string, line = piece.line): Parsed => ({ problem: { code, reason, line } });
  if (piece.bytes.includes(0)) return problem('FB-YAML-INVALID', 'It holds NUL bytes: it is binary, or not UTF-8.');
  const ascii = isAscii(piece.bytes);
  if (!ascii && !isUtf8(piece.bytes)) return problem('FB-YAML-INVALID', 'It is not UTF-8.');
  // Each document of a stream may begin with a byte order mark, as after `cat` of files that do.
  const source = ascii
    ? piece.bytes.toString('latin1')
    : piece.bytes.toString('utf8').replace(/^([\r\n]*)\uFEFF/, '$1');
  if (isBlank(source)) return {};
  const json = piece.kind === 'yaml-item' ? undefined : parseJson(source);
  if (json !== undefined) return json;
  const yaml = parseYaml(source, piece.line);
  return piece.kind === 'yaml-item' && Array.isArray(yaml.value) ? { ...yaml, value: yaml.value[0] } : yaml;
}

/** What the keys before `items:` say about the list: `{apiVersion: v1, kind: PodList}`. */
export function parseHead(head: Buffer): {
  readonly apiVersion: string | undefined;
  readonly kind: string | undefined;
} {
  const source = head.toString('utf8').trimEnd();
  const closed = source.startsWith('{') ? `${source}]}` : source;
  let value: unknown;
  try {
    value = load(closed, lenient);
  } catch {
    // Without a head the items must name their kind themselves, and those that do not are reported.
  }
  return { apiVersion: text(field(value, 'apiVersion')), kind: text(field(value, 'kind')) };
}

/** Undefined when it is not JSON: it may be a YAML flow mapping, or YAML after a comment. */
function parseJson(source: string): Parsed | undefined {
  if (!/^\s*[[{]/.test(source)) return undefined;
  try {
    return { value: JSON.parse(source) };
  } catch {
    return undefined;
  }
}

function parseYaml(written: string, firstLine: number): Parsed {
  const { source, first } = mended(written);
  if (first.ok) {
    if (!/[&*]/.test(source) || expandsWithin(first.value, maxExpanded)) return { value: first.value };
    return { problem: bomb(firstLine) };
  }
  const line = firstLine + first.line;
  const second = attempt(source, lenient);
  if (second.ok) {
    const reason = 'A mapping has the same key twice; the last one counts, as for kubectl.';
    return { value: second.value, problem: { code: 'FB-YAML-INVALID', reason, line } };
  }
  if (source.includes('{{')) {
    const reason = 'It looks like a template that was not rendered: run `helm template` and read its output.';
    return { problem: { code: 'FB-YAML-INVALID', reason, line } };
  }
  const third = attempt(source, unbounded);
  if (third.ok || third.exhausted) return { problem: bomb(line) };
  return { problem: { code: 'FB-YAML-INVALID', reason: `${printable(first.reason)}.`, line } };
}

const loneCloser = /^[ \t]*['"]?[ \t]*[\]}]/;
/** Lines that may be mended in one piece. */
const maxMends = 50;

/**
 * Go's YAML reader, and so Kubernetes, accepts a flow collection or quoted text whose closing line stands no further in than
 * its parent (`args: ['…` … `']`), which YAML forbids and js-yaml refuses; real manifests are full of it. In flow context
 * leading blanks mean nothing, so a line that the parser stumbles over and that starts by closing is moved in.
 */
function mended(written: string): { readonly source: string; readonly first: Attempt } {
  let source = written;
  let first = attempt(source, strict);
  for (let mends = 0; !first.ok && mends < maxMends; mends += 1) {
    const lines = source.split('\n');
    const line = lines[first.line];
    if (line === undefined || !loneCloser.test(line) || line.length > 1000) break;
    lines[first.line] = `${' '.repeat(maxDepth)}${line}`;
    source = lines.join('\n');
    first = attempt(source, strict);
  }
  return { source, first };
}

function bomb(line: number): Problem {
  const reason = `It nests deeper than ${maxDepth} levels, or its aliases expand to more than ${maxExpanded} values.`;
  return { code: 'FB-YAML-BOMB', reason, line };
}

type Attempt =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string; readonly line: number; readonly exhausted: boolean };

function attempt(source: string, options: LoadOptions): Attempt {
  try {
    return { ok: true, value: load(source, options) };
  } catch (error) {
    if (error instanceof YAMLException)
      return { ok: false, reason: error.reason, line: error.mark?.line ?? 0, exhausted: false };
    // A stack that overflows on foreign input is the input's fault.
    if (error instanceof RangeError) return { ok: false, reason: 'it nests too deeply', line: 0, exhausted: true };
    throw error;
  }
}

/** Whether the value has at most `limit` parts when every alias is written out. A value that contains itself has infinitely many. */
function expandsWithin(value: unknown, limit: number): boolean {
  const sizes = new Map<object, number>();
  const sizeOf = (part: unknown): number => {
    if (typeof part !== 'object' || part === null) return 1;
    const known = sizes.get(part);
    if (known !== undefined) return known;
    // While it is being counted it counts as infinite: meeting it again means that it contains itself.
    sizes.set(part, Number.POSITIVE_INFINITY);
    let size = 1;
    for (const child of Object.values(part)) size += sizeOf(child);
    sizes.set(part, size);
    return size;
  };
  return sizeOf(value) <= limit;
}

/** Blank lines, comments and directives only. */
function isBlank(source: string): boolean {
  if (!/^\s*([#%]|$)/.test(source)) return false;
  return source.split('\n').every((line) => /^\s*(#.*)?$/.test(line) || line.startsWith('%'));
}

/** A metadata that still holds template expressions in a name. */
export function isTemplated(object: unknown): boolean {
  const metadata = record(field(object, 'metadata'));
  return [metadata?.name, metadata?.namespace].some((value) => typeof value === 'string' && value.includes('{{'));
}
