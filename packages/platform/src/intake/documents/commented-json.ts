/**
 * JSON as editors write their settings: with comments and trailing commas (JSONC). Never tried as YAML, which would read
 * `// comment` as a key.
 */
import { isUtf8 } from 'node:buffer';
import type { ErrorCode } from '@firebreak/contract';
import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { maxJsonDepth } from './json-scanner.ts';

export interface CommentedJson {
  readonly value?: unknown;
  readonly problem?: { readonly code: ErrorCode; readonly reason: string; readonly line: number };
}

/** One whole file. The parser mends what it can; a file that needed mending is refused, for nobody knows what it meant. */
export function readCommentedJson(bytes: Buffer): CommentedJson {
  if (!isUtf8(bytes) || bytes.includes(0))
    return { problem: { code: 'FB-YAML-INVALID', reason: 'It is not UTF-8.', line: 1 } };
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  if (text.trim() === '') return {};
  try {
    return { value: JSON.parse(text) };
  } catch {
    // Perhaps it has comments.
  }
  if (deeperThan(text, maxJsonDepth))
    return {
      problem: { code: 'FB-YAML-BOMB', reason: `JSON that nests deeper than ${maxJsonDepth} levels.`, line: 1 },
    };
  const problems: ParseError[] = [];
  const value: unknown = parse(text, problems, { allowTrailingComma: true });
  const [first] = problems;
  if (first === undefined) return { value };
  const line = text.slice(0, first.offset).split('\n').length;
  return { problem: { code: 'FB-YAML-INVALID', reason: `It is not JSON: ${printParseErrorCode(first.error)}.`, line } };
}

/** Counts brackets and takes those inside strings for real ones: cautious, and no real settings file comes near the limit. */
function deeperThan(text: string, limit: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x5b || code === 0x7b) depth += 1;
    else if ((code === 0x5d || code === 0x7d) && depth > 0) depth -= 1;
    if (depth > limit) return true;
  }
  return false;
}
