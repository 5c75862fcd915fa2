/**
 * A file → the rules in it, and what was refused. Three kinds of document: a detection rule, a correlation of rules, a filter.
 * A bad one is refused with code, file, line and reason; the others are loaded.
 *
 * Metadata is read leniently (a rule whose author is a list still detects), what decides is read strictly: log source,
 * detection, condition, correlation. A level or status that does not exist is a warning.
 */
import type { Marked, MarkedMap } from '../../../intake/marked-yaml.ts';
import { readCorrelation } from './correlation.ts';
import { readDetection } from './detection.ts';
import { readDocuments } from './documents.ts';
import type { Placeholders } from './modifiers.ts';
import { textsOf } from './parts.ts';
import {
  type Expression,
  type LogSource,
  levels,
  Refusal,
  type RuleProblem,
  type SigmaRule,
  statuses,
} from './rule.ts';

export interface RuleText {
  /** Path below the folder of rules, for people. */
  readonly file: string;
  readonly text: string;
}
export interface ReadRules {
  readonly rules: readonly SigmaRule[];
  readonly problems: readonly RuleProblem[];
}

/** @param placeholders what `%name%` stands for in values with `expand`. */
export function readRules({ file, text }: RuleText, placeholders: Placeholders = new Map()): ReadRules {
  const { documents, problems: broken } = readDocuments(file, text);
  const rules: SigmaRule[] = [];
  const problems: RuleProblem[] = [...broken];
  for (const [index, { root, linesBefore }] of documents.entries()) {
    const warn = (line: number, reason: string) =>
      void problems.push({ code: 'FB-SIGMA-INVALID', file, line: line + linesBefore, reason, warning: true });
    try {
      rules.push(readRule(root, { file, index, linesBefore, placeholders, warn }));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push({ code: error.code, file, line: error.line + linesBefore, reason: error.message });
    }
  }
  return { rules, problems };
}

interface Context {
  readonly file: string;
  readonly index: number;
  readonly linesBefore: number;
  readonly placeholders: Placeholders;
  readonly warn: (line: number, reason: string) => void;
}

function readRule(root: Marked, context: Context): SigmaRule {
  if (root.kind !== 'map') throw new Refusal(root.line, 'The document is no map, so no rule.');
  const described = describe(root, context);
  const section = (name: string) => mapAt(root, name);
  const [detection, correlation, filter] = [section('detection'), section('correlation'), section('filter')];
  if (correlation !== undefined) return { kind: 'correlation', ...described, ...readCorrelation(correlation, root) };
  const source = logSource(section('logsource'), root.line);
  if (filter !== undefined) {
    const named = textsOf(entry(filter, 'rules'));
    if (named === undefined || named.length === 0) throw new Refusal(filter.line, 'The filter names no `rules`.');
    const [first = ''] = named;
    const rules = named.length === 1 && first.toLowerCase() === 'any' ? 'any' : named;
    const expression = readDetection(filter, context.placeholders, ['rules']);
    if (!negates(expression))
      context.warn(
        filter.line,
        'The condition of the filter negates nothing: it is joined by `and`, so only what it selects is still found.',
      );
    return { kind: 'filter', ...described, logsource: source, rules, expression };
  }
  if (detection === undefined)
    throw new Refusal(root.line, 'The document has none of `detection`, `correlation` and `filter`.');
  const expression = readDetection(detection, context.placeholders, ['timeframe']);
  return { kind: 'rule', ...described, logsource: source, expression, fields: textsOf(entry(root, 'fields')) ?? [] };
}

function describe(root: MarkedMap, { file, index, linesBefore, warn }: Context) {
  const text = (name: string) => {
    const value = entry(root, name);
    return value?.kind === 'scalar' && value.value !== null && value.text !== '' ? value.text : undefined;
  };
  const title = text('title');
  if (title === undefined) throw new Refusal(root.line, 'The rule has no `title`.');
  const oneOf = <T extends string>(name: string, allowed: readonly T[]): T | undefined => {
    const value = text(name);
    const known = allowed.find((candidate) => candidate === value);
    if (value !== undefined && known === undefined)
      warn(entry(root, name)?.line ?? root.line, `\`${name}\` is none of ${allowed.join(', ')}.`);
    return known;
  };
  const list = (named: string): readonly string[] => {
    const value = entry(root, named);
    const found = textsOf(value);
    if (value !== undefined && found === undefined)
      warn(value.line, `\`${named}\` is no list of texts (is a text with a colon not quoted?).`);
    return found ?? [];
  };
  const [name, description, author] = [text('name'), text('description'), text('author')];
  const [level, status] = [oneOf('level', levels), oneOf('status', statuses)];
  return {
    title: title.slice(0, 256),
    id: text('id') ?? `${file}#${index + 1}`,
    ...(name === undefined ? {} : { name }),
    ...(status === undefined ? {} : { status }),
    ...(description === undefined ? {} : { description }),
    ...(author === undefined ? {} : { author }),
    ...(level === undefined ? {} : { level }),
    tags: list('tags'),
    falsepositives: list('falsepositives'),
    references: list('references'),
    file,
    line: root.line + linesBefore,
  };
}

function logSource(section: MarkedMap | undefined, line: number): LogSource {
  if (section === undefined) throw new Refusal(line, 'The rule has no `logsource`.');
  const source: { product?: string; category?: string; service?: string } = {};
  for (const name of ['product', 'category', 'service'] as const) {
    const value = entry(section, name);
    if (value === undefined || (value.kind === 'scalar' && value.value === null)) continue;
    if (value.kind !== 'scalar' || value.text === '')
      throw new Refusal(value.line, `\`${name}\` of the log source is not text.`);
    source[name] = value.text.toLowerCase();
  }
  if (Object.keys(source).length === 0)
    throw new Refusal(section.line, 'The log source names neither product nor category nor service.');
  return source;
}

function entry(map: MarkedMap, name: string): Marked | undefined {
  return map.entries.find(({ key }) => key === name)?.value;
}

function mapAt(root: MarkedMap, name: string): MarkedMap | undefined {
  const value = entry(root, name);
  if (value === undefined) return undefined;
  if (value.kind !== 'map') throw new Refusal(value.line, `\`${name}\` is no map.`);
  return value;
}

function negates(expression: Expression): boolean {
  if (expression.kind === 'not') return true;
  return expression.kind !== 'test' && expression.parts.some(negates);
}
