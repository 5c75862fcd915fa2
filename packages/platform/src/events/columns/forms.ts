/**
 * The one form of events that follow each other, few at a time packed together: what is shown of an event is unpacked without its
 * neighbours by the thousand, and without what it came as.
 */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { NormalEvent } from '@firebreak/contract';
import { framePacking } from '../event-batch.ts';
import type { KeptEvent } from '../store.ts';

export interface PackedForms {
  /** Groups, one after the other. */
  readonly bytes: Buffer;
  /** Where each ends. */
  readonly ends: readonly number[];
}

/** Twice as many take an eighth less room, and twice as long for one. */
const eventsOfGroup = 32;

export function packForms(events: readonly KeptEvent[]): PackedForms {
  const groups: Buffer[] = [];
  const ends: number[] = [];
  let end = 0;
  for (let from = 0; from < events.length; from += eventsOfGroup) {
    const lines = events
      .slice(from, from + eventsOfGroup)
      .map(({ received, event }) => `${received.getTime()} ${JSON.stringify(event)}`);
    const group = zstdCompressSync(Buffer.from(lines.join('\n')), framePacking);
    groups.push(group);
    end += group.length;
    ends.push(end);
  }
  return { bytes: Buffer.concat(groups), ends };
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

export const unpackGroup = (packed: Buffer): readonly string[] =>
  zstdDecompressSync(packed, { chunkSize: 64 * 1024 })
    .toString()
    .split('\n');
