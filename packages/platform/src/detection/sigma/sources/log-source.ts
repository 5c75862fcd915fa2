/**
 * What an event source is called in Sigma, how its events are recognised, and where its fields are when they are not where
 * rules look for them: one YAML file a source (content/log-sources), in the form of a pySigma processing pipeline with a few
 * words more. Rules are rewritten, never events: an event is read as it came.
 */
import type { Marked, MarkedMap } from '../../../intake/marked-yaml.ts';
import { readDocuments } from '../language/documents.ts';
import { textsOf } from '../language/parts.ts';
import { parsePattern } from '../language/pattern.ts';
import { type LogSource, Refusal, type RuleProblem } from '../language/rule.ts';

/** A condition on an event: at one of the paths stands a value that satisfies one of the patterns. */
export interface Recognised {
  readonly path: string;
  readonly patterns: readonly string[];
}

export type Transformation =
  | {
      readonly type: 'field_name_mapping';
      readonly mapping: ReadonlyMap<string, readonly string[]>;
      readonly of?: LogSource;
    }
  | { readonly type: 'field_name_prefix'; readonly prefix: string; readonly of?: LogSource }
  | {
      readonly type: 'map_string';
      /** Whole values, compared without case, and what stands for them. */
      readonly mapping: ReadonlyMap<string, readonly string[]>;
      /** Only in these fields of the rule; all when absent. */
      readonly fields?: readonly string[];
      readonly of?: LogSource;
    };

export interface EventSource {
  readonly id: string;
  /** All log sources whose rules are asked of these events; a rule fits when it names nothing else than one of them. */
  readonly logsource: LogSource;
  /** All must hold for an event to be of this source. */
  readonly recognise: readonly Recognised[];
  /** Where an event's own id and its time are, in the order of preference. */
  readonly eventId: readonly string[];
  readonly time: readonly string[];
  /** Where lists of named attributes are, whose names rules use as fields (attribute-lists.ts). */
  readonly attributeLists?: readonly string[];
  readonly transformations: readonly Transformation[];
  readonly vars: ReadonlyMap<string, readonly string[]>;
}

/** @returns the sources of the file that can be used, and why others cannot. */
export function readEventSources(
  file: string,
  text: string,
): { readonly sources: readonly EventSource[]; readonly problems: readonly RuleProblem[] } {
  const { documents, problems: broken } = readDocuments(file, text);
  const sources: EventSource[] = [];
  const problems = [...broken];
  for (const { root, linesBefore } of documents) {
    try {
      sources.push(readSource(root));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push({ code: 'FB-SIGMA-SOURCE', file, line: error.line + linesBefore, reason: error.message });
    }
  }
  return { sources, problems };
}

/** What `%name%` in a rule stands for, from all sources: a rule does not say which one it is asked of. */
export function placeholdersOf(sources: readonly EventSource[]): ReadonlyMap<string, readonly string[]> {
  return new Map(sources.flatMap(({ vars }) => [...vars]));
}

const known = [
  'id',
  'name',
  'priority',
  'logsource',
  'recognise',
  'event_id',
  'time',
  'attribute_lists',
  'vars',
  'transformations',
];

function readSource(root: Marked): EventSource {
  if (root.kind !== 'map') throw new Refusal(root.line, 'The document is no map.');
  for (const { key, line } of root.entries)
    if (!known.includes(key)) throw new Refusal(line, `A log source has no \`${key.slice(0, 40)}\`.`);
  const id = texts(root, 'id')[0];
  if (id === undefined || !/^[a-z0-9][a-z0-9-]*$/.test(id))
    throw new Refusal(root.line, 'The log source has no `id` of lower-case letters, digits and dashes.');
  const recognise = entriesOf(root, 'recognise').map(({ key, value, line }): Recognised => {
    const patterns = textsOf(value);
    if (patterns === undefined || patterns.length === 0) throw new Refusal(line, '`recognise` maps paths to texts.');
    return { path: key, patterns };
  });
  const transformations = at(root, 'transformations');
  if (transformations !== undefined && transformations.kind !== 'list')
    throw new Refusal(transformations.line, '`transformations` is no list.');
  return {
    id,
    logsource: logSourceOf(entriesOf(root, 'logsource')),
    recognise,
    eventId: texts(root, 'event_id'),
    time: texts(root, 'time'),
    attributeLists: texts(root, 'attribute_lists'),
    vars: listsOf(entriesOf(root, 'vars')),
    transformations: (transformations?.kind === 'list' ? transformations.items : []).map(transformation),
  };
}

function transformation(item: Marked): Transformation {
  if (item.kind !== 'map') throw new Refusal(item.line, 'A transformation is no map.');
  const type = texts(item, 'type')[0];
  const of = conditionOf(item);
  const scope = of === undefined ? {} : { of };
  if (type === 'field_name_mapping') return { type, mapping: listsOf(entriesOf(item, 'mapping')), ...scope };
  if (type === 'field_name_prefix') return { type, prefix: texts(item, 'prefix')[0] ?? '', ...scope };
  if (type === 'map_string') {
    const fields = texts(item, 'fields');
    const mapping = new Map([...listsOf(entriesOf(item, 'mapping'))].map(([key, value]) => [key.toLowerCase(), value]));
    for (const values of mapping.values()) for (const value of values) parsePattern(value);
    return { type, mapping, ...(fields.length === 0 ? {} : { fields }), ...scope };
  }
  throw new Refusal(
    item.line,
    `The transformation \`${type ?? ''}\` is none of field_name_mapping, field_name_prefix, map_string.`,
  );
}

/** Only rules of this log source are rewritten. */
function conditionOf(item: MarkedMap): LogSource | undefined {
  const conditions = at(item, 'rule_conditions');
  if (conditions === undefined) return undefined;
  const [only, more] = conditions.kind === 'list' ? conditions.items : [];
  if (only?.kind !== 'map' || more !== undefined || texts(only, 'type')[0] !== 'logsource')
    throw new Refusal(conditions.line, '`rule_conditions` is no list of one condition of type logsource.');
  return logSourceOf(only.entries.filter(({ key }) => key !== 'type'));
}

function logSourceOf(entries: MarkedMap['entries']): LogSource {
  const source: { product?: string; category?: string; service?: string } = {};
  for (const { key, value, line } of entries) {
    const text = textsOf(value)?.[0];
    if ((key !== 'product' && key !== 'category' && key !== 'service') || text === undefined)
      throw new Refusal(line, 'A log source has product, category and service.');
    source[key] = text.toLowerCase();
  }
  return source;
}

function at(map: MarkedMap, name: string): Marked | undefined {
  return map.entries.find(({ key }) => key === name)?.value;
}

function texts(map: MarkedMap, name: string): readonly string[] {
  const value = at(map, name);
  if (value === undefined) return [];
  const found = textsOf(value);
  if (found === undefined) throw new Refusal(value.line, `\`${name}\` is neither text nor a list of texts.`);
  return found;
}

function entriesOf(map: MarkedMap, name: string): MarkedMap['entries'] {
  const value = at(map, name);
  if (value === undefined) return [];
  if (value.kind !== 'map') throw new Refusal(value.line, `\`${name}\` is no map.`);
  return value.entries;
}

function listsOf(entries: MarkedMap['entries']): ReadonlyMap<string, readonly string[]> {
  return new Map(
    entries.map(({ key, value, line }) => {
      const list = textsOf(value);
      if (list === undefined || list.length === 0)
        throw new Refusal(line, 'A mapping leads to neither text nor a list of texts.');
      return [key, list];
    }),
  );
}
