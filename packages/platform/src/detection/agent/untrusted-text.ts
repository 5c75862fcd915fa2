/**
 * What came into a conversation by tools, and whether an argument of a later call stands in it.
 *
 * Only words in running text count. A file name in a listing, a sender's address in its field, a link in a search hit are what such
 * tools are for: every later call is made of them. Words in the middle of a text that somebody else wrote are another thing, and an
 * instruction that was hidden there must be in such a text.
 *
 * A text is cut into words once. Distinctive ones (addresses, paths, numbers of accounts) are kept as they are; of the rest,
 * hashes of three words in a row. All of it is linear in the text, and bounded: the newest stay. What was encoded is looked at
 * decoded too, one layer: zero-width and tag characters, compatibility forms, percent, base64, hexadecimal.
 */
import { instructionIn } from './instruction.ts';
import type { Leaf } from './leaves.ts';

export interface Origin {
  /** The tool that brought it, in words. */
  readonly tool: string;
  /** Id of the event. */
  readonly event: string;
  readonly time: number;
  /** What in that text talks to a model. */
  readonly instruction?: string;
}

export interface UntrustedText {
  readonly origins: Origin[];
  /** Distinctive words and where they came from, as places in `origins`. */
  readonly words: Map<string, number>;
  /** Hashes of three words in a row. */
  readonly rows: Map<number, number>;
  /** What the user said: nobody else's words any more. */
  readonly own: Set<string>;
}

const mostOrigins = 200;
const mostWords = 3000;
const mostRows = 6000;
const mostOwn = 3000;
const longestText = 16_384;
/** Words that a text must have to be one, and not a field. */
const fewestWords = 8;

export function noText(): UntrustedText {
  return { origins: [], words: new Map(), rows: new Map(), own: new Set() };
}

/** What a text is made of. Several detectors ask it of the same leaf, one after the other. */
interface Parts {
  readonly words: readonly string[];
  readonly rows: readonly number[];
  readonly instruction: string | undefined;
}
const partsOfLeaf = new WeakMap<Leaf, Parts | 'no text'>();

function partsOf(leaf: Leaf): Parts | 'no text' {
  const known = partsOfLeaf.get(leaf);
  if (known !== undefined) return known;
  const forms = formsOf(leaf.text).map((text) => ({ text, words: wordsIn(text) }));
  const long = forms.filter(({ words }) => words.length >= fewestWords);
  const parts: Parts = {
    words: long.flatMap(({ words }) => words.filter(isDistinctive)),
    rows: long.flatMap(({ words }) => rowsOf(words)),
    instruction: long.map(({ text }) => instructionIn(text)).find((each) => each !== undefined),
  };
  const found = long.length === 0 ? 'no text' : parts;
  partsOfLeaf.set(leaf, found);
  return found;
}

/** What in a leaf talks to a model, in whatever form; undefined for nothing, and for what is no running text. */
export function instructionOf(leaf: Leaf): string | undefined {
  const parts = partsOf(leaf);
  return parts === 'no text' ? undefined : parts.instruction;
}

/** @returns where running text of the leaves was put; undefined where there was none */
export function addUntrusted(
  index: UntrustedText,
  leaves: readonly Leaf[],
  from: Omit<Origin, 'instruction'>,
): Origin | undefined {
  let origin: Origin | undefined;
  for (const leaf of leaves) {
    const parts = partsOf(leaf);
    if (parts === 'no text' || index.origins.length >= mostOrigins) continue;
    origin = { ...from, ...(parts.instruction === undefined ? {} : { instruction: parts.instruction }) };
    const place = index.origins.push(origin) - 1;
    for (const word of parts.words) keep(index.words, word, place, mostWords);
    for (const row of parts.rows) keep(index.rows, row, place, mostRows);
  }
  return origin;
}

/** What the user said is their own, wherever else it stands. */
export function addOwn(index: UntrustedText, text: string): void {
  for (const word of wordsIn(text.slice(0, longestText))) if (index.own.size < mostOwn) index.own.add(word);
}

export interface FromElsewhere {
  readonly origin: Origin;
  /** The words that stand there, cut. */
  readonly words: string;
}

/** A distinctive word of an argument that came in by a tool and that the user did not say. Calls before the text came are not meant. */
export function distinctiveFrom(index: UntrustedText, text: string, time: number): FromElsewhere | undefined {
  for (const form of formsOf(text))
    for (const word of wordsIn(form)) {
      const origin = index.origins[index.words.get(word) ?? -1];
      if (origin !== undefined && origin.time <= time && !index.own.has(word))
        return { origin, words: word.slice(0, 100) };
    }
  return undefined;
}

