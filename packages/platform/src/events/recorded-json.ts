/**
 * What telemetry recorded of a conversation is JSON in a text, or a text, or JSON. This reads it as far as it is one, and walks it
 * without recursion deeper than it allows.
 */
const longestText = 1 << 20;
const deepest = 64;
const mostValues = 20_000;

/** The value in a text that is JSON of an object or a list; else what was given. What nests too deeply stays a text. */
export function recordedJson(value: unknown): unknown {
  if (typeof value !== 'string' || value.length > longestText || !/^\s*[[{]/.test(value)) return value;
  try {
    const parsed: unknown = JSON.parse(value);
    return isShallow(parsed) ? parsed : value;
  } catch {
    return value;
  }
}

/** Whether whoever walks it by recursion comes back. */
export function isShallow(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > deepest) return false;
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
  return true;
}

/** Every text in a value, in order; at most 20,000 values are looked at. */
export function* textsIn(value: unknown): Generator<string> {
  const open: unknown[] = [value];
  for (let left = mostValues; left > 0 && open.length > 0; left -= 1) {
    const next = open.pop();
    if (typeof next === 'string') yield next;
    else if (typeof next === 'object' && next !== null)
      open.push(...Object.values(next).slice(0, mostValues).reverse());
  }
}

/** JSON, or values one after the other with or without lines between them; of what is none the text itself. */
export function jsonValues(text: string): readonly unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return text.split(/\n|(?<=\})(?=\{)/).flatMap((part) => (part.trim() === '' ? [] : [partOf(part)]));
  }
}

function partOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
