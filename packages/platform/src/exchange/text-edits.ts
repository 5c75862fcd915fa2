/**
 * Changing single values in a text of JSON (with or without comments) or YAML. In JSON everything else keeps its bytes, comments
 * included; in YAML comments and order stay, and the writing may change (quotes, line breaks), as far as the library keeps it.
 */
import { FirebreakError } from '@firebreak/contract';
import { applyEdits, type JSONPath, modify } from 'jsonc-parser';
import { isMap, parseAllDocuments, parseDocument } from 'yaml';
import { readCommentedJson } from '../intake/documents/commented-json.ts';

export type Syntax = 'json' | 'yaml';
export type Path = readonly (string | number)[];
export interface Edit {
  readonly path: Path;
  /** Absent: taken out. */
  readonly value?: unknown;
}

export const syntaxOf = (file: string): Syntax => (/\.ya?ml$/i.test(file) ? 'yaml' : 'json');

/** @throws FirebreakError FB-OBJECT-INVALID */
export function parsed(text: string, syntax: Syntax): unknown {
  if (syntax === 'json') {
    const { value, problem } = readCommentedJson(Buffer.from(text));
    if (problem !== undefined) throw new FirebreakError('FB-OBJECT-INVALID', `Line ${problem.line}: ${problem.reason}`);
    return value;
  }
  const documents = parseAllDocuments(text, { logLevel: 'silent' });
  const [document] = documents;
  if (!Array.isArray(documents) || documents.length !== 1 || document === undefined || document.errors.length > 0)
    throw new FirebreakError('FB-OBJECT-INVALID', 'It is not one document of YAML.');
  return document.toJS({ maxAliasCount: 100 }) as unknown;
}

export function valueAt(value: unknown, path: Path): unknown {
  let found = value;
  for (const part of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return undefined;
    found = (found as Record<string | number, unknown>)[part];
  }
  return found;
}

/** The text with all edits in it, one after the other. It parses, because it did before. */
export function edited(text: string, syntax: Syntax, edits: readonly Edit[]): string {
  try {
    return syntax === 'json' ? inJson(text, edits) : inYaml(text, edits);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new FirebreakError('FB-YAML-BOMB', 'It nests deeper than a file that somebody wrote.', { cause: error });
  }
}

function inJson(text: string, edits: readonly Edit[]): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const [, indent = '  '] = /\n([ \t]+)["}\]]/.exec(text) ?? [];
  const formattingOptions = {
    eol,
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.startsWith('\t') ? 1 : indent.length,
  };
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  let result = text.slice(mark.length);
  for (const { path, value } of edits)
    result = applyEdits(result, modify(result, [...path] as JSONPath, value, { formattingOptions }));
  return mark + result;
}

function inYaml(text: string, edits: readonly Edit[]): string {
  const document = parseDocument(text, { logLevel: 'silent' });
  for (const { path, value } of edits) {
    if (value !== undefined) document.setIn(path, document.createNode(value));
    else if (isMap(document.getIn(path.slice(0, -1), true)) || document.hasIn(path)) document.deleteIn(path);
  }
  return document.toString({ lineWidth: 0 });
}
