/** The events of a block that were looked at before: each is unpacked, with its neighbours, when somebody asks for more than the look. */
import type { NormalEvent } from '@firebreak/contract';
import { type EventBlock, type FramedEvent, framedEvents, unpackedPiece } from './event-batch.ts';
import type { KeptEvent } from './kept-event.ts';
import { eachLook, type LookAtKept, type LookedAt } from './look.ts';

/** @param looked all events of the block, in their order @param counts how many events each piece holds */
export function* lookedEvents(
  block: EventBlock,
  looked: readonly LookedAt[],
  counts: readonly number[],
): Generator<KeptEvent> {
  const { no, places, received, packed, pieces } = block;
  const each = eachOf(looked);
  let [at, before] = [0, 0];
  for (const [number, length] of pieces.entries()) {
    const count = counts[number] ?? 0;
    const piece = new Piece(packed.subarray(at, at + length), before, block);
    for (let place = 0; place < count; place += 1) {
      const { value: look } = each.next();
      if (look === undefined) throw new Error('A block holds more events than were looked at.');
      yield new LookedEvent(no + (places?.[before + place] ?? before + place), received, look, piece, place);
    }
    at += length;
    before += count;
  }
}

function* eachOf(looked: readonly LookedAt[]): Generator<LookAtKept, undefined> {
  for (const each of looked) yield* eachLook(each);
}

class Piece {
  readonly #packed: Uint8Array;
  readonly #before: number;
  readonly #block: EventBlock;
  #events: readonly FramedEvent[] | undefined;

  constructor(packed: Uint8Array, before: number, block: EventBlock) {
    this.#packed = packed;
    this.#before = before;
    this.#block = block;
  }

  event(place: number): FramedEvent {
    const { no, places, received } = this.#block;
    this.#events ??= [...framedEvents(unpackedPiece(this.#packed), no, places, received, this.#before)];
    const event = this.#events[place];
    if (event === undefined) throw new Error('A piece of a block holds fewer events than it says.');
    return event;
  }
}

class LookedEvent implements KeptEvent {
  readonly no: number;
  readonly received: Date;
  readonly look: LookAtKept;
  readonly #piece: Piece;
  readonly #place: number;

  constructor(no: number, received: Date, look: LookAtKept, piece: Piece, place: number) {
    this.no = no;
    this.received = received;
    this.look = look;
    this.#piece = piece;
    this.#place = place;
  }

  get event(): NormalEvent {
    return this.#piece.event(this.#place).event;
  }

  get formText(): string {
    return this.#piece.event(this.#place).formText;
  }

  get rawText(): string {
    return this.#piece.event(this.#place).rawText;
  }

  get raw(): unknown {
    return this.#piece.event(this.#place).raw;
  }
}
