/** Values of events by path, for descriptions. */
import { field } from '../../intake/foreign.ts';

/** Own fields only; a list stands for its first item; the rest of a path may be one name with dots. */
export function valueAt(value: unknown, path: string): unknown {
  let current = Array.isArray(value) ? value[0] : value;
  const names = path.split('.');
  for (const [index, name] of names.entries()) {
    const next = field(current, name) ?? (index === 0 ? undefined : field(current, names.slice(index).join('.')));
    if (next === undefined) return index === 0 ? field(current, path) : undefined;
    if (field(current, name) === undefined) return next;
    current = Array.isArray(next) ? next[0] : next;
  }
  return current;
}

/** The first that is a text, a number or a boolean, as text. */
export function textOfPaths(value: unknown, paths: readonly string[] | undefined): string | undefined {
  for (const path of paths ?? []) {
    const found = valueAt(value, path);
    if (typeof found === 'string' ? found !== '' : typeof found === 'number' || typeof found === 'boolean')
      return String(found);
  }
  return undefined;
}

/** @returns undefined when something that it names is missing */
export function filled(template: string, value: unknown): string | undefined {
  let isWhole = true;
  const text = template.replace(/\{([^{}]+)\}/g, (_, path: string) => {
    const found = textOfPaths(value, [path]);
    if (found === undefined) isWhole = false;
    return found ?? '';
  });
  return isWhole ? text : undefined;
}

export function firstFilled(templates: readonly string[], value: unknown): string | undefined {
  for (const template of templates) {
    const text = filled(template, value);
    if (text !== undefined) return text;
  }
  return undefined;
}
