/**
 * Case folding as Sigma's case-insensitive comparison needs it: one UTF-16 unit becomes one unit, so that positions in folded
 * text are positions in the text, and a substring of the folded text is the folded substring.
 *
 * It is Unicode's simple case folding (what `/iu` compares by), made of the engine's own case tables: to upper case and back
 * to lower case, where both are a single unit. `toLowerCase` alone would not do: it turns one unit into two (İ) and looks at
 * neighbours (a final Σ).
 */

/** Keep themselves in simple case folding, although their upper or lower case is an ASCII letter. */
const dotlessI = 0x131;

/** Of every UTF-16 unit the one that it is compared as. Surrogates stand for themselves: letters beyond the BMP keep their case. */
export const foldedUnits: Uint16Array = makeTable();

function makeTable(): Uint16Array {
  const table = new Uint16Array(0x10000);
  for (let unit = 0; unit < 0x10000; unit += 1) table[unit] = foldUnit(unit);
  return table;
}

function foldUnit(unit: number): number {
  if (unit < 0x80) return unit >= 0x41 && unit <= 0x5a ? unit + 32 : unit;
  if ((unit >= 0xd800 && unit <= 0xdfff) || unit === dotlessI) return unit;
  const letter = String.fromCharCode(unit);
  const upper = letter.toUpperCase();
  const lower = (upper.length === 1 ? upper : letter).toLowerCase();
  return lower.length === 1 ? lower.charCodeAt(0) : unit;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII is meant, control characters included.
const asciiOnly = /^[\x00-\x7f]*$/;

/** The text as it is compared without regard to case; of the same length. */
export function fold(text: string): string {
  if (asciiOnly.test(text)) return text.toLowerCase();
  const units = new Uint16Array(text.length);
  for (let at = 0; at < text.length; at += 1) units[at] = foldedUnits[text.charCodeAt(at)] ?? 0;
  return decode(units);
}

/** In parts: a call takes only so many arguments. */
function decode(units: Uint16Array): string {
  const step = 8192;
  let text = '';
  for (let at = 0; at < units.length; at += step) text += String.fromCharCode(...units.subarray(at, at + step));
  return text;
}
