/**
 * The one way in for events, whatever brought them: HTTP, files, a bus. What comes waits in one bounded queue, is appended in
 * batches, and whoever sent it is told when it is durable.
 *
 * What must stay true:
 *
 * - Nothing is lost in silence: without room a request is refused whole, before anything of it is read, and that is counted; what
 *   cannot be read is counted by reason and told to the sender.
 * - No more is taken than will be prepared, kept and seen by the watch soon: what would only wait for it waits with its sender, unread,
 *   and is told to come again when that takes too long; so what decides is seen in time however much comes. A few events are taken even
 *   so, that a flood may not shut out the others.
 * - Nobody is told that an event is kept before it is. A sender that was told nothing sends again, and each event counts once.
 * - One bad batch harms nobody else's: what the database refuses together it is given again one by one.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { FirebreakError, type IntakeStatus, type TakenEvents } from '@firebreak/contract';
import { openRedactor, type Redaction } from '../detection/redaction/redactor.ts';
import type { Place } from '../events/normalise.ts';
import { eventsIn, type Prepared, prepareValues, type Redact } from '../events/prepare.ts';
import type { Appended, AppendedBlock, EventLine, EventStore } from '../events/store.ts';
import type { Clock } from '../kernel/clock.ts';
import { IntakeCounts } from './intake-counts.ts';
import { LinePreparer } from './line-preparer.ts';
import { Pace } from './pace.ts';
import type { RuleTexts } from './rule-keeper.ts';
import type { WatchLoad } from './watch-load.ts';
import { YoungBytes } from './young-bytes.ts';

/** Where events came from. */
export interface IntakePlace {
  /** For the counters: few, and told apart by people. `http`, `otlp`, `nats`, the sender's name. */
  readonly source: string;
  /** For the events: a file, an address, who sent it. */
  readonly locator: string;
  /** Of a file, from 1. */
  readonly line?: number;
}

export interface IntakeLineParts {
  readonly store: Pick<EventStore, 'append'>;
  readonly clock: Clock;
  /** Called with what was appended, when it is durable. */
  readonly appended: (block: AppendedBlock) => void;
  /** The main line where none is named. */
  readonly line?: EventLine | undefined;
  /** What is cut out of events before they are kept. */
  readonly redaction?: Redaction | undefined;
  /** Bytes that may wait. */
  readonly room?: number;
  /** What the watch has before it; undefined while nobody follows, and then nobody is held back. */
  readonly load?: () => WatchLoad | undefined;
  /** Seconds after which the watch may come to what is taken now; 0 to take all that there is room for. */
  readonly holdBack?: number | undefined;
  /** So long a request waits, unread, before it is told to come again. */
  readonly patienceMs?: number;
}

interface Waiting {
  readonly prepared: Prepared;
  readonly received: Date;
  readonly bytes: number;
  readonly events: number;
  readonly resolve: (appended: readonly Appended[]) => void;
  readonly reject: (error: unknown) => void;
}

const defaultRoom = 256 << 20;
const defaultHoldBack = 1;
/** Who sends no more than this part of what is taken is taken up to twice as much. */
const fewOf = 1 / 50;
/** Whoever has been read already is taken beyond what is seen soon: to throw it away costs as much as to keep it. */
const readAlready = 1.5;
const defaultPatienceMs = 2000;
/** So many requests wait at a time. */
const mostPatient = 64;
const lookEachMs = 10;
/** Who was let in and sends nothing for so long is no longer counted on. */
const promisedMs = 250;
/** What is appended together. */
const mostTogether = { events: 4000, bytes: 24 << 20 };

export class IntakeLine {
  readonly #parts: IntakeLineParts;
  readonly #room: number;
  readonly #counts = new IntakeCounts();
  readonly #preparer: LinePreparer;
  readonly #redact: Redact | undefined;
  readonly #queue: Waiting[] = [];
  #waitingBytes = 0;
  #waitingEvents = 0;
  /** Of what came as text: how many bytes an event has. */
  #bytesOfEvent = 1000;
  #writing: Promise<void> | undefined;
  readonly #pace = new Pace();
  readonly #bodies = new YoungBytes();
  /** Since when events have waited that the pace does not know of yet. */
  #busySince: number | undefined;
  /** Requests that wait to be read, one after the other. */
  #patient = 0;
  #turn: Promise<unknown> = Promise.resolve();
  /** Requests that were let in and are still being read. */
  #promised: { readonly events: number; readonly until: number }[] = [];

