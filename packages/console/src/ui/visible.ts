/**
 * Names come from the estate and an attacker may have chosen them. React keeps them from becoming HTML; this keeps them from
 * lying to the eye: control characters, direction overrides and invisible characters are shown as what they are.
 */

// Controls, format characters (direction marks, soft hyphens, joiners), half surrogates, line separators, and whatever else
// Unicode says may be left out when drawn.
const deceiving = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

export interface Piece {
  readonly text: string;
  /** Set when `text` stands for a character that could not be seen. */
  readonly deceiving: boolean;
}

/** Splits foreign text into ordinary pieces and written-out deceiving characters such as `⟨U+202E⟩`. */
export function pieces(text: string): readonly Piece[] {
  const found: Piece[] = [];
  let plain = '';
  for (const character of text) {
    if (!deceiving.test(character)) {
      plain += character;
      continue;
    }
    if (plain !== '') found.push({ text: plain, deceiving: false });
    plain = '';
    found.push({ text: writtenOut(character), deceiving: true });
  }
  if (plain !== '') found.push({ text: plain, deceiving: false });
  return found;
}

/** The same as one string, for titles, labels on a canvas and copied text. */
export function visible(text: string): string {
  return deceiving.test(text) ? [...text].map((c) => (deceiving.test(c) ? writtenOut(c) : c)).join('') : text;
}

/** Keeps both ends of a long text: the end of an id tells more than its middle. */
export function shorten(text: string, most: number): string {
  const characters = [...text];
  if (characters.length <= most) return text;
  const head = Math.ceil((most - 1) / 2);
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - (most - 1 - head)).join('')}`;
}

function writtenOut(character: string): string {
  return `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;
}
