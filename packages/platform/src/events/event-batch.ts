/**
 * Events on their way into the store, and how they lie there: columns and one stretch of bytes instead of objects, so that they pass
 * from thread to thread and into the database without being copied or parsed again.
 *
 * In the bytes each event is a frame: length of its form, length of its raw text (32 bits, little-endian), both as JSON in UTF-8.
 */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { NodeId, NormalEvent } from '@firebreak/contract';
import { sha256Hex } from '../kernel/digest.ts';
import { actingNodes } from './acting-nodes.ts';
import type { KeptEvent } from './kept-event.ts';
import { type Look, type Looks, LooksBuilder } from './look.ts';

/** What events are found by besides their time. */
export type EventRole = 'actor' | 'target' | 'operation';

export interface EventBatch {
  readonly count: number;
  /** Frames, one after the other; zstd where `packed`. */
  readonly frames: Uint8Array;
  /** Large ones are packed where they are made; small ones with their neighbours, later. */
  readonly packed: boolean;
  /** Bytes of each piece, where packed: whoever wants one event unpacks its piece only. */
  readonly pieces: readonly number[];
  /** Where each frame ends. */
  readonly ends: Uint32Array;
  /** Of each event's id 32 hex digits of its SHA-256, joined by commas. */
  readonly keys: string;
  /** Milliseconds since 1970. */
  readonly times: Float64Array;
  /** Format of each event, as a number of `formats`. */
  readonly formatOf: Uint16Array;
  readonly formats: readonly string[];
  /** By what it is found: pairs of an event's place and a number of `terms`. */
  readonly found: Uint32Array;
  readonly terms: readonly { readonly role: EventRole; readonly term: string }[];
  /** Events in each piece, where packed. */
  readonly counts: readonly number[];
  /** Where each event was looked at as it was prepared. */
  readonly looks?: Looks;
}

const keyDigits = 32;
const header = 8;
const packedFrom = 64 * 1024;
/** Of frames, before they are packed; half of it costs a tenth more room, twice of it unpacks twice as much for one event. */
export const pieceBytes = 128 * 1024;
/** The fastest: logs repeat themselves so much that more work gains little. */
export const framePacking = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** A piece comes out in one go. */
const pieceUnpacking = { chunkSize: pieceBytes + (pieceBytes >> 2) };

/** The part of an id's digest by which an event is known to be there. */
export function eventKey(id: string): string {
  return sha256Hex(id).slice(0, keyDigits);
}

/**
 * Room for frames that no builder writes into now. Made anew for each batch it would be megabytes outside of the heap for every
 * thousand events, and those make the collector look through all of it.
 */
let spare: Buffer | undefined;
const mostSpare = 8 << 20;
const nothing = Buffer.alloc(0);

