/**
 * A Sigma string: literal text and wildcards. Escaping follows the specification: a backslash makes the wildcard or backslash
 * behind it literal, and before anything else it is itself.
 */

/** `many`: any number of characters; `one`: exactly one; `dash`: what a command line takes for a dash (windash). */
export type Wildcard = { readonly wildcard: 'many' | 'one' | 'dash' };
export type PatternPart = string | Wildcard;
/** Neighbouring parts are never both text, nor both `many`. */
export type Pattern = readonly PatternPart[];

export const many: Wildcard = { wildcard: 'many' };
export const one: Wildcard = { wildcard: 'one' };
export const dash: Wildcard = { wildcard: 'dash' };

/** The characters that Windows programs take for the dash before an option: - / – — ― */
export const dashes = '-/\u2013\u2014\u2015';

/** A value as written in a rule. */
export function parsePattern(written: string): Pattern {
  const parts: PatternPart[] = [];
  let text = '';
  for (let at = 0; at < written.length; at += 1) {
    const character = written.charAt(at);
    const next = written.charAt(at + 1);
    if (character === '\\' && (next === '*' || next === '?' || next === '\\')) {
      text += next;
      at += 1;
    } else if (character === '*' || character === '?') {
      parts.push(text, character === '*' ? many : one);
      text = '';
    } else text += character;
  }
  return normalised([...parts, text]);
}

/** Text without wildcards, whatever is in it. */
export function literal(text: string): Pattern {
  return normalised([text]);
}

export function normalised(parts: readonly PatternPart[]): Pattern {
  const result: PatternPart[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (part === '' || (part === many && last === many)) continue;
    if (typeof part === 'string' && typeof last === 'string') result[result.length - 1] = last + part;
    else result.push(part);
  }
  return result;
}

/** The text, when there are no wildcards in it. */
export function plainText(pattern: Pattern): string | undefined {
  if (pattern.length === 0) return '';
  const [only] = pattern;
  return pattern.length === 1 && typeof only === 'string' ? only : undefined;
}

/** Every dash that opens an option may be any dash, as in the reference implementation: not the one inside a word. */
export function withAnyDash(pattern: Pattern): Pattern {
  const opener = /\B[-/\u2013\u2014\u2015](?=\w)/g;
  return normalised(
    pattern.flatMap((part) => {
      if (typeof part !== 'string') return [part];
      const pieces = part.split(opener);
      return pieces.flatMap((piece, index): PatternPart[] => (index === 0 ? [piece] : [dash, piece]));
    }),
  );
}

/** All texts without the dash wildcard that the pattern stands for; undefined when there are more than `limit`. */
export function dashVariants(pattern: Pattern, limit: number): readonly Pattern[] | undefined {
  let variants: PatternPart[][] = [[]];
  for (const part of pattern) {
    const choices: readonly PatternPart[] = part === dash ? [...dashes] : [part];
    if (variants.length * choices.length > limit) return undefined;
    variants = variants.flatMap((variant) => choices.map((choice) => [...variant, choice]));
  }
  return variants.map(normalised);
}
