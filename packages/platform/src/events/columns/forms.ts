/**
 * The one form of events that follow each other, few at a time packed together: what is shown of an event is unpacked without its
 * neighbours by the thousand, and without what it came as.
 */
import type { NormalEvent } from '@firebreak/contract';
import type { KeptEvent } from '../kept-event.ts';
import { pack, unpack } from './packing.ts';

export interface PackedForms {
  /** Groups, one after the other. */
  readonly bytes: Buffer;
  /** Where each ends. */
  readonly ends: readonly number[];
}

/** Twice as many take an eighth less room, and twice as long for one. */
const eventsOfGroup = 32;
/** Bytes of a line besides the form: a time, a blank, the line's end. */
const mostOfLine = 32;

export class FormPacker {
  readonly #groups: Buffer[] = [];
  readonly #ends: number[] = [];
  /** The lines of the group that is not full. */
  #open = Buffer.allocUnsafeSlow(64 * 1024);
  #length = 0;
  #lines = 0;
  #end = 0;

  /** @param bytes with the JSON of the one form, from `start` to `end` */
  add(received: Date, bytes: Buffer, start: number, end: number): void {
    this.#reserve(end - start + mostOfLine);
    if (this.#lines > 0) this.#length += this.#open.write('\n', this.#length);
    this.#length += this.#open.write(`${received.getTime()} `, this.#length, 'latin1');
    this.#length += bytes.copy(this.#open, this.#length, start, end);
    this.#lines += 1;
    if (this.#lines === eventsOfGroup) this.#close();
  }

  build(): PackedForms {
    if (this.#lines > 0) this.#close();
    return { bytes: Buffer.concat(this.#groups), ends: this.#ends };
  }

  #close(): void {
    const group = pack(this.#open.subarray(0, this.#length));
    this.#groups.push(group);
    this.#end += group.length;
    this.#ends.push(this.#end);
    [this.#length, this.#lines] = [0, 0];
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#open.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#open.length, this.#length + bytes));
    this.#open.copy(larger, 0, 0, this.#length);
    this.#open = larger;
  }
}

/** In which group an event is, by its place. */
export const groupOf = (place: number): number => Math.floor(place / eventsOfGroup);

/** An event without what it came as. @param group unpacked by `unpackGroup` */
export function formAt(group: readonly string[], place: number, no: number): KeptEvent {
  const line = group[place % eventsOfGroup] ?? '';
  const blank = line.indexOf(' ');
  const event = JSON.parse(line.slice(blank + 1)) as NormalEvent;
  return { no, received: new Date(Number(line.slice(0, blank))), event, raw: undefined, rawText: '' };
}

export const unpackGroup = (packed: Buffer): readonly string[] => unpack(packed).toString().split('\n');
