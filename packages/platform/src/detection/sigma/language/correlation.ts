/** The `correlation` section: what is counted or awaited, over which events, in how long. */
import type { Marked, MarkedMap } from '../../../intake/marked-yaml.ts';
import { parseCondition } from './condition.ts';
import { textsOf } from './parts.ts';
import {
  type Bound,
  type CorrelationRule,
  type CorrelationType,
  correlationTypes,
  type Occurrence,
  Refusal,
} from './rule.ts';

type Section = Pick<
  CorrelationRule,
  | 'type'
  | 'rules'
  | 'groupBy'
  | 'timespanMs'
  | 'bounds'
  | 'occurrence'
  | 'fields'
  | 'percentile'
  | 'aliases'
  | 'generate'
>;

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const maxTimespanMs = 31 * 86_400_000;
const maxRules = 100;
const maxGroupBy = 20;
const operators = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'] as const;

/** @param root the whole document: older files have `generate` beside the section. @throws Refusal */
export function readCorrelation(section: MarkedMap, root: MarkedMap): Section {
  const entry = (name: string): Marked | undefined => section.entries.find(({ key }) => key === name)?.value;
  const type = typeOf(entry('type'), section.line);
  const rules = textsOf(entry('rules'));
  if (rules === undefined || rules.length === 0) throw new Refusal(section.line, 'The correlation names no `rules`.');
  if (rules.length > maxRules)
    throw new Refusal(section.line, `The correlation names more than ${maxRules} rules.`, 'FB-SIGMA-BOUND');
  if (new Set(rules).size < rules.length) throw new Refusal(section.line, 'The correlation names a rule twice.');
  const groupBy = entry('group-by') === undefined ? [] : textsOf(entry('group-by'));
  if (groupBy === undefined || groupBy.length > maxGroupBy)
    throw new Refusal(section.line, `\`group-by\` is no list of at most ${maxGroupBy} fields.`);
  const timespanMs = timespan(entry('timespan'), section.line);
  const aliases = aliasesOf(entry('aliases'));
  const generateEntry = entry('generate') ?? root.entries.find(({ key }) => key === 'generate')?.value;
  if (generateEntry !== undefined && !(generateEntry.kind === 'scalar' && typeof generateEntry.value === 'boolean'))
    throw new Refusal(generateEntry.line, '`generate` is neither true nor false.');
  const generate = generateEntry?.kind === 'scalar' && generateEntry.value === true;
  return {
    type,
    rules,
    groupBy,
    timespanMs,
    aliases,
    generate,
    ...conditionOf(entry('condition'), type, rules, section.line),
  };
}

function typeOf(value: Marked | undefined, line: number): CorrelationType {
  const type = correlationTypes.find((known) => value?.kind === 'scalar' && value.value === known);
  if (type === undefined) throw new Refusal(value?.line ?? line, `\`type\` is none of ${correlationTypes.join(', ')}.`);
  return type;
}

function timespan(value: Marked | undefined, line: number): number {
  const match = value?.kind === 'scalar' ? /^([1-9]\d{0,8})([smhdw])$/.exec(value.text) : null;
  const ms = match === null ? undefined : Number(match[1]) * (units[match[2] ?? ''] ?? 0);
  if (ms === undefined) throw new Refusal(value?.line ?? line, '`timespan` is not a number and one of s, m, h, d, w.');
  if (ms > maxTimespanMs)
    throw new Refusal(value?.line ?? line, '`timespan` is longer than 31 days.', 'FB-SIGMA-BOUND');
  return ms;
}

function conditionOf(
  value: Marked | undefined,
  type: CorrelationType,
  rules: readonly string[],
  line: number,
): Pick<Section, 'bounds' | 'occurrence' | 'fields' | 'percentile'> {
  const temporal = type === 'temporal' || type === 'temporal_ordered';
  const none = { bounds: [], fields: [], percentile: 50 };
  if (value === undefined) {
    if (temporal) return none;
    throw new Refusal(line, `A correlation of type ${type} needs a \`condition\`.`);
  }
  if (value.kind === 'scalar' && typeof value.value === 'string') {
    if (type !== 'temporal')
      throw new Refusal(value.line, 'A condition in words is for the type temporal; others have a map of bounds.');
    return { ...none, occurrence: occurrenceOf(value.value, value.line, rules) };
  }
  if (value.kind !== 'map') throw new Refusal(value.line, 'The condition of the correlation is no map.');
  const bounds: Bound[] = [];
  let fields: readonly string[] = [];
  let percentile = 50;
  for (const { key, value: part, line: at } of value.entries) {
    const by = operators.find((operator) => operator === key);
    const number =
      part.kind === 'scalar' && typeof part.value === 'number' && Number.isFinite(part.value) ? part.value : undefined;
    if (by !== undefined) {
      if (number === undefined) throw new Refusal(at, `\`${by}\` takes a number.`);
      bounds.push({ by, value: number });
    } else if (key === 'field') {
      const named = textsOf(part);
      if (named === undefined || named.length === 0) throw new Refusal(at, '`field` names no field.');
      fields = named;
    } else if (key === 'percentile') {
      if (number === undefined || number < 0 || number > 100)
        throw new Refusal(at, '`percentile` is no number from 0 to 100.');
      percentile = number;
    } else throw new Refusal(at, `The condition of a correlation has no \`${key.slice(0, 40)}\`.`);
  }
  if (bounds.length === 0) throw new Refusal(value.line, `The condition has none of ${operators.join(', ')}.`);
  if (type.startsWith('value_') && fields.length === 0)
    throw new Refusal(value.line, `A correlation of type ${type} needs \`field\` in its condition.`);
  if (type.startsWith('value_') && type !== 'value_count' && fields.length > 1)
    throw new Refusal(value.line, `${type} measures one field.`);
  return { bounds, fields, percentile };
}

function occurrenceOf(source: string, line: number, rules: readonly string[]): Occurrence {
  return parseCondition<Occurrence>(source, line, {
    names: rules,
    resolve: (name) => (rules.includes(name) ? { kind: 'rule', rule: rules.indexOf(name) } : undefined),
    and: (parts) => ({ kind: 'and', parts }),
    or: (parts) => ({ kind: 'or', parts }),
    not: (part) => ({ kind: 'not', part }),
  });
}

function aliasesOf(value: Marked | undefined): Section['aliases'] {
  const aliases = new Map<string, ReadonlyMap<string, string>>();
  if (value === undefined) return aliases;
  if (value.kind !== 'map') throw new Refusal(value.line, '`aliases` is no map.');
  for (const { key, value: fields, line } of value.entries) {
    if (fields.kind !== 'map')
      throw new Refusal(line, `The alias \`${key.slice(0, 40)}\` is no map from rules to fields.`);
    const byRule = new Map<string, string>();
    for (const { key: rule, value: field, line: at } of fields.entries) {
      if (field.kind !== 'scalar' || field.text === '') throw new Refusal(at, 'An alias names no field.');
      byRule.set(rule, field.text);
    }
    aliases.set(key, byRule);
  }
  return aliases;
}
