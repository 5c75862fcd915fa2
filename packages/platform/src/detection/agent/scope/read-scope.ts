/**
 * A file of task scopes → scopes, with file and line of what is wrong. A scope that is wrong anywhere is refused as a whole: read
 * half it would allow what its author forbids, or the other way round. Words that are not understood are wrong.
 */

import { printable } from '../../../intake/foreign.ts';
import { type Marked, type MarkedMap, readMarkedYaml } from '../../../intake/marked-yaml.ts';
import type { Denial, Hours, Permission, TaskScope } from './task-scope.ts';

export interface ScopeProblem {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly reason: string;
}

/** What is wrong with one scope; never leaves this file. */
class Wrong extends Error {
  readonly line: number;
  constructor(line: number, reason: string) {
    super(reason);
    this.line = line;
  }
}

const most = { permissions: 200, patterns: 500, length: 300 };
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** One scope a file. */
export function readTaskScope(
  file: string,
  text: string,
): { readonly scope: TaskScope } | { readonly problem: ScopeProblem } {
  const read = readMarkedYaml(text);
  if (!read.ok) return { problem: { file, line: read.line, reason: read.reason } };
  try {
    return { scope: scopeOf(file, read.root) };
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    return { problem: { file, line: error.line, reason: error.message } };
  }
}

function scopeOf(file: string, root: Marked | undefined): TaskScope {
  const map = mapOf(root, 'A scope is a map', 1);
  const part = partsOf(map, ['scope', 'description', 'agents', 'tasks', 'allow', 'deny']);
  const name = textOf(part('scope') ?? wrong(map.line, 'It has no name: write `scope: <name>`.'));
  const [agents, tasks] = [part('agents'), part('tasks')];
  if (agents === undefined && tasks === undefined)
    throw new Wrong(
      map.line,
      'It says neither for which agents nor for which tasks it is; `agents: ["*"]` is for all.',
    );
  const allow = part('allow') ?? wrong(map.line, 'It allows nothing: write `allow:`, or `allow: []` if that is meant.');
  const deny = part('deny');
  return {
    name,
    file,
    ...(agents === undefined ? {} : { agents: patternsOf(agents) }),
    ...(tasks === undefined ? {} : { tasks: patternsOf(tasks) }),
    allow: listOf(allow).map(permissionOf),
    deny: deny === undefined ? [] : listOf(deny).map(denialOf),
  };
}

function permissionOf(value: Marked): Permission {
  const map = mapOf(value, 'A permission is a map', value.line);
  const part = partsOf(map, [
    'tools',
    'servers',
    'resources',
    'destinations',
    'arguments',
    'hours',
    'approval',
    'amounts',
  ]);
  const tools = part('tools') ?? wrong(map.line, 'It names no tools; `tools: ["*"]` is all.');
  const given: Record<string, readonly string[]> = {};
  for (const name of ['servers', 'resources', 'destinations'] as const) {
    const patterns = part(name);
    if (patterns !== undefined) given[name] = patternsOf(patterns);
  }
  const [wanted, hours, approval, amounts] = [part('arguments'), part('hours'), part('approval'), part('amounts')];
  if (approval !== undefined && textOf(approval) !== 'required')
    throw new Wrong(approval.line, '`approval` is `required`, or is left out.');
  return {
    line: map.line,
    tools: patternsOf(tools),
    ...given,
    ...(wanted === undefined
      ? {}
      : {
          arguments: new Map(
            mapOf(wanted, 'It is a map', wanted.line).entries.map(({ key, value: is }) => [key, patternsOf(is)]),
          ),
        }),
    ...(hours === undefined ? {} : { hours: hoursOf(hours) }),
    ...(approval === undefined ? {} : { approval: true as const }),
    ...(amounts === undefined ? {} : { amounts: amountsOf(amounts) }),
  };
}

function denialOf(value: Marked): Denial {
  const map = mapOf(value, 'A denial is a map', value.line);
  const part = partsOf(map, ['tools', 'because']);
  const tools = part('tools') ?? wrong(map.line, 'It names no tools.');
  const because = part('because');
  return {
    line: map.line,
    tools: patternsOf(tools),
    because: because === undefined ? 'it is denied' : textOf(because),
  };
}

function hoursOf(value: Marked): Hours {
  const map = mapOf(value, 'Hours are a map', value.line);
  const part = partsOf(map, ['days', 'from', 'to']);
  const [on, from, to] = [part('days'), part('from'), part('to')];
  return {
    days: on === undefined ? [0, 1, 2, 3, 4, 5, 6] : patternsOf(on).flatMap((each) => daysOf(each, on.line)),
    from: from === undefined ? 0 : minuteOf(from),
    to: to === undefined ? 24 * 60 : minuteOf(to),
  };
}

/** `mon`, or `mon-fri`. */
function daysOf(text: string, line: number): readonly number[] {
  const [from = '', to = from] = text.toLowerCase().split('-');
  const [first, last] = [days.indexOf(from), days.indexOf(to)];
  if (first === -1 || last === -1)
    throw new Wrong(line, `"${printable(text, 40)}" is no day: write mon, tue, … or mon-fri.`);
  return Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, number) => (first + number) % 7);
}

function minuteOf(value: Marked): number {
  const found = /^([01]?\d|2[0-4]):([0-5]\d)$/.exec(textOf(value));
  const minutes = Number(found?.[1]) * 60 + Number(found?.[2]);
  if (found === null || minutes > 24 * 60)
    throw new Wrong(value.line, 'It is no time of the day such as "07:30" (UTC).');
  return minutes;
}

function amountsOf(value: Marked): NonNullable<Permission['amounts']> {
  const map = mapOf(value, 'Amounts are a map', value.line);
  partsOf(map, ['calls', 'records', 'characters']);
  return Object.fromEntries(
    map.entries.map(({ key, value: is }) => {
      if (is.kind !== 'scalar' || typeof is.value !== 'number' || !(is.value >= 0))
        throw new Wrong(is.line, 'It is no amount: write a number.');
      return [key, is.value];
    }),
  );
}

function partsOf(map: MarkedMap, known: readonly string[]): (name: string) => Marked | undefined {
  const found = new Map<string, Marked>();
  for (const { key, value, line } of map.entries) {
    if (!known.includes(key))
      throw new Wrong(line, `"${printable(key, 40)}" is not understood here; known are ${known.join(', ')}.`);
    if (found.has(key)) throw new Wrong(line, `"${key}" stands here twice.`);
    found.set(key, value);
  }
  return (name) => found.get(name);
}

function patternsOf(value: Marked): readonly string[] {
  const patterns = value.kind === 'list' ? value.items.map(textOf) : [textOf(value)];
  if (patterns.length > most.patterns) throw new Wrong(value.line, `There are more than ${most.patterns} of them.`);
  return patterns;
}

function listOf(value: Marked): readonly Marked[] {
  if (value.kind !== 'list') throw new Wrong(value.line, 'It must be a list.');
  if (value.items.length > most.permissions)
    throw new Wrong(value.line, `There are more than ${most.permissions} of them.`);
  return value.items;
}

function mapOf(value: Marked | undefined, what: string, line: number): MarkedMap {
  if (value?.kind !== 'map') throw new Wrong(value?.line ?? line, `${what} of names and values.`);
  return value;
}

function textOf(value: Marked): string {
  if (value.kind !== 'scalar' || value.text === '') throw new Wrong(value.line, 'It must be a text.');
  if (value.text.length > most.length) throw new Wrong(value.line, `It is longer than ${most.length} characters.`);
  return value.text;
}

function wrong(line: number, reason: string): never {
  throw new Wrong(line, reason);
}
