/** Counters of the line, by who sent and what it was. Bounded: whoever invents senders ends up among `others`. */
import type { IntakeStatus } from '@firebreak/contract';

type SourceLine = IntakeStatus['sources'][number];
export type Counted = Pick<SourceLine, 'taken' | 'duplicates' | 'passed' | 'unreadable'>;

const mostSources = 500;
const mostReasons = 100;
const others = 'others';

export class IntakeCounts {
  readonly #sources = new Map<string, SourceLine>();
  readonly #reasons = new Map<string, number>();
  readonly #redacted = new Map<string, number>();
  #refused = 0;
  #heldBack = 0;

  /** @param at when it came in, ISO 8601 */
  add(source: string, format: string, counted: Partial<Counted>, at: string): void {
    const line = this.#line(source, format);
    line.taken += counted.taken ?? 0;
    line.duplicates += counted.duplicates ?? 0;
    line.passed += counted.passed ?? 0;
    line.unreadable += counted.unreadable ?? 0;
    line.last = at;
  }

  unreadable(why: string, events: number): void {
    const known = this.#reasons.has(why) || this.#reasons.size < mostReasons ? why : others;
    this.#reasons.set(known, (this.#reasons.get(known) ?? 0) + events);
  }

  redact(kind: string, places: number): void {
    this.#redacted.set(kind, (this.#redacted.get(kind) ?? 0) + places);
  }

  /** @param isHeldBack there was room, but the watch has enough before it */
  refuse(isHeldBack: boolean): void {
    if (isHeldBack) this.#heldBack += 1;
    else this.#refused += 1;
  }

  get told(): Pick<IntakeStatus, 'sources'> & { readonly line: Omit<IntakeStatus['line'], 'waiting' | 'room'> } {
    const sources = [...this.#sources.values()].map((line) => ({ ...line }));
    const sum = (of: (line: SourceLine) => number) => sources.reduce((total, line) => total + of(line), 0);
    return {
      line: {
        taken: sum(({ taken }) => taken),
        duplicates: sum(({ duplicates }) => duplicates),
        passed: sum(({ passed }) => passed),
        unreadable: [...this.#reasons].map(([why, events]) => ({ why, events })).sort((a, b) => b.events - a.events),
        refused: this.#refused,
        heldBack: this.#heldBack,
        redacted: [...this.#redacted].map(([kind, places]) => ({ kind, places })),
      },
      sources: sources.sort((a, b) => b.taken + b.duplicates - a.taken - a.duplicates),
    };
  }

  #line(source: string, format: string): SourceLine {
    const named = this.#sources.size < mostSources ? source : others;
    const key = JSON.stringify([named, format]);
    const known = this.#sources.get(JSON.stringify([source, format])) ?? this.#sources.get(key);
    if (known !== undefined) return known;
    const line = { source: named, format, taken: 0, duplicates: 0, passed: 0, unreadable: 0, last: '' };
    this.#sources.set(key, line);
    return line;
  }
}
