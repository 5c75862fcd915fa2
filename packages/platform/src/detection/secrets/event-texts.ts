/**
 * All texts of an event as one, in which secrets are looked for in one go: a line for each text, with the name of its field before it,
 * since rules go by names too. Many searches of short texts would cost more than the events themselves.
 *
 * What must stay true: a place in the whole says which text it lies in, and where in that; what lies over two texts is none.
 */
export interface EventTexts {
  readonly whole: string;
  /** The text that a stretch of the whole lies in; undefined when it lies in no single one. The end is exclusive. */
  within(start: number, end: number): EventText | undefined;
  /** Whether there was more than is looked at. */
  readonly truncated: boolean;
}

export interface EventText {
  /** Field names and places in lists, from the event's root. */
  readonly path: readonly string[];
  /** Of the stretch, in the text itself. */
  readonly start: number;
  readonly end: number;
}

const mostTexts = 5000;
const mostCharacters = 1 << 18;
const deepest = 64;

/** @param shortest texts that are shorter are left out: no secret is */
export function eventTexts(raw: unknown, shortest = 16): EventTexts {
  const walk = new Walk(shortest);
  walk.into(raw, '', undefined, 0);
  return walk;
}

/** Paths as lists from the leaf up: they are made of many values, and looked at of few. */
interface Step {
  readonly name: string;
  readonly above: Step | undefined;
}

class Walk implements EventTexts {
  readonly #shortest: number;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #steps: (Step | undefined)[] = [];
  truncated = false;
  whole = '';

  constructor(shortest: number) {
    this.#shortest = shortest;
  }

  /** @param name of the field that the value, or the list that it stands in, has */
  into(value: unknown, name: string, step: Step | undefined, depth: number): void {
    if (typeof value === 'string') this.#text(value, name, step);
    else if (typeof value !== 'object' || value === null) return;
    else if (depth >= deepest) this.truncated = true;
    else if (Array.isArray(value))
      for (let at = 0; at < value.length && !this.truncated; at += 1)
        this.into(value[at], name, { name: String(at), above: step }, depth + 1);
    else
      for (const key in value) {
        if (!Object.hasOwn(value, key)) continue;
        if (this.truncated) return;
        this.into((value as Record<string, unknown>)[key], key, { name: key, above: step }, depth + 1);
      }
  }

  within(start: number, end: number): EventText | undefined {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= start) low = middle;
      else high = middle - 1;
    }
    const from = this.#starts[low];
    if (from === undefined || start < from || end > (this.#ends[low] ?? 0)) return undefined;
    const path: string[] = [];
    for (let step = this.#steps[low]; step !== undefined; step = step.above) path.unshift(step.name);
    return { path, start: start - from, end: end - from };
  }

  #text(value: string, name: string, step: Step | undefined): void {
    if (value.length < this.#shortest) return;
    const room = mostCharacters - this.whole.length;
    if (this.#starts.length >= mostTexts || room <= value.length) this.truncated = true;
    if (this.#starts.length >= mostTexts || room <= 0) return;
    this.whole += `${name}: `;
    this.#starts.push(this.whole.length);
    this.whole += value.slice(0, room);
    this.#ends.push(this.whole.length);
    this.#steps.push(step);
    this.whole += '\n';
  }
}
