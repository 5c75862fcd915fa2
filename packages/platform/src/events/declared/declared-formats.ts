/**
 * Formats that are described in YAML (content/intake, and the folder that FIREBREAK_INTAKE names). With a description that cannot be
 * used no log is read: one that is silently not understood would look like one in which nothing happens.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Detection, type EventFormat, FirebreakError, type NormalEvent } from '@firebreak/contract';
import { parseAllDocuments } from 'yaml';
import { record } from '../../intake/foreign.ts';
import { moment } from '../moment.ts';
import { told } from '../told.ts';
import { type Description, descriptionSchema } from './description.ts';
import { globTest } from './glob.ts';
import { filled, firstFilled, textOfPaths, valueAt } from './value-at.ts';

const mostBytes = 1 << 20;
const longestTested = 2000;

export interface DeclaredAlert {
  readonly source: string;
  readonly group: string;
  readonly title: string;
  readonly severity: Detection['severity'] | undefined;
}
interface Declared {
  readonly format: EventFormat;
  readonly alerts: boolean;
  readonly alertOf: (value: unknown) => DeclaredAlert | undefined;
}

/** @throws FirebreakError FB-SOURCE-UNREADABLE with the file and what is wrong in it */
export function readDescriptions(folder: string): readonly Declared[] {
  return readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .flatMap((name) => describedIn(join(folder, name)));
}

function describedIn(file: string): Declared[] {
  const refused = (why: string) => new FirebreakError('FB-SOURCE-UNREADABLE', `${file}: ${why}`);
  if (statSync(file).size > mostBytes) throw refused('it is too large.');
  return parseAllDocuments(readFileSync(file, 'utf8')).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw refused(error.message.split('\n', 1)[0] ?? '');
    const parsed = descriptionSchema.safeParse(withoutAliases(document));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw refused(`${issue?.path.join('.') || 'the document'}: ${issue?.message}`);
    }
    return declared(parsed.data);
  });
}

/** Undefined for a document with aliases: they make a large value of a small file. */
function withoutAliases(document: { toJS(options: { maxAliasCount: number }): unknown }): unknown {
  try {
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    return undefined;
  }
}

type Test = (value: unknown) => boolean;

function declared(description: Description): Declared {
  const { id, title, systems, recognise, actor, outcome, alert } = description;
  const inside = description.inside?.split('.');
  const is = allOf(recognise);
  const activities = Object.entries(description.activity).map(([activity, globs]) => [activity, oneOf(globs)] as const);
  const endings = (['refused', 'failed', 'done'] as const).flatMap((ending) => {
    const globs = outcome?.[ending];
    return globs === undefined ? [] : [[ending, oneOf(globs)] as const];
  });
  const format: EventFormat = {
    id,
    title,
    systems,
    is: (value) =>
      record(value) !== undefined && (inside === undefined || !Array.isArray(valueList(value, inside))) && is(value),
    ...(inside === undefined ? {} : { unwrap: (value: unknown) => insideOf(value, inside, is) }),
    read(value) {
      const operation = firstFilled(description.operation, value) ?? title;
      const ended = textOfPaths(value, outcome?.from);
      const own = textOfPaths(value, description.id_from);
      const ending =
        outcome === undefined
          ? 'done'
          : ended === undefined
            ? 'unknown'
            : (endings.find(([, test]) => test(ended))?.[0] ?? 'unknown');
      return {
        time: description.time.map((path) => timeOf(valueAt(value, path))).find((each) => each !== undefined),
        system: filled(description.system, value) ?? id,
        actor: {
          name: textOfPaths(value, actor.name) ?? 'nobody named',
          ...told({
            id: firstFilled(actor.node, value),
            credential: firstFilled(actor.credential, value),
            session: textOfPaths(value, actor.session),
            address: textOfPaths(value, actor.address),
            agent: textOfPaths(value, actor.agent),
          }),
        },
        operation,
        activity: (activities.find(([, test]) => test(operation))?.[0] ?? 'other') as NormalEvent['activity'],
        targets: description.targets.flatMap((each) => filled(each, value) ?? []),
        outcome: ending,
        ...told({ ownId: own, reason: ending === 'done' ? undefined : textOfPaths(value, description.reason) }),
      };
    },
  };
  return {
    format,
    alerts: alert !== undefined,
    alertOf: alert === undefined ? () => undefined : alertReader(id, alert),
  };
}

function alertReader(id: string, alert: NonNullable<Description['alert']>): Declared['alertOf'] {
  const when = alert.when === undefined ? () => true : allOf(alert.when);
  const words = Object.entries(alert.severity?.words ?? {}).map(([word, globs]) => [word, oneOf(globs)] as const);
  return (value) => {
    if (!when(value)) return undefined;
    const said = textOfPaths(value, alert.severity?.from);
    const severity = said === undefined ? undefined : words.find(([, test]) => test(said))?.[0];
    const title = firstFilled(alert.title, value) ?? id;
    return {
      source: id,
      group: filled(alert.group, value) ?? title,
      title,
      severity: severity as DeclaredAlert['severity'],
    };
  };
}

/** A time as text, or as seconds or milliseconds since 1970 in a text. */
function timeOf(value: unknown): string | undefined {
  const number = typeof value === 'string' && /^\d{10}(\d{3})?$/.test(value) ? Number(value) : undefined;
  return moment(number ?? value);
}

function valueList(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const name of path) current = record(current)?.[name];
  return current;
}

/** The envelope is that of this format when its first event is. */
function insideOf(value: unknown, path: readonly string[], is: Test): readonly unknown[] | undefined {
  const list = valueList(value, path);
  return Array.isArray(list) && list.length > 0 && is(list[0]) ? list : undefined;
}

function oneOf(globs: readonly string[]): (text: string) => boolean {
  const tests = globs.map(globTest);
  return (text) => tests.some((test) => test(text.slice(0, longestTested)));
}

function allOf(conditions: Readonly<Record<string, readonly string[]>>): Test {
  const tests = Object.entries(conditions).map(([path, globs]) => [path, oneOf(globs)] as const);
  return (value) =>
    tests.every(([path, test]) => {
      const text = textOfPaths(value, [path]);
      return text !== undefined && test(text);
    });
}

const own = process.env.FIREBREAK_INTAKE;
const folders = [
  join(import.meta.dirname, '../../../../../content/intake'),
  ...(own === undefined || own === '' ? [] : [own]),
];
let refused: unknown;
const descriptions = folders.flatMap((folder) => {
  try {
    return readDescriptions(folder);
  } catch (error) {
    refused = error;
    return [];
  }
});

/**
 * Whoever reads events asks first. Not when this file is loaded: then nobody is there who could say it well.
 *
 * @throws FirebreakError FB-SOURCE-UNREADABLE when a description cannot be used
 */
export function mustBeDescribed(): void {
  if (refused !== undefined) throw refused;
}

export const declaredFormats: readonly EventFormat[] = descriptions.map(({ format }) => format);

/** Those whose events are alerts. */
export const alertFormats: readonly string[] = descriptions.flatMap(({ format, alerts }) =>
  alerts ? [format.id] : [],
);

/** What an event of a described format alerts to, if it does. @param format the format's id */
export function declaredAlert(format: string, value: unknown): DeclaredAlert | undefined {
  return descriptions.find((each) => each.format.id === format)?.alertOf(value);
}
