/**
 * Aho–Corasick over the literals that the rules ask one field for: one pass over a text finds all of them, however many there
 * are. (A. Aho, M. Corasick, "Efficient string matching", CACM 18(6), 1975.)
 *
 * What must stay true:
 * - the literals are folded already, and the text is folded while it is read, unit by unit; a hit in any case is a hit;
 * - it is a complete automaton in a typed array: one step a unit, without failure links at run time;
 * - only the last `maxUnits` of a long literal are in it. A hit is a reason to test exactly, never an answer by itself.
 */
import { foldedUnits } from '../language/fold.ts';

export interface Literal {
  /** Folded, not empty. */
  readonly text: string;
  readonly id: number;
}

/** Long enough to be rare, short enough that ten thousand literals fit into the caches' reach. */
const maxUnits = 16;
const ascii = 128;

export class Automaton {
  /** By the row of a state (its number times the classes) and a class the next row; its complement where an id ends. */
  readonly #next: Int32Array;
  readonly #classes: number;
  /** Class of an ASCII unit, folding included. */
  readonly #asciiClass = new Uint16Array(ascii);
  /** Class of every other folded unit that occurs in a literal. */
  readonly #otherClass = new Map<number, number>();
  /** Ids that end in a state: from `#outputAt[state]` up to the next. */
  readonly #outputAt: Int32Array;
  readonly #outputs: Int32Array;

  constructor(literals: readonly Literal[]) {
    const cut = literals.map(({ text, id }) => ({ text: text.slice(-maxUnits), id }));
    let classes = 1;
    for (const { text } of cut)
      for (let at = 0; at < text.length; at += 1) {
        const unit = text.charCodeAt(at);
        if (unit < ascii ? this.#asciiClass[unit] !== 0 : this.#otherClass.has(unit)) continue;
        if (unit < ascii) this.#asciiClass[unit] = classes;
        else this.#otherClass.set(unit, classes);
        classes += 1;
      }
    for (let unit = 0x41; unit <= 0x5a; unit += 1) this.#asciiClass[unit] = this.#asciiClass[unit + 32] ?? 0;
    this.#classes = classes;
    const limit = cut.reduce((sum, { text }) => sum + text.length, 1);
    const next = new Int32Array(limit * classes);
    const ids: number[][] = [[]];
    for (const { text, id } of cut) {
      let state = 0;
      for (let at = 0; at < text.length; at += 1) {
        const edge = state * classes + this.#classOf(text.charCodeAt(at));
        if (next[edge] === 0) next[edge] = ids.push([]) - 1;
        state = next[edge] ?? 0;
      }
      ids[state]?.push(id);
    }
    completed(next, classes, ids);
    this.#next = next.slice(0, ids.length * classes);
    for (let edge = 0; edge < this.#next.length; edge += 1) {
      const state = this.#next[edge] ?? 0;
      this.#next[edge] = ids[state]?.length === 0 ? state * classes : ~(state * classes);
    }
    this.#outputAt = new Int32Array(ids.length + 1);
    for (const [state, found] of ids.entries()) this.#outputAt[state + 1] = (this.#outputAt[state] ?? 0) + found.length;
    this.#outputs = Int32Array.from(ids.flat());
  }

  /** Calls `found` for every occurrence of a literal, with the place behind it: the same id may come many times. */
  scan(text: string, found: (id: number, end: number) => void): void {
    const next = this.#next;
    const asciiClass = this.#asciiClass;
    let row = 0;
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      const kind = unit < ascii ? (asciiClass[unit] as number) : this.#classOf(foldedUnits[unit] as number);
      row = next[row + kind] as number;
      if (row >= 0) continue;
      row = ~row;
      this.#tell(row / this.#classes, at + 1, found);
    }
  }

  /** Whether there is any occurrence. */
  finds(text: string): boolean {
    const next = this.#next;
    const asciiClass = this.#asciiClass;
    let row = 0;
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      row = next[
        row + (unit < ascii ? (asciiClass[unit] as number) : this.#classOf(foldedUnits[unit] as number))
      ] as number;
      if (row < 0) return true;
    }
    return false;
  }

  #tell(state: number, end: number, found: (id: number, end: number) => void): void {
    const to = this.#outputAt[state + 1] as number;
    for (let output = this.#outputAt[state] as number; output < to; output += 1)
      found(this.#outputs[output] as number, end);
  }

  get bytes(): number {
    return this.#next.byteLength + this.#outputAt.byteLength + this.#outputs.byteLength;
  }

  #classOf(unit: number): number {
    return (unit < ascii ? this.#asciiClass[unit] : this.#otherClass.get(unit)) ?? 0;
  }
}

/** Breadth first: where a state has no edge it gets that of its longest proper suffix, and that suffix's ids are also its own. */
function completed(next: Int32Array, classes: number, ids: number[][]): void {
  const suffix = new Int32Array(ids.length);
  const queue: number[] = [];
  for (let kind = 0; kind < classes; kind += 1) if (next[kind] !== 0) queue.push(next[kind] ?? 0);
  for (let read = 0; read < queue.length; read += 1) {
    const state = queue[read] ?? 0;
    const fallback = suffix[state] ?? 0;
    ids[state] = [...(ids[state] ?? []), ...(ids[fallback] ?? [])];
    for (let kind = 0; kind < classes; kind += 1) {
      const edge = state * classes + kind;
      const other = next[fallback * classes + kind] ?? 0;
      const child = next[edge] ?? 0;
      if (child === 0) next[edge] = other;
      else {
        suffix[child] = other;
        queue.push(child);
      }
    }
  }
}
