/**
 * A text → its readings: what a model may understand of it although a person, or a search for words, does not. Compatibility forms,
 * characters that are not seen, look-alikes, entities of HTML, tag characters, letters with spaces between them, and one layer of
 * base64, hexadecimal and percent encoding.
 *
 * What must stay true:
 * - linear in the length of the text, whatever stands in it; decoded text is at most as long as the text, and is not decoded again;
 * - a plain ASCII text without entities has one reading that costs nothing;
 * - every reading knows its places in the original.
 */
import { confusables } from './confusables.ts';
import { encodedSpans } from './encoded-spans.ts';
import { type View, type ViewForm, viewOf } from './view.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of ASCII is meant.
const asciiOnly = /^[\x00-\x7f]*$/;
const entity = /&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,6});/y;
const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  colon: ':',
  period: '.',
  comma: ',',
  excl: '!',
  quest: '?',
  lpar: '(',
  rpar: ')',
  shy: '',
  zwj: '',
  zwnj: '',
};

/** The plain reading comes first. */
export function* readingsOf(text: string): Generator<View> {
  yield viewOf('plain', text);
  const ascii = asciiOnly.test(text);
  if (!ascii || text.includes('&')) {
    const undisguised = withoutDisguise(text);
    if (undisguised !== undefined) yield undisguised;
  }
  if (!ascii) yield* hidden(text);
  yield* encodedSpans(text, (form, decoded, from) => {
    const view = viewOf(form, decoded, from);
    if (asciiOnly.test(decoded)) return view;
    return withoutDisguise(decoded, form, from) ?? view;
  });
}

/** Units of a reading while it is made, with the place of each. */
class Written {
  text = '';
  readonly from: number[] = [];

  add(units: string, place: number): void {
    this.text += units;
    for (let unit = 0; unit < units.length; unit += 1) this.from.push(place);
  }
}

/** Undefined when there was no disguise. */
function withoutDisguise(text: string, form: ViewForm = 'disguised', places?: ArrayLike<number>): View | undefined {
  const written = new Written();
  const place = (at: number) => (places === undefined ? at : (places[at] ?? 0));
  for (let at = 0; at < text.length; ) {
    const code = text.codePointAt(at) ?? 0;
    const length = code > 0xffff ? 2 : 1;
    if (code === 0x26) {
      entity.lastIndex = at;
      const found = entity.exec(text)?.[0];
      const means = found === undefined ? undefined : meaningOf(found);
      if (found !== undefined && means !== undefined) {
        written.add(plainLetter(means), place(at));
        at += found.length;
        continue;
      }
    }
    if (code < 0x80) written.add(text.charAt(at), place(at));
    else if (!isUnseen(code)) written.add(plainLetter(text.slice(at, at + length)), place(at));
    at += length;
  }
  if (written.text === text) return undefined;
  written.from.push(place(text.length));
  return viewOf(form, written.text, written.from);
}

function meaningOf(found: string): string | undefined {
  const name = found.slice(1, -1);
  if (!name.startsWith('#')) return Object.hasOwn(named, name) ? named[name] : undefined;
  const code = /^#[xX]/.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : undefined;
}

/** Compatibility form without accents, and Latin for what looks like it. */
function plainLetter(letter: string): string {
  const folded = letter.normalize('NFKD').replace(/[\u0300-\u036f\u20d0-\u20ff]/g, '');
  let plain = '';
  for (const each of folded) plain += confusables.get(each.codePointAt(0) ?? 0) ?? each;
  return plain;
}

/** Zero width, soft hyphen, joiners, direction marks, variation selectors, tags, fillers. */
function isUnseen(code: number): boolean {
  return (
    code === 0xad ||
    code === 0x34f ||
    code === 0x61c ||
    code === 0x115f ||
    code === 0x1160 ||
    code === 0x180e ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    code === 0x3164 ||
    (code >= 0xfe00 && code <= 0xfe0f) ||
    code === 0xfeff ||
    code === 0xffa0 ||
    (code >= 0xe0000 && code <= 0xe0fff)
  );
}

const fewestHidden = 8;
/** A flag of a region (England's) is a black flag with at most six tag characters behind it, and an end mark. */
const blackFlag = '🏴';
const mostOfFlag = 6;

/** Text in tag characters (U+E0020 to U+E007E are ASCII) and bytes in variation selectors. */
function* hidden(text: string): Generator<View> {
  const tags = new Written();
  const bytes: number[] = [];
  const byteFrom: number[] = [];
  let flagUntil = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit >= 0xfe00 && unit <= 0xfe0f) {
      bytes.push(unit - 0xfe00);
      byteFrom.push(at);
    } else if (unit === 0xdb40) {
      const code = text.codePointAt(at) ?? 0;
      if (code >= 0xe0020 && text.startsWith(blackFlag, at - 2)) flagUntil = at + 2 * mostOfFlag;
      if (at < flagUntil) continue;
      if (code >= 0xe0020 && code <= 0xe007e) tags.add(String.fromCharCode(code - 0xe0000), at);
      else if (code >= 0xe0100 && code <= 0xe01ef) {
        bytes.push(code - 0xe0100 + 16);
        byteFrom.push(at);
      }
    }
  }
  if (tags.text.length >= fewestHidden) {
    tags.from.push((tags.from.at(-1) ?? 0) + 2);
    yield viewOf('tag characters', tags.text, tags.from);
  }
  if (bytes.length < fewestHidden) return;
  const said = String.fromCharCode(...bytes.slice(0, 8192));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what is no text is no message.
  if (/[\x00-\x08\x0e-\x1f]/.test(said)) return;
  byteFrom.push((byteFrom.at(-1) ?? 0) + 2);
  yield viewOf('variation selectors', said, byteFrom);
}
