/**
 * What somebody sent → batches that are ready to be appended, and what was not to be read, with the reason. Pure, and all that an
 * event costs before the database is in here, so that it can be done in a thread of its own.
 */
import { isUtf8 } from 'node:buffer';
import type { NormalEvent } from '@firebreak/contract';
import { BatchBuilder, type EventBatch } from './event-batch.ts';
import type { Looker } from './look.ts';
import { type Normalised, normalise, type Place } from './normalise.ts';

/**
 * Cuts out of an event what must not be kept. Undefined when there is nothing of it.
 *
 * @returns both forms of the event as they are to be kept, and how often something of each kind was cut out
 */
export type Redact = (
  event: NormalEvent,
  raw: unknown,
) => { readonly event: NormalEvent; readonly raw: unknown; readonly kinds: ReadonlyMap<string, number> } | undefined;

export interface PreparedBy {
  readonly redact?: Redact | undefined;
  readonly looker?: Looker | undefined;
}

export interface Prepared {
  readonly batches: readonly EventBatch[];
  /** Events that told of nothing that happened, by format. */
  readonly passed: readonly { readonly format: string; readonly events: number }[];
  /** What was cut out, by kind. */
  readonly redacted: readonly { readonly kind: string; readonly places: number }[];
  /** The first of those that could not be read; the number is the event's in what was sent, from 1. */
  readonly problems: readonly { readonly event: number; readonly why: string }[];
  /** All that could not be read, by reason. */
  readonly unreadable: readonly { readonly why: string; readonly events: number }[];
}

export function eventsIn({ batches }: Pick<Prepared, 'batches'>): number {
  return batches.reduce((sum, { count }) => sum + count, 0);
}

const mostProblems = 50;
const mostEvents = 4000;
const mostBytes = 16 << 20;

/** Parsed values: events, or envelopes of them. */
export function prepareValues(values: readonly unknown[], place: Place, by: PreparedBy = {}): Prepared {
  const preparing = new Preparing(place, by);
  for (const value of values) preparing.value(value, undefined);
  return preparing.done();
}

/** JSON text: one value, a list of values, or a value a line. Undefined when no part of it is JSON. */
export function prepareText(bytes: Uint8Array, place: Place, by: PreparedBy = {}): Prepared | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const preparing = new Preparing(place, by);
  const sound = isUtf8(buffer);
  // What is a value a line is known by its first line: parsed as one, all of it would be made into a text for nothing.
  const whole = sound && !beginsWithLine(buffer) ? parsed(buffer.toString('utf8')) : undefined;
  if (whole !== undefined) {
    if (Array.isArray(whole.value)) for (const value of whole.value) preparing.value(value, undefined);
    else preparing.value(whole.value, whole.text);
    return preparing.done();
  }
  let any = false;
  let lines = 0;
  for (const bytesOfLine of linesOf(buffer)) {
    if (!sound && !isUtf8(bytesOfLine)) {
      preparing.problem('It is not UTF-8.');
      lines += 1;
      continue;
    }
    const text = bytesOfLine.toString('utf8').trim();
    if (text === '') continue;
    lines += 1;
    const read = parsed(text);
    if (read === undefined) preparing.problem('The line is not JSON.');
    else {
      any = true;
      preparing.value(read.value, text);
    }
  }
  return any || lines === 0 ? preparing.done() : undefined;
}

class Preparing {
  readonly #place: Place;
  readonly #redact: Redact | undefined;
  readonly #looker: Looker | undefined;
  readonly #redacted = new Map<string, number>();
  readonly #batches: EventBatch[] = [];
  readonly #passed = new Map<string, number>();
  readonly #problems: { event: number; why: string }[] = [];
  readonly #unreadable = new Map<string, number>();
  #builder: BatchBuilder;
  #number = 0;

  constructor(place: Place, { redact, looker }: PreparedBy) {
    this.#place = place;
    this.#redact = redact;
    this.#looker = looker;
    this.#builder = new BatchBuilder(looker?.by);
  }

  /** @param text what the value was parsed from, where that is known */
  value(value: unknown, text: string | undefined): void {
    for (const read of normalise(value, this.#place, text)) this.#take(read, value, text);
  }

  problem(why: string): void {
    this.#number += 1;
    this.#refused(why);
  }

  #refused(why: string): void {
    this.#unreadable.set(why, (this.#unreadable.get(why) ?? 0) + 1);
    if (this.#problems.length < mostProblems) this.#problems.push({ event: this.#number, why });
  }

  done(): Prepared {
    this.#close();
    return {
      batches: this.#batches,
      passed: [...this.#passed].map(([format, events]) => ({ format, events })),
      redacted: [...this.#redacted].map(([kind, places]) => ({ kind, places })),
      problems: this.#problems,
      unreadable: [...this.#unreadable].map(([why, events]) => ({ why, events })),
    };
  }

  #take(read: Normalised, value: unknown, text: string | undefined): void {
    if ('problem' in read) {
      this.problem(read.problem);
      return;
    }
    this.#number += 1;
    if ('passed' in read) {
      this.#passed.set(read.passed, (this.#passed.get(read.passed) ?? 0) + 1);
      return;
    }
    const cut = this.#cut(read.event, read.raw);
    if (cut === 'refused') this.#refused('What must not be kept could not be cut out of it.');
    else if (cut !== undefined) {
      for (const [kind, places] of cut.kinds) this.#redacted.set(kind, (this.#redacted.get(kind) ?? 0) + places);
      this.#add(cut.event, cut.raw, JSON.stringify(cut.raw));
    } else this.#add(read.event, read.raw, text !== undefined && read.raw === value ? text : JSON.stringify(read.raw));
    if (this.#builder.count >= mostEvents || this.#builder.bytes >= mostBytes) this.#close();
  }

  #add(event: NormalEvent, raw: unknown, rawText: string): void {
    this.#builder.add(event, rawText, this.#looker?.look({ event, raw, rawText }));
  }

  /** An event that the rules fail on is not kept: better none than one with what must not be. */
  #cut(event: NormalEvent, raw: unknown): ReturnType<Redact> | 'refused' {
    try {
      return this.#redact?.(event, raw);
    } catch {
      return 'refused';
    }
  }

  #close(): void {
    if (this.#builder.count > 0) this.#batches.push(this.#builder.build());
    this.#builder = new BatchBuilder(this.#looker?.by);
  }
}

/** Whether the first line is a value and something comes after it. */
function beginsWithLine(bytes: Buffer): boolean {
  const end = bytes.indexOf(0x0a);
  if (end === -1 || !/\S/.test(bytes.toString('latin1', end, end + 64))) return false;
  return parsed(bytes.toString('utf8', 0, end)) !== undefined;
}

function parsed(text: string): { readonly value: unknown; readonly text: string } | undefined {
  const plain = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  try {
    return { value: JSON.parse(plain), text: plain };
  } catch {
    return undefined;
  }
}

function* linesOf(bytes: Buffer): Generator<Buffer> {
  let start = 0;
  for (let end = bytes.indexOf(0x0a); end !== -1; end = bytes.indexOf(0x0a, start)) {
    yield bytes.subarray(start, end);
    start = end + 1;
  }
  if (start < bytes.length) yield bytes.subarray(start);
}
