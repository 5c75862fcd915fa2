/**
 * All texts of an event as one, in which secrets are looked for in one go: a line for each text, with the name of its field before it,
 * since rules go by names too. Many searches of short texts would cost more than the events themselves.
 *
 * What must stay true: a place in the whole says which text it lies in, and where in that; what lies over two texts is none.
 */
export interface EventText {
  readonly text: string;
  /** Field names and places in lists, from the event's root. */
  readonly path: readonly string[];
  /** Of the stretch, in the text itself; the end is exclusive. */
  readonly start: number;
  readonly end: number;
}

const mostTexts = 5000;
const mostCharacters = 1 << 18;
const deepest = 64;

/** The first 256 thousand characters of it. @param shortest texts that are shorter are left out: no secret is */
export function eventTexts(raw: unknown, shortest = 16): EventTexts {
  const [first = new EventTexts()] = new Walk(shortest, false).all(raw);
  return first;
}

/** All of it, in as many pieces as that takes, with names of fields and numbers; but for what is more than 64 deep. */
export function allEventTexts(raw: unknown, shortest: number): readonly EventTexts[] {
  return new Walk(shortest, true).all(raw);
}

/** Paths as lists from the leaf up: they are made of many values, and looked at of few. */
interface Step {
  readonly name: string;
  readonly above: Step | undefined;
}

export class EventTexts {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #steps: (Step | undefined)[] = [];
  whole = '';

  get isFull(): boolean {
    return this.whole.length >= mostCharacters || this.#starts.length >= mostTexts;
  }

  add(text: string, name: string, step: Step | undefined): void {
    this.whole += `${name}: `;
    this.#starts.push(this.whole.length);
    this.whole += text;
    this.#ends.push(this.whole.length);
    this.#steps.push(step);
    this.whole += '\n';
  }

  *texts(): Generator<string> {
    for (const [at, start] of this.#starts.entries()) yield this.whole.slice(start, this.#ends[at]);
  }

  /** The text that a stretch of the whole lies in; undefined when it lies in no single one. */
  within(start: number, end: number): EventText | undefined {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= start) low = middle;
      else high = middle - 1;
    }
    const [from, to = 0] = [this.#starts[low], this.#ends[low]];
    if (from === undefined || start < from || end > to) return undefined;
    const path: string[] = [];
    for (let step = this.#steps[low]; step !== undefined; step = step.above) path.unshift(step.name);
    return { text: this.whole.slice(from, to), path, start: start - from, end: end - from };
  }
}

class Walk {
  readonly #shortest: number;
  readonly #isAll: boolean;
  readonly #done: EventTexts[] = [];
  #texts = new EventTexts();
  #isOver = false;

  constructor(shortest: number, isAll: boolean) {
    this.#shortest = shortest;
    this.#isAll = isAll;
  }

  all(raw: unknown): readonly EventTexts[] {
    this.#into(raw, '', undefined, 0);
    return [...this.#done, this.#texts];
  }

  /** @param name of the field that the value, or the list that it stands in, has */
  #into(value: unknown, name: string, step: Step | undefined, depth: number): void {
    if (typeof value === 'string') this.#text(value, name, step);
    else if (typeof value === 'number' && this.#isAll) this.#text(String(value), name, step);
    else if (typeof value !== 'object' || value === null || depth >= deepest) return;
    else if (Array.isArray(value))
      for (let at = 0; at < value.length && !this.#isOver; at += 1)
        this.#into(value[at], name, { name: String(at), above: step }, depth + 1);
    else
      for (const key of Object.keys(value)) {
        if (this.#isOver) return;
        if (this.#isAll) this.#text(key, '', step);
        this.#into((value as Record<string, unknown>)[key], key, { name: key, above: step }, depth + 1);
      }
  }

  #text(value: string, name: string, step: Step | undefined): void {
    if (value.length < this.#shortest) return;
    const room = mostCharacters - this.#texts.whole.length;
    this.#texts.add(this.#isAll ? value : value.slice(0, room), name, step);
    if (!this.#texts.isFull) return;
    if (!this.#isAll) this.#isOver = true;
    else {
      this.#done.push(this.#texts);
      this.#texts = new EventTexts();
    }
  }
}
