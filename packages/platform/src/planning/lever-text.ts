/** A lever as people write it: its key `action|{"param":"value"}`, or `action param=value …`. */
import { FirebreakError, type Lever, lever } from '@firebreak/contract';

/** @throws FirebreakError FB-USAGE */
export function leverOf(text: string): Lever {
  const trimmed = text.trim();
  const bar = trimmed.indexOf('|');
  if (bar > 0 && !trimmed.slice(0, bar).includes(' '))
    return lever(trimmed.slice(0, bar), paramsOf(trimmed.slice(bar + 1), text));
  const [action = '', ...pairs] = trimmed.split(/\s+/);
  if (action === '') throw unreadable(text);
  return lever(action, Object.fromEntries(pairs.map((pair) => paramOf(pair, text))));
}

/** The same as a key; a bare action id stays what it is and means every lever of that action. */
export function banOf(text: string): string {
  const trimmed = text.trim();
  return /[|\s]/.test(trimmed) ? leverOf(trimmed).key : trimmed;
}

/** Whether bans rule a lever out, by its key or by its action. */
export function isBanned({ key, action }: Pick<Lever, 'key' | 'action'>, bans: ReadonlySet<string>): boolean {
  return bans.has(key) || bans.has(action);
}

function paramsOf(json: string, text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // said below
  }
  throw unreadable(text);
}

function paramOf(pair: string, text: string): readonly [string, unknown] {
  const equals = pair.indexOf('=');
  if (equals < 1) throw unreadable(text);
  const value = pair.slice(equals + 1);
  return [pair.slice(0, equals), value === 'null' ? null : value];
}

function unreadable(text: string): FirebreakError {
  return new FirebreakError('FB-USAGE', 'A lever is written by its key or as `action name=value …`.', {
    detail: { lever: text.slice(0, 500) },
  });
}
