/**
 * A text → its sentences, and of each the numbers of its features, for the linear model. What makes an instruction stand out in data is
 * how it begins, what words follow each other, whom it speaks to, and that it is about nothing that its surroundings are about.
 *
 * What must stay true:
 * - the trainer and the scorer share this file: another feature means new weights (`version`);
 * - one pass over the text without regular expressions, in memory that does not grow with it;
 * - surroundings are those of at most `window` units, so that a long text does not make everything familiar.
 */
export const version = 1;
export const buckets = 1 << 15;
const window = 6000;
const mostWords = 60;
const longestSentence = 500;
const mostFeatures = 400;

/** One sentence, and which features it has; `features` is used again for the next one. */
export interface Sentence {
  readonly start: number;
  readonly end: number;
  readonly words: number;
  readonly features: Uint16Array;
  readonly count: number;
}

const seed = 0x811c9dc5;
const prime = 0x01000193;
const mixed = (hash: number, unit: number) => Math.imul(hash ^ unit, prime);

/** What a unit is: 0 separates, 1 a letter, 2 a digit, 3 ends a sentence when space follows, 4 ends one. */
const kinds = new Uint8Array(128);
for (let unit = 97; unit <= 122; unit += 1) kinds[unit] = kinds[unit - 32] = 1;
for (let unit = 48; unit <= 57; unit += 1) kinds[unit] = 2;
for (const unit of '.?!:;') kinds[unit.charCodeAt(0)] = 3;
for (const unit of '\n|') kinds[unit.charCodeAt(0)] = 4;
kinds[39] = 1;

const pieces = { starts: 1, ends: 2, one: 3, two: 4, three: 5, shape: 6, skip: 7 } as const;

/** The sentences of a text with at least two words, in order. */
export class SentenceReader {
  readonly #features = new Uint16Array(mostFeatures);
  /** How many sentences of the window have a word, by the low bits of its hash. */
  readonly #known = new Uint8Array(1 << 13);
  readonly #hashes = new Int32Array(mostWords);
  #count = 0;

