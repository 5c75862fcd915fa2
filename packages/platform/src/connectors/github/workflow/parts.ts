/** From marked YAML to the parts that workflows and actions are made of. A part of the wrong form is left out and reported. */
import type { SourceEntry, SourceText } from '@firebreak/contract';
import type { Marked, MarkedEntry, MarkedMap, MarkedScalar } from '../../../intake/marked-yaml.ts';
import { blot } from './blot.ts';

export type Problem = { readonly line: number; readonly reason: string };
/** What the file does wrong by GitHub's own syntax, in the order of the file. */
export type Problems = Problem[];

/** The values of a mapping by key; empty for anything else. */
export function mapOf(part: Marked | undefined): ReadonlyMap<string, MarkedEntry> {
  return new Map(part?.kind === 'map' ? part.entries.map((entry) => [entry.key, entry]) : []);
}

export function scalarOf(part: Marked | undefined): MarkedScalar | undefined {
  return part?.kind === 'scalar' ? part : undefined;
}

/** A scalar as text, credentials blotted out; undefined for collections and for null. */
export function textOf(part: Marked | undefined, key?: string): SourceText | undefined {
  if (part?.kind !== 'scalar' || (part.value === null && part.text === '')) return undefined;
  return {
    value: blot(part.text, key),
    line: part.line,
    column: part.column,
    style: part.style,
    ...(part.indent === undefined ? {} : { indent: part.indent }),
    ...(part.comment === undefined ? {} : { comment: blot(part.comment) }),
  };
}

/** A scalar or a list of them. */
export function textsOf(part: Marked | undefined): SourceText[] {
  const items = part?.kind === 'list' ? part.items : part === undefined ? [] : [part];
  return items.flatMap((item) => textOf(item) ?? []);
}

/** The scalar values of a mapping; a value that is a collection is left out, an empty one is empty text. */
export function entriesOf(part: Marked | undefined): SourceEntry[] {
  if (part?.kind !== 'map') return [];
  return part.entries.flatMap(({ key, line, column, value }) => {
    const text =
      textOf(value, key) ??
      (value.kind === 'scalar' ? { value: '', line, column, style: 'plain' as const } : undefined);
    return text === undefined ? [] : [{ key, line, column, text }];
  });
}

export function booleanOf(part: Marked | undefined): boolean | undefined {
  return part?.kind === 'scalar' && typeof part.value === 'boolean' ? part.value : undefined;
}

export function markOf({ line, column }: { readonly line: number; readonly column: number }): {
  line: number;
  column: number;
} {
  return { line, column };
}

/** Drops undefined fields, so that a part compares equal to itself after a round through JSON. */
export function defined<T extends object>(part: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

/** The mapping itself, or undefined with a problem. */
export function mapping(part: Marked | undefined, what: string, problems: Problems): MarkedMap | undefined {
  if (part?.kind === 'map') return part;
  if (part !== undefined) problems.push({ line: part.line, reason: `${what} is no mapping.` });
  return undefined;
}
