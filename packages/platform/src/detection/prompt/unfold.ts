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
import { type Origin, type View, type ViewForm, viewOf } from './view.ts';

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
  if (!ascii || text.includes('&')) yield* withoutDisguise(text);
  if (!ascii) yield* hidden(text);
  for (const { form, decoded, origin } of encodedSpans(text)) {
    yield viewOf(form, decoded, origin);
    yield* withoutDisguise(decoded, form, origin);
  }
}

/** A reading while it is made, of runs that stand in the original as they are and of units that stand for something else. */
class Written {
  text = '';
  readonly #starts: number[] = [];
  readonly #origins: number[] = [];
  readonly #steps: number[] = [];
  #end = 0;

  /** @param step 1 where each unit is one unit of the original, 0 where all of them are what stands at `place`. */
  add(units: string, place: number, step: 0 | 1, end: number): void {
    this.#end = end;
    if (units === '') return;
    this.#starts.push(this.text.length);
    this.#origins.push(place);
    this.#steps.push(step);
    this.text += units;
  }

  get origin(): Origin {
    const [starts, origins, steps, length, end] = [
      this.#starts,
      this.#origins,
      this.#steps,
      this.text.length,
      this.#end,
    ];
    return (index) => {
      if (index >= length) return end;
      let [low, high] = [0, starts.length - 1];
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((starts[middle] as number) <= index) low = middle;
        else high = middle - 1;
      }
      return (origins[low] ?? 0) + (index - (starts[low] ?? 0)) * (steps[low] ?? 0);
    };
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all but ASCII, and what begins an entity.
const remarkable = /[^\x00-\x7f]|&/g;

/** What stands around a disguise is read with it: so far, in units. */
const around = 400;

/** The parts of a text in which something was disguised, with that taken off; none when nothing was. */
function* withoutDisguise(
  text: string,
  form: ViewForm = 'disguised',
  outer: Origin = (index) => index,
): Generator<View> {
  const written = new Written();
  const parts: [number, number][] = [];
  let at = 0;
  remarkable.lastIndex = 0;
  for (let found = remarkable.exec(text); found !== null; found = remarkable.exec(text)) {
    const { index } = found;
    const [length, means] = plainAt(text, index);
    remarkable.lastIndex = index + length;
    if (means === undefined) continue;
    written.add(text.slice(at, index), at, 1, index);
    const last = parts.at(-1);
    const [from, to] = [Math.max(0, written.text.length - around), written.text.length + means.length + around];
    if (last !== undefined && from <= last[1]) last[1] = to;
    else parts.push([from, to]);
    written.add(means, index, 0, index + length);
    at = index + length;
  }
  if (parts.length === 0) return;
  written.add(text.slice(at), at, 1, text.length);
  const inner = written.origin;
  for (const [from, to] of parts)
    yield viewOf(form, written.text.slice(from, to), (index) => outer(inner(from + index)));
}

/** How many units stand for something at a place, and what they stand for; undefined when for themselves. */
function plainAt(text: string, at: number): readonly [length: number, means: string | undefined] {
  const code = text.codePointAt(at) ?? 0;
  if (code === 0x26) {
    entity.lastIndex = at;
    const found = entity.exec(text)?.[0];
    const means = found === undefined ? undefined : meaningOf(found);
    return found === undefined || means === undefined ? [1, undefined] : [found.length, plainLetter(means)];
  }
  const length = code > 0xffff ? 2 : 1;
  if (isUnseen(code)) return [length, ''];
  const letter = text.slice(at, at + length);
  const plain = plainLetter(letter);
  return [length, plain === letter ? undefined : plain];
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
const unseenText = /[\ufe00-\ufe0f]|\udb40/;
/** A flag of a region (England's) is a black flag with at most six tag characters behind it, and an end mark. */
const blackFlag = '🏴';
const mostOfFlag = 6;

/** Text in tag characters (U+E0020 to U+E007E are ASCII) and bytes in variation selectors. */
function* hidden(text: string): Generator<View> {
  if (!unseenText.test(text)) return;
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
      if (code >= 0xe0020 && code <= 0xe007e) tags.add(String.fromCharCode(code - 0xe0000), at, 0, at + 2);
      else if (code >= 0xe0100 && code <= 0xe01ef) {
        bytes.push(code - 0xe0100 + 16);
        byteFrom.push(at);
      }
    }
  }
  if (tags.text.length >= fewestHidden) yield viewOf('tag characters', tags.text, tags.origin);
  if (bytes.length < fewestHidden) return;
  const said = String.fromCharCode(...bytes.slice(0, 8192));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what is no text is no message.
  if (/[\x00-\x08\x0e-\x1f]/.test(said)) return;
  byteFrom.push((byteFrom.at(-1) ?? 0) + 2);
  yield viewOf('variation selectors', said, (index) => byteFrom[index] ?? 0);
}
