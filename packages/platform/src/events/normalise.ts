/**
 * One parsed value of a log → events in the one form. Nothing is dropped in silence: what no format knows, or what a format
 * cannot read, comes out as a problem with its reason; what a format says did not happen (a request only received) is counted.
 */
import type { EventFormat, NormalEvent, ReadEvent } from '@firebreak/contract';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { sha256Hex } from '../kernel/digest.ts';
import { mustBeDescribed } from './declared/declared-formats.ts';
import { openEnvelope } from './envelopes/index.ts';
import { eventFormats } from './formats/index.ts';

export type Normalised =
  | { readonly event: NormalEvent; readonly raw: unknown }
  | { readonly problem: string }
  /** It says nothing that happened. */
  | { readonly passed: string };

/** Where it was read, and when (ISO 8601). */
export interface Place {
  readonly locator: string;
  readonly line?: number;
  readonly received: string;
}

const mostInside = 100_000;
/** A record of Firehose holds what CloudWatch sends on, and in that is the event: whoever needs more has something to hide. */
const deepest = 5;

/** @param depth envelopes around the value */
export function* normalise(value: unknown, where: Place, depth = 0): Generator<Normalised> {
  mustBeDescribed();
  const inside = inEnvelope(value);
  if (inside === undefined) yield single(value, where);
  else if (typeof inside === 'string') yield { problem: inside };
  else if (depth >= deepest) yield { problem: `It is in more than ${deepest} envelopes.` };
  else if (inside.length > mostInside) yield { problem: `It holds more than ${mostInside} events.` };
  else for (const each of inside) yield* normalise(each, where, depth + 1);
}

function inEnvelope(value: unknown): readonly unknown[] | string | undefined {
  for (const format of eventFormats) {
    const inside = format.unwrap?.(value);
    if (inside !== undefined) return inside;
  }
  return openEnvelope(value);
}

function single(value: unknown, where: Place): Normalised {
  const format = eventFormats.find(({ is }) => is(value));
  return format === undefined ? { problem: 'No format knows it.' } : inForm(format, value, where);
}

/** A format that fails on what somebody made up must not keep out what came with it. Tests hold that none does. */
function readBy(format: EventFormat, value: unknown): ReturnType<EventFormat['read']> {
  try {
    return format.read(value);
  } catch {
    return `The format ${format.id} failed on it.`;
  }
}

function inForm(format: EventFormat, value: unknown, where: Place): Normalised {
  const read = readBy(format, value);
  if (read === undefined) return { passed: format.id };
  if (typeof read === 'string') return { problem: read };
  const { ownId, time, ...rest } = bounded(read);
  const digest = digestOf(value);
  if (digest === undefined) return { problem: 'It nests too deeply.' };
  const id = `${format.id}/${ownId ?? digest}`;
  const { received, ...place } = where;
  const when = { time: time ?? received, timeIs: time === undefined ? ('received' as const) : ('told' as const) };
  return { event: { id, digest, source: { format: format.id, ...place }, ...when, ...rest }, raw: value };
}

const longestText = 1000;
/** An ARN is at most 2,048 characters long. */
const longestId = 2200;
const mostNodes = 200;

/** Whoever writes into a log may write megabytes: what is kept of a text is its beginning, and an id that long names nothing. */
function bounded(read: ReadEvent): ReadEvent {
  const cut = (text: string) => (text.length > longestText ? `${text.slice(0, longestText)}…` : text);
  const isId = (id: string) => id.length <= longestId;
  const { id, credential, behind, also, ...texts } = read.actor;
  return {
    ...read,
    operation: cut(read.operation),
    system: cut(read.system),
    ...(read.reason === undefined ? {} : { reason: cut(read.reason) }),
    ...(read.ownId === undefined || isId(read.ownId) ? {} : { ownId: sha256Hex(read.ownId) }),
    targets: read.targets.filter(isId).slice(0, mostNodes),
    actor: {
      name: cut(texts.name),
      ...(texts.session === undefined ? {} : { session: cut(texts.session) }),
      ...(texts.address === undefined ? {} : { address: cut(texts.address) }),
      ...(texts.agent === undefined ? {} : { agent: cut(texts.agent) }),
      ...(id === undefined || !isId(id) ? {} : { id }),
      ...(credential === undefined || !isId(credential) ? {} : { credential }),
      ...(behind === undefined || !isId(behind) ? {} : { behind }),
      ...(also === undefined ? {} : { also: also.filter(isId).slice(0, mostNodes) }),
    },
  };
}

/** Text that no JSON may hold (half a surrogate pair) must not keep an event out: then the engine's own form counts. */
function digestOf(value: unknown): string | undefined {
  try {
    return sha256Hex(canonicalJson(value));
  } catch {
    try {
      return sha256Hex(JSON.stringify(value));
    } catch {
      return undefined;
    }
  }
}
