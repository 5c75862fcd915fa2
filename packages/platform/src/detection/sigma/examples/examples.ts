/**
 * Examples beside a rule: `<rule>.test.yaml` says on which events the rule must speak and on which it must keep silent. They
 * go through the whole engine: recognised as events of a source, rewritten fields, filters and correlations of the folder.
 *
 *     rule: an-id          # when the file holds several that stand by themselves
 *     base: {…}            # what the events have in common
 *     positive:
 *       - name: a person reads it
 *         event: {…}       # put over the base, map by map
 *         without: [user.groups]
 *     negative:
 *       - name: the controller reads it
 *         events: [{…}, {…}]   # several, in this order, for correlations
 */
import { plainOf } from '../../../intake/marked-parts.ts';
import type { Marked } from '../../../intake/marked-yaml.ts';
import type { SigmaEngine } from '../engine/sigma-engine.ts';
import { readDocuments } from '../language/documents.ts';
import { textsOf } from '../language/parts.ts';
import { Refusal, type RuleProblem } from '../language/rule.ts';

export interface Example {
  readonly name: string;
  readonly expected: boolean;
  readonly events: readonly object[];
  readonly line: number;
}
export interface Examples {
  readonly file: string;
  /** Id or name; the only rule of the file when absent. */
  readonly rule?: string;
  /** Source of the events; recognised when absent. */
  readonly source?: string;
  readonly examples: readonly Example[];
}
export interface ExampleResult extends Pick<Example, 'name' | 'expected' | 'line'> {
  readonly ok: boolean;
  /** Why it failed. */
  readonly reason?: string;
}

const maxRepeat = 10_000;
type Json = { [key: string]: unknown };

export function readExamples(
  file: string,
  text: string,
): { readonly examples: readonly Examples[]; readonly problems: readonly RuleProblem[] } {
  const { documents, problems: broken } = readDocuments(file, text);
  const examples: Examples[] = [];
  const problems = [...broken];
  for (const { root, linesBefore } of documents) {
    try {
      examples.push(readDocument(file, root, linesBefore));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push({ code: 'FB-SIGMA-EXAMPLE', file, line: error.line + linesBefore, reason: error.message });
    }
  }
  return { examples, problems };
}

function readDocument(file: string, root: Marked, linesBefore: number): Examples {
  const known = ['rule', 'source', 'base', 'positive', 'negative'];
  for (const { key, line } of root.kind === 'map' ? root.entries : [])
    if (!known.includes(key)) throw new Refusal(line, `Examples have no \`${key.slice(0, 40)}\`.`);
  const base = jsonMap(at(root, 'base'));
  const cases = (name: 'positive' | 'negative') => {
    const list = at(root, name);
    if (list === undefined) return [];
    if (list.kind !== 'list') throw new Refusal(list.line, `\`${name}\` is no list.`);
    return list.items.map((item, index): Example => {
      const written = at(item, 'events');
      const events = written?.kind === 'list' ? written.items : [at(item, 'event') ?? item];
      if (events.length === 0) throw new Refusal(item.line, 'An example has no events.');
      const without = textsOf(at(item, 'without')) ?? [];
      return {
        name: textsOf(at(item, 'name'))?.[0] ?? `${name} ${index + 1}`,
        expected: name === 'positive',
        events: events.flatMap((event) => repeated(event, base, without)),
        line: item.line + linesBefore,
      };
    });
  };
  const [rule, source] = [textsOf(at(root, 'rule'))?.[0], textsOf(at(root, 'source'))?.[0]];
  const examples = [...cases('positive'), ...cases('negative')];
  if (examples.length === 0) throw new Refusal(root.line, 'The file holds neither `positive` nor `negative` examples.');
  return { file, ...(rule === undefined ? {} : { rule }), ...(source === undefined ? {} : { source }), examples };
}

/**
 * `repeat: 20` makes twenty of an event: `%n` in its texts is their number, and `every: 5` puts that many seconds between the
 * times (`%time`, from 2026-01-01 on).
 */
function repeated(event: Marked, base: Json, without: readonly string[]): readonly object[] {
  const count = at(event, 'repeat');
  const inner = count === undefined ? event : at(event, 'event');
  const times = count?.kind === 'scalar' && typeof count.value === 'number' ? count.value : 1;
  const every = at(event, 'every');
  const seconds = every?.kind === 'scalar' && typeof every.value === 'number' ? every.value : 1;
  if (!Number.isInteger(times) || times < 1 || times > maxRepeat)
    throw new Refusal(event.line, `\`repeat\` is no number from 1 to ${maxRepeat}.`);
  const whole = over(base, jsonMap(inner));
  for (const path of without) drop(whole, path.split('.'));
  return Array.from({ length: times }, (_, n) => {
    const time = new Date(Date.UTC(2026, 0, 1) + n * seconds * 1000).toISOString();
    return filled(whole, String(n), time) as object;
  });
}

function filled(value: unknown, n: string, time: string): unknown {
  if (typeof value === 'string') return value.replaceAll('%n', n).replaceAll('%time', time);
  if (Array.isArray(value)) return value.map((item) => filled(item, n, time));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, n, time)]));
}

/** Runs the examples of one file; the state of correlations begins anew for each. */
export function runExamples(
  engine: SigmaEngine,
  ids: readonly string[],
  { examples, source }: Examples,
): readonly ExampleResult[] {
  const empty = { version: 1, newest: 0, eventIds: [], correlations: [] } as const;
  return examples.map(({ name, expected, events, line }) => {
    engine.restore(empty);
    let spoke = false;
    let newest = 0;
    for (const event of events) {
      const judged = engine.judge(event, source === undefined ? {} : { source });
      if (judged.source === undefined)
        return { name, expected, line, ok: false, reason: 'The event is of no known source.' };
      newest = Math.max(newest, judged.time ?? 0);
      spoke ||= [...judged.rules, ...judged.correlations.map(({ rule }) => rule)].some(({ id }) => ids.includes(id));
    }
    // All windows that are still open end.
    spoke ||= newest > 0 && engine.advance(newest + 32 * 86_400_000).some(({ rule }) => ids.includes(rule.id));
    const reason = expected ? 'The rule says nothing.' : 'The rule speaks.';
    return { name, expected, line, ok: spoke === expected, ...(spoke === expected ? {} : { reason }) };
  });
}

function at(value: Marked | undefined, name: string): Marked | undefined {
  return value?.kind === 'map' ? value.entries.find(({ key }) => key === name)?.value : undefined;
}

function jsonMap(value: Marked | undefined): Json {
  if (value === undefined) return {};
  if (value.kind !== 'map') throw new Refusal(value.line, 'An event is no map.');
  return plainOf(value) as Json;
}

function over(base: Json, changes: Json): Json {
  const result: Json = structuredClone(base);
  for (const [key, value] of Object.entries(changes)) {
    const below = result[key];
    result[key] = isMap(below) && isMap(value) ? over(below, value) : value;
  }
  return result;
}

function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function drop(event: Json, [key = '', ...rest]: readonly string[]): void {
  const below = event[key];
  if (rest.length === 0) delete event[key];
  else if (isMap(below)) drop(below, rest);
}