  read(text: string, each: (sentence: Sentence) => void): void {
    for (let from = 0; from < text.length; ) {
      const to = cutAt(text, from);
      this.#known.fill(0);
      walk(text, from, to, (start, end) => this.#learn(text, start, end));
      walk(text, from, to, (start, end) => {
        const words = this.#featuresOf(text, start, end);
        if (words >= 2) each({ start, end, words, features: this.#features, count: this.#count });
      });
      from = to;
    }
  }

  #learn(text: string, start: number, end: number): void {
    for (let at = start; at < end; ) {
      const word = nextWord(text, at, end);
      if (word.length > 3) {
        const slot = word.hash & 8191;
        const seen = this.#known[slot] as number;
        if (seen < 255) this.#known[slot] = seen + 1;
      }
      at = word.end;
    }
  }

  /** @returns how many words the sentence has */
  #featuresOf(text: string, start: number, end: number): number {
    this.#count = 0;
    let words = 0;
    let long = 0;
    let familiar = 0;
    let digits = 0;
    let links = 0;
    let firstLetter = 0;
    const hashes = this.#hashes;
    for (let at = start; at < end && words < mostWords; ) {
      const word = nextWord(text, at, end);
      at = word.end;
      if (word.length === 0) continue;
      if (firstLetter === 0) firstLetter = text.charCodeAt(word.end - word.length);
      if (word.digits) digits += 1;
      if (word.length > 3) {
        long += 1;
        // Itself is one of them.
        if ((this.#known[word.hash & 8191] as number) > countIn(hashes, words, word.hash) + 1) familiar += 1;
      }
      if (text.charCodeAt(word.end) === 0x2f && text.charCodeAt(word.end + 1) === 0x2f) links += 1;
      hashes[words] = word.hash;
      words += 1;
    }
    for (let index = 0; index < words; index += 1) {
      const one = hashes[index] as number;
      this.#add(mixed(one, pieces.one));
      if (index > 0) {
        const two = Math.imul(hashes[index - 1] as number, 31) ^ one;
        this.#add(mixed(two, pieces.two));
        if (index > 1) {
          const before = hashes[index - 2] as number;
          this.#add(mixed(Math.imul(before, 961) ^ Math.imul(hashes[index - 1] as number, 31) ^ one, pieces.three));
          this.#add(mixed(Math.imul(before, 961) ^ one, pieces.skip));
        }
      }
    }
    const first = hashes[0] as number;
    this.#add(mixed(first, pieces.starts));
    if (words > 1) this.#add(mixed(Math.imul(first, 31) ^ (hashes[1] as number), pieces.starts));
    const last = lastUnit(text, start, end);
    this.#shape(1, last);
    this.#add(mixed(Math.imul(first, 31) ^ last, pieces.ends));
    this.#shape(2, long === 0 ? 9 : Math.min(4, Math.floor((familiar * 5) / long)));
    this.#shape(3, Math.min(7, words >> 2));
    this.#shape(4, Math.min(3, digits));
    this.#shape(5, Math.min(2, links));
    this.#shape(6, text.startsWith('\n```', end) || text.startsWith(' ```', end) ? 1 : 0);
    this.#shape(7, firstLetter >= 65 && firstLetter <= 90 ? 1 : firstLetter >= 97 && firstLetter <= 122 ? 2 : 0);
    return words;
  }

  #shape(kind: number, value: number): void {
    this.#add(mixed(mixed(seed, kind * 256 + value), pieces.shape));
  }

  #add(hash: number): void {
    if (this.#count === mostFeatures) return;
    this.#features[this.#count] = (hash ^ (hash >>> 15)) & (buckets - 1);
    this.#count += 1;
  }
}

function countIn(hashes: Int32Array, count: number, hash: number): number {
  let found = 0;
  for (let index = 0; index < count; index += 1) if (hashes[index] === hash) found += 1;
  return found;
}

/** The window's end: the last line break in its second half, or the text's end. */
function cutAt(text: string, from: number): number {
  if (text.length - from <= window) return text.length;
  const line = text.lastIndexOf('\n', from + window);
  return line > from + window / 2 ? line + 1 : from + window;
}

function walk(text: string, from: number, to: number, sentence: (start: number, end: number) => void): void {
  let start = from;
  for (let at = from; at < to; at += 1) {
    const unit = text.charCodeAt(at);
    const kind = unit < 128 ? (kinds[unit] as number) : unit === 0x3002 || unit === 0xff1f ? 4 : 1;
    const ends =
      kind === 4 ||
      (kind === 3 && (at + 1 === to || isSpace(text.charCodeAt(at + 1)) || isQuote(text.charCodeAt(at + 1))));
    if (!ends && at - start < longestSentence) continue;
    // A colon introduces what follows; only code and line breaks are told apart from it.
    if (ends && (unit === 0x3a || unit === 0x3b) && at - start < longestSentence) continue;
    const end = kind === 4 ? at : at + 1;
    if (end > start) sentence(start, end);
    start = at + 1;
  }
  if (start < to) sentence(start, to);
}

const isSpace = (unit: number) => unit === 0x20 || unit === 0x0a;
const isQuote = (unit: number) => unit === 0x22 || unit === 0x27 || unit === 0x29;

interface Word {
  hash: number;
  end: number;
  length: number;
  digits: boolean;
}
/** Used again for every word: a text has many. */
const found: Word = { hash: 0, end: 0, length: 0, digits: false };

/** The next word at or behind `at`, in lower case; digits are alike. Of length 0 when there is none. */
function nextWord(text: string, at: number, end: number): Word {
  let position = at;
  let unit = 0;
  for (; position < end; position += 1) {
    unit = text.charCodeAt(position);
    if (unit >= 128 || kinds[unit] === 1 || kinds[unit] === 2) break;
  }
  const start = position;
  let hash = seed;
  let digits = false;
  for (; position < end; position += 1) {
    unit = text.charCodeAt(position);
    const kind = unit < 128 ? kinds[unit] : 1;
    if (kind !== 1 && kind !== 2) break;
    if (kind === 2) {
      if (!digits) hash = mixed(hash, 0x30);
      digits = true;
      continue;
    }
    hash = mixed(hash, unit >= 65 && unit <= 90 ? unit + 32 : unit);
  }
  found.hash = hash;
  found.end = position;
  found.length = position - start;
  found.digits = digits;
  return found;
}

/** How the sentence ends: its mark of punctuation, or 0. */
function lastUnit(text: string, start: number, end: number): number {
  for (let at = end - 1; at >= start; at -= 1) {
    const unit = text.charCodeAt(at);
    if (unit === 0x20 || isQuote(unit)) continue;
    return unit < 128 && kinds[unit] === 3 ? unit : 0;
  }
  return 0;
}
