/**
 * Parameters put in as data. What must stay true: a value never becomes syntax of what it is put into. In an address it is encoded and
 * never a step up; in JSON it stays inside its string; as an argument it is never an option, unless the declaration wrote the dash.
 */
import { FirebreakError } from '@firebreak/contract';
import { printable } from '../../../intake/foreign.ts';
import { valueAt } from './pointer.ts';

/** What placeholders stand for. */
export interface Filling {
  readonly parameters: Readonly<Record<string, string>>;
  /** The state that was read before; undefined while reading it. */
  readonly before: unknown;
}

const place = /\$\{([a-zA-Z][a-zA-Z0-9_]{0,62})\}/g;

/** One line, not empty, and no way to another folder. */
export function isValue(value: string): boolean {
  return value.length <= 256 && /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+$/u.test(value) && !/^\.+$/.test(value);
}

function parameter(name: string, { parameters }: Filling): string {
  const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (value === undefined || !isValue(value))
    throw new FirebreakError('FB-LEVER-INVALID', `The parameter ${printable(name)} has no usable value.`);
  return value;
}

/** A text in which each placeholder is replaced by its value, as it is. */
export function filledText(text: string, filling: Filling): string {
  return text.replace(place, (_, name: string) => parameter(name, filling));
}

/** JSON: `${name}` within strings, and `{$before: pointer}` for a value of any type. */
export function filled(value: unknown, filling: Filling): unknown {
  if (typeof value === 'string') return filledText(value, filling);
  if (Array.isArray(value)) return value.map((inner) => filled(inner, filling));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === '$before') return earlier(String(first[1]), filling);
  return Object.fromEntries(entries.map(([key, inner]) => [key, filled(inner, filling)]));
}

function earlier(pointer: string, { before }: Filling): unknown {
  return valueAt(before, pointer) ?? null;
}

/** A value of the before-state where only a text can stand. */
export function earlierText(pointer: string, filling: Filling): string {
  const value = earlier(pointer, filling);
  if ((typeof value !== 'string' || !isValue(value)) && typeof value !== 'number' && typeof value !== 'boolean')
    throw new FirebreakError('FB-LEVER-INVALID', `The state at ${printable(pointer)} is no text of one line.`);
  return String(value);
}

/** @throws FirebreakError FB-LEVER-INVALID where a value would lead to another place than the declaration names */
export function filledUrl(template: string, filling: Filling): string {
  const url = template.replace(place, (_, name: string) => encodeURIComponent(parameter(name, filling)));
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const path = /^https?:\/\/[^/?#]+([^?#]*)/.exec(url)?.[1] ?? '';
  if (parsed === undefined || (parsed.pathname !== path && !(path === '' && parsed.pathname === '/')))
    throw new FirebreakError('FB-LEVER-INVALID', 'With these parameters the address is another one.');
  return url;
}

/** @throws FirebreakError FB-LEVER-INVALID where a value would be taken for an option */
export function filledArgument(template: string | { readonly $before: string }, filling: Filling): string {
  const made = typeof template === 'string' ? filledText(template, filling) : earlierText(template.$before, filling);
  const written = typeof template === 'string' && template.startsWith('-');
  if (made.startsWith('-') && !written)
    throw new FirebreakError('FB-LEVER-INVALID', 'With these parameters an argument is an option.');
  return made;
}