  constructor(parts: IntakeLineParts) {
    this.#parts = parts;
    this.#room = parts.room ?? defaultRoom;
    this.#preparer = new LinePreparer({ redaction: parts.redaction });
    this.#redact = parts.redaction === undefined ? undefined : openRedactor(parts.redaction);
  }

  get counts(): Pick<IntakeStatus, 'line' | 'sources'> {
    const { line, sources } = this.#counts.told;
    return { line: { ...line, waiting: this.#waitingBytes, room: this.#room }, sources };
  }

  /**
   * Takes parsed values in: events, or envelopes of them. Resolves when they are durable.
   *
   * @throws FirebreakError FB-INTAKE-FULL when there is no room, FB-STORAGE-UNAVAILABLE when nobody knows what became of them:
   * send them again, they count once
   */
  async take(values: readonly unknown[], place: IntakePlace): Promise<TakenEvents> {
    this.#mustHaveRoom(0, values.length);
    const received = this.#parts.clock.now();
    const prepared = prepareValues(values, placeOf(place, received), { redact: this.#redact });
    const bytes = prepared.batches.reduce((sum, { frames }) => sum + frames.byteLength, 0);
    return this.#taken(prepared, received, bytes, place);
  }

  /**
   * Takes JSON text in, a value, a list or a value a line; the fast way, by a thread of its own. The bytes must not be used again.
   *
   * @throws FirebreakError as `take`; FB-USAGE when no part of it is JSON
   */
  async takeText(bytes: Uint8Array, place: IntakePlace): Promise<TakenEvents> {
    const size = bytes.byteLength;
    const about = this.#eventsOf(size);
    this.#promised.shift();
    this.#mustHaveRoom(size, about, readAlready);
    const received = this.#parts.clock.now();
    this.#bodies.held(size);
    this.#busySince ??= performance.now();
    this.#waitingBytes += size;
    this.#waitingEvents += about;
    let prepared: Prepared | undefined;
    try {
      prepared = await this.#preparer.prepare(bytes, placeOf(place, received));
    } finally {
      this.#waitingBytes -= size;
      this.#waitingEvents -= about;
      if (prepared === undefined) this.#done(0);
    }
    if (prepared === undefined) throw new FirebreakError('FB-USAGE', 'The body is no JSON.');
    const events = eventsIn(prepared);
    if (events > 0) this.#bytesOfEvent += (size / events - this.#bytesOfEvent) / 8;
    return this.#taken(prepared, received, size, place);
  }

  /**
   * Waits until so many bytes of text would be taken: for whoever has not read them yet, and need not where they would not.
   *
   * @throws FirebreakError FB-INTAKE-FULL when that takes too long or too many wait already, and that is counted
   */
  async admit(bytes: number): Promise<void> {
    const events = this.#eventsOf(bytes);
    const until = performance.now() + (this.#parts.patienceMs ?? defaultPatienceMs);
    const goesAhead = this.#patient === 0 || this.#isFew(events);
    if (!this.#isRoom(bytes) || this.#patient >= mostPatient || (goesAhead && this.#isSeenSoon(events))) {
      this.#mustHaveRoom(bytes, events);
    } else {
      this.#patient += 1;
      const before = this.#turn;
      const turn = Promise.withResolvers<void>();
      this.#turn = turn.promise;
      try {
        await before;
        while (!this.#isSeenSoon(events) && performance.now() < until) await sleep(lookEachMs);
        this.#mustHaveRoom(bytes, events);
      } finally {
        this.#patient -= 1;
        turn.resolve();
      }
    }
    this.#promised.push({ events, until: performance.now() + promisedMs });
  }

  /** These are the watch's rules now: where many events come as text, they are looked at by them as they are prepared. */
  lookBy(rules: RuleTexts): void {
    this.#preparer.lookBy(rules);
  }

  /** Appends what waits, and ends. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#preparer.close();
  }

  #mustHaveRoom(bytes: number, events: number, beyond = 1): void {
    const isRoom = this.#isRoom(bytes);
    if (isRoom && this.#isSeenSoon(events, beyond)) return;
    this.#counts.refuse(isRoom);
    const waits = isRoom ? `${this.#unseen} events wait to be watched` : `${this.#waitingBytes} bytes wait already`;
    throw new FirebreakError('FB-INTAKE-FULL', `${waits}.`);
  }

  /** What alone is larger than the room is taken when nothing else waits. */
  #isRoom(bytes: number): boolean {
    return this.#waitingBytes === 0 || this.#waitingBytes + bytes <= this.#room;
  }

  #isSeenSoon(events: number, beyond = 1): boolean {
    const most = this.#mostAhead;
    const ahead = this.#unseen;
    return most === undefined || ahead === 0 || ahead + events <= (this.#isFew(events) ? 2 : beyond) * most;
  }

  #isFew(events: number): boolean {
    return events <= (this.#mostAhead ?? 0) * fewOf;
  }

  /** So many events may be on their way to the watch, by whichever is slower; undefined where nobody is held back. */
  get #mostAhead(): number | undefined {
    const { load, holdBack = defaultHoldBack } = this.#parts;
    const perSecond = holdBack === 0 ? undefined : load?.()?.perSecond;
    return perSecond === undefined ? undefined : Math.min(perSecond, this.#pace.perSecond) * holdBack;
  }

  /** About so many, going by those before. */
  #eventsOf(bytes: number): number {
    return Math.ceil(bytes / this.#bytesOfEvent);
  }

  /** Events that were taken, or are being read to be taken, and the watch has not seen. */
  get #unseen(): number {
    const now = performance.now();
    while ((this.#promised[0]?.until ?? Number.POSITIVE_INFINITY) < now) this.#promised.shift();
    const promised = this.#promised.reduce((sum, { events }) => sum + events, 0);
    return promised + this.#waitingEvents + (this.#parts.load?.()?.unseen ?? 0);
  }

  async #taken(prepared: Prepared, received: Date, bytes: number, place: IntakePlace): Promise<TakenEvents> {
    const at = received.toISOString();
    const events = eventsIn(prepared);
    const appended = await new Promise<readonly Appended[]>((resolve, reject) => {
      this.#busySince ??= performance.now();
      this.#queue.push({ prepared, received, bytes, events, resolve, reject });
      this.#waitingBytes += bytes;
      this.#waitingEvents += events;
      this.#writing ??= this.#write();
    });
    for (const { byFormat } of appended)
      for (const { format, kept, duplicates } of byFormat)
        this.#counts.add(place.source, format, { taken: kept, duplicates }, at);
    for (const { format, events } of prepared.passed) this.#counts.add(place.source, format, { passed: events }, at);
    for (const { kind, places } of prepared.redacted) this.#counts.redact(kind, places);
    let unreadable = 0;
    for (const { why, events } of prepared.unreadable) {
      unreadable += events;
      this.#counts.unreadable(why, events);
    }
    if (unreadable > 0) this.#counts.add(place.source, 'unknown', { unreadable }, at);
    return {
      kept: appended.reduce((sum, { kept }) => sum + kept, 0),
      duplicates: appended.reduce((sum, { duplicates }) => sum + duplicates, 0),
      passed: prepared.passed.reduce((sum, { events }) => sum + events, 0),
      problems: [...prepared.problems],
      more: unreadable - prepared.problems.length,
    };
  }

  /** Appends until nothing waits. */
  async #write(): Promise<void> {
    while (this.#queue.length > 0) {
      const together = this.#nextTogether();
      try {
        await this.#append(together);
      } finally {
        let events = 0;
        for (const each of together) {
          this.#waitingBytes -= each.bytes;
          events += each.events;
        }
        this.#waitingEvents -= events;
        this.#done(events);
      }
    }
    this.#writing = undefined;
  }

  /** So many events are through; what lasted so long was spent on them. */
  #done(events: number): void {
    const now = performance.now();
    this.#pace.add(events, now - (this.#busySince ?? now));
    this.#busySince = this.#waitingBytes > 0 ? now : undefined;
  }

  /** At least one, and as many more as go well together. */
  #nextTogether(): Waiting[] {
    let count = 0;
    let events = 0;
    let bytes = 0;
    for (const waiting of this.#queue) {
      events += waiting.events;
      bytes += waiting.bytes;
      if (count > 0 && (events > mostTogether.events || bytes > mostTogether.bytes)) break;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }

  async #append(together: readonly Waiting[]): Promise<void> {
    const received = together[0]?.received ?? this.#parts.clock.now();
    try {
      const batches = together.flatMap(({ prepared }) => prepared.batches);
      const { batches: became, block } = await this.#parts.store.append(batches, received, this.#parts.line);
      if (block !== undefined) this.#parts.appended(block);
      let at = 0;
      for (const { prepared, resolve } of together) {
        resolve(became.slice(at, at + prepared.batches.length));
        at += prepared.batches.length;
      }
    } catch (error) {
      if (error instanceof FirebreakError || together.length === 1) for (const { reject } of together) reject(error);
      else for (const waiting of together) await this.#append([waiting]);
    }
  }
}

function placeOf({ locator, line }: IntakePlace, received: Date): Place {
  return { locator, received: received.toISOString(), ...(line === undefined ? {} : { line }) };
}