/** Whether nearly all of a text of at least `fewest` words was written elsewhere. */
export function mostlyFrom(
  index: UntrustedText,
  text: string,
  time: number,
  fewest: number,
): FromElsewhere | undefined {
  for (const form of formsOf(text)) {
    const words = wordsIn(form);
    const rows = rowsOf(words);
    if (words.length < fewest || rows.length === 0) continue;
    const places = rows.map((row) => index.rows.get(row)).filter((place) => place !== undefined);
    const origin = index.origins[places[0] ?? -1];
    const said = words.filter((word) => index.own.has(word)).length;
    if (origin !== undefined && origin.time <= time && places.length >= 0.8 * rows.length && said < 0.8 * words.length)
      return { origin, words: words.join(' ').slice(0, 100) };
  }
  return undefined;
}

function keep<Key>(map: Map<Key, number>, key: Key, place: number, most: number): void {
  if (map.has(key)) return;
  map.set(key, place);
  if (map.size > most)
    for (const oldest of map.keys()) {
      map.delete(oldest);
      break;
    }
}

/** In lower case, without the punctuation around them. Addresses stay whole, and their host is a word of its own. */
export function wordsIn(text: string): readonly string[] {
  const words: string[] = [];
  for (const part of text.toLowerCase().split(/[\s"'`<>()[\]{}|,;]+/)) {
    const word = part.replace(/^[^\p{L}\p{N}/~$@]+|[^\p{L}\p{N}/]+$/gu, '').slice(0, 300);
    if (word === '') continue;
    words.push(word);
    const host = /^(?:[a-z][a-z0-9+.-]{0,20}:\/\/|[\w.+-]{1,64}@)([^/?#:@\s]{4,253})/.exec(word)?.[1];
    if (host?.includes('.')) words.push(host);
  }
  return words;
}

/** Addresses, paths, account numbers: what nobody hits upon by chance. */
function isDistinctive(word: string): boolean {
  if (word.length < 6) return false;
  return (
    /:\/\/./.test(word) ||
    /^[\w.+-]+@[\w-]+\.[\w.-]+$/.test(word) ||
    /^(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?::\d{1,5})?$/.test(word) ||
    /^(?:~|\.{0,2})?\/[\w.-]+(?:\/[\w.*-]+)+$/.test(word) ||
    /^\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?$/.test(word) ||
    /^[a-z]{2}\d{2}[a-z0-9]{10,30}$/.test(word) ||
    (word.length >= 12 && /\d/.test(word) && /[a-z]/.test(word) && !/^\d+(?:st|nd|rd|th)$/.test(word))
  );
}

/** Three words in a row, as one number each (FNV-1a over their letters). */
function rowsOf(words: readonly string[]): readonly number[] {
  const rows: number[] = [];
  for (let at = 0; at + 2 < words.length; at += 1) {
    let hash = 0x811c9dc5;
    for (const word of [words[at], words[at + 1], words[at + 2]] as readonly string[]) {
      for (let unit = 0; unit < word.length; unit += 1) hash = Math.imul(hash ^ word.charCodeAt(unit), 0x01000193);
      hash = Math.imul(hash ^ 0x20, 0x01000193);
    }
    rows.push(hash >>> 0);
  }
  return rows;
}

const invisible = /[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]/g;
const tagCharacters = /[\u{e0020}-\u{e007e}]/gu;
const mostBlobs = 8;

/** The text, and what is encoded in it. */
export function formsOf(whole: string): readonly string[] {
  const text = whole.slice(0, longestText);
  const plain = text
    .normalize('NFKC')
    .replace(tagCharacters, (tag) => String.fromCharCode((tag.codePointAt(0) ?? 0) - 0xe0000))
    .replace(invisible, '');
  const forms = [plain];
  if (/%[0-9a-f]{2}/i.test(plain))
    forms.push(plain.replace(/(?:%[0-9a-f]{2})+/gi, (part) => decoded(part.replace(/%/g, ''), 'hex') ?? part));
  let blobs = 0;
  for (const [blob] of plain.matchAll(/[A-Za-z0-9+/_-]{24,4096}={0,2}/g)) {
    if (++blobs > mostBlobs) break;
    const inside = decoded(blob, /^[0-9a-f]+$/i.test(blob) ? 'hex' : 'base64');
    if (inside !== undefined) forms.push(inside);
  }
  return forms;
}

/** Undefined for bytes that are no text. */
function decoded(blob: string, encoding: 'hex' | 'base64'): string | undefined {
  const text = Buffer.from(blob, encoding).toString('utf8');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what tells bytes from text.
  return text === '' || /[\u0000-\u0008\u000e-\u001f\ufffd]/.test(text) ? undefined : text;
}
