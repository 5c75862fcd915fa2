/**
 * Text for a terminal. Names of objects come from strangers, and a terminal obeys what it is sent: an escape sequence in a
 * pod's name could hide a line or type a command. So whatever reaches the terminal is a `Shown`, and the only ways to make
 * one are our own literals and values whose control characters were made visible. Forgetting it does not compile.
 */
import Table from 'cli-table3';
import pc from 'picocolors';

export class Shown {
  readonly text: string;
  /** Keeps look-alikes out. */
  readonly #made = true;

  /** @param text of our own making, which may have lines and colours */
  constructor(text: string) {
    this.text = text;
  }

  static is(value: unknown): value is Shown {
    return typeof value === 'object' && value !== null && #made in value;
  }
}

export type Value = string | number | Shown;

/** `show` + a template: the literal is ours, the values are made visible. */
export function show(literals: TemplateStringsArray, ...values: readonly Value[]): Shown {
  return new Shown(String.raw({ raw: literals }, ...values.map(textOf)));
}

export function joined(parts: readonly Shown[], separator = '\n'): Shown {
  return new Shown(parts.map(({ text }) => text).join(separator));
}

export function table(head: readonly string[], rows: readonly (readonly Value[])[]): Shown {
  const drawn = new Table({ head: head.map((cell) => pc.bold(cell)), style: { head: [], border: [] } });
  for (const row of rows) drawn.push(row.map(textOf));
  return new Shown(drawn.toString());
}

function inStyle(style: (text: string) => string): (value: Value) => Shown {
  return (value) => new Shown(style(textOf(value)));
}
export const bold = inStyle(pc.bold);
export const dim = inStyle(pc.dim);
export const red = inStyle(pc.red);
export const green = inStyle(pc.green);
export const yellow = inStyle(pc.yellow);
export const cyan = inStyle(pc.cyan);

function textOf(value: Value): string {
  if (Shown.is(value)) return value.text;
  return typeof value === 'number' ? String(value) : visible(value);
}

/** Control characters, invisible formatting (such as a change of writing direction) and broken characters as `\u…`. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, escaped);
}

/** JSON that a terminal does not obey either: the same value, written with escapes. */
export function visibleJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu, escaped);
}

function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