export class BatchBuilder {
  readonly #looks: LooksBuilder | undefined;
  #frames: Buffer = nothing;
  #length = 0;
  readonly #ends: number[] = [];
  readonly #keys: string[] = [];
  readonly #times: number[] = [];
  readonly #formatOf: number[] = [];
  readonly #formats = new Map<string, number>();
  readonly #found: number[] = [];
  readonly #terms: Readonly<Record<EventRole, Map<string, number>>> = {
    actor: new Map(),
    target: new Map(),
    operation: new Map(),
  };
  readonly #termList: { role: EventRole; term: string }[] = [];

  /** @param lookedBy where each event is added with a look: by which rules and detectors */
  constructor(lookedBy?: string) {
    this.#looks = lookedBy === undefined ? undefined : new LooksBuilder(lookedBy);
  }

  get count(): number {
    return this.#ends.length;
  }

  get bytes(): number {
    return this.#length;
  }

  /** @param raw its JSON text */
  add(event: NormalEvent, raw: string, look?: Look): void {
    const place = this.#ends.length;
    const form = JSON.stringify(event);
    this.#reserve(header + 3 * (form.length + raw.length));
    const [frames, start] = [this.#frames, this.#length];
    const formBytes = frames.write(form, start + header, 'utf8');
    const rawBytes = frames.write(raw, start + header + formBytes, 'utf8');
    frames.writeUInt32LE(formBytes, start);
    frames.writeUInt32LE(rawBytes, start + 4);
    this.#length = start + header + formBytes + rawBytes;
    if (look !== undefined) this.#looks?.add(look, event.id, [start + header, start + header + formBytes]);
    this.#ends.push(this.#length);
    this.#keys.push(eventKey(event.id));
    this.#times.push(Date.parse(event.time));
    this.#formatOf.push(numbered(this.#formats, event.source.format));
    for (const node of actingNodes(event)) this.#find(place, 'actor', node);
    for (const node of event.targets) this.#find(place, 'target', node);
    this.#find(place, 'operation', event.operation);
  }

  /** The batch; what is added afterwards is another one's. */
  build(): EventBatch {
    const packed = this.#length >= packedFrom;
    const room = this.#frames;
    const frames = room.subarray(0, this.#length);
    const cut = packed ? [...piecesOf(frames, this.#ends)] : [];
    const pieces = cut.map(({ piece }) => zstdCompressSync(piece, framePacking));
    const batch: EventBatch = {
      count: this.#ends.length,
      frames: packed ? joined(pieces) : new Uint8Array(frames),
      packed,
      pieces: pieces.map(({ length }) => length),
      ends: Uint32Array.from(this.#ends),
      keys: this.#keys.join(','),
      times: Float64Array.from(this.#times),
      formatOf: Uint16Array.from(this.#formatOf),
      formats: [...this.#formats.keys()],
      found: Uint32Array.from(this.#found),
      terms: this.#termList,
      counts: cut.map(({ count }) => count),
      ...(this.#looks === undefined ? {} : { looks: this.#looks.build(frames) }),
    };
    if (room.length > 0 && room.length <= mostSpare) spare = room;
    [this.#frames, this.#length] = [nothing, 0];
    return batch;
  }

  #find(place: number, role: EventRole, term: string): void {
    let number = this.#terms[role].get(term);
    if (number === undefined) {
      number = this.#termList.length;
      this.#terms[role].set(term, number);
      this.#termList.push({ role, term });
    }
    this.#found.push(place, number);
  }

  #reserve(bytes: number): void {
    if (this.#frames === nothing) [this.#frames, spare] = [spare ?? Buffer.allocUnsafeSlow(256 * 1024), undefined];
    if (this.#length + bytes <= this.#frames.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#frames.length, this.#length + bytes));
    this.#frames.copy(larger, 0, 0, this.#length);
    this.#frames = larger;
  }
}

/** In memory of its own and of its size: it is handed to another thread as it is. */
function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = Buffer.concat(pieces);
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}

/** Whole frames, in pieces of a size that is worth unpacking for one of them. */
function* piecesOf(frames: Buffer, ends: readonly number[]): Generator<{ piece: Buffer; count: number }> {
  let [start, first] = [0, 0];
  for (const [place, end] of ends.entries()) {
    if (end - start < pieceBytes && place < ends.length - 1) continue;
    yield { piece: frames.subarray(start, end), count: place + 1 - first };
    [start, first] = [end, place + 1];
  }
}

/** One batch of parsed events. */
export function batchOf(events: readonly { readonly event: NormalEvent; readonly raw: unknown }[]): EventBatch {
  const builder = new BatchBuilder();
  for (const { event, raw } of events) builder.add(event, JSON.stringify(raw));
  return builder.build();
}

/** An event as it lies in a block; parsed when somebody looks. */
export class FramedEvent implements KeptEvent {
  readonly no: number;
  readonly received: Date;
  readonly #bytes: Buffer;
  readonly #start: number;
  readonly #middle: number;
  readonly #end: number;
  #event: NormalEvent | undefined;

  constructor(no: number, received: Date, bytes: Buffer, start: number, middle: number, end: number) {
    this.no = no;
    this.received = received;
    this.#bytes = bytes;
    this.#start = start;
    this.#middle = middle;
    this.#end = end;
  }

  get event(): NormalEvent {
    this.#event ??= JSON.parse(this.formText) as NormalEvent;
    return this.#event;
  }

  get formText(): string {
    return this.#bytes.toString('utf8', this.#start, this.#middle);
  }

  /** Its text as it came, or as it was written again where it came in an envelope. */
  get rawText(): string {
    return this.#bytes.toString('utf8', this.#middle, this.#end);
  }

  get raw(): unknown {
    return JSON.parse(this.rawText);
  }

  /** Calls with where it lies: the form from `start`, its raw text from `middle` to `end`. */
  within(call: (bytes: Buffer, start: number, middle: number, end: number) => void): void {
    call(this.#bytes, this.#start, this.#middle, this.#end);
  }

  holds(bytes: Buffer): boolean {
    return this.#bytes.subarray(this.#start, this.#end).includes(bytes);
  }
}

/**
 * The events of some frames.
 *
 * @param first number of the place 0
 * @param places of all frames of the block, where some are missing in between
 * @param from how many frames of the block come before these
 */
export function* framedEvents(
  frames: Buffer,
  first: number,
  places: readonly number[] | null,
  received: Date,
  from = 0,
): Generator<FramedEvent> {
  let at = 0;
  for (let index = from; at < frames.length; index += 1) {
    const middle = at + header + frames.readUInt32LE(at);
    const end = middle + frames.readUInt32LE(at + 4);
    yield new FramedEvent(first + (places?.[index] ?? index), received, frames, at + header, middle, end);
    at = end;
  }
}

/** Events that were appended together, as they lie in the store. */
export interface EventBlock {
  /** Number of its first place. */
  readonly no: number;
  /** Places that are there, from 0; null when all are. */
  readonly places: readonly number[] | null;
  readonly received: Date;
  /** Frames, packed: pieces one after the other. */
  readonly packed: Uint8Array;
  /** Bytes of each piece. */
  readonly pieces: readonly number[];
}

export function unpackedPiece(packed: Uint8Array): Buffer {
  return zstdDecompressSync(packed, pieceUnpacking);
}

/** The events of a block, each piece unpacked when its first is asked for: for a thread that has nothing else to do meanwhile. */
export function* unpackedEvents({ no, places, received, packed, pieces }: EventBlock): Generator<FramedEvent> {
  let at = 0;
  let before = 0;
  for (const length of pieces) {
    for (const each of framedEvents(unpackedPiece(packed.subarray(at, at + length)), no, places, received, before)) {
      yield each;
      before += 1;
    }
    at += length;
  }
}

/** Whether one of the nodes acted in it. */
export function isBy(event: NormalEvent, nodes: ReadonlySet<NodeId>): boolean {
  return actingNodes(event).some((node) => nodes.has(node));
}

function numbered(numbers: Map<string, number>, name: string): number {
  const known = numbers.get(name);
  if (known !== undefined) return known;
  numbers.set(name, numbers.size);
  return numbers.size - 1;
}
