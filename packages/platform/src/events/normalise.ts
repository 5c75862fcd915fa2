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

/**
 * @param text the JSON that the value was parsed from, where that is known
 * @param depth envelopes around the value
 */
export function* normalise(value: unknown, where: Place, text?: string, depth = 0): Generator<Normalised> {
  mustBeDescribed();
  const inside = inEnvelope(value);
  if (inside === undefined) yield single(value, where, text);
  else if (typeof inside === 'string') yield { problem: inside };
  else if (depth >= deepest) yield { problem: `It is in more than ${deepest} envelopes.` };
  else if (inside.length > mostInside) yield { problem: `It holds more than ${mostInside} events.` };
  else for (const each of inside) yield* normalise(each, where, undefined, depth + 1);
}

const opening = eventFormats.flatMap(({ unwrap }) => unwrap ?? []);

function inEnvelope(value: unknown): readonly unknown[] | string | undefined {
  for (const unwrap of opening) {
    const inside = unwrap(value);
    if (inside !== undefined) return inside;
  }
  return openEnvelope(value);
}

function single(value: unknown, where: Place, text: string | undefined): Normalised {
  const format = eventFormats.find(({ is }) => is(value));
  return format === undefined ? { problem: 'No format knows it.' } : inForm(format, value, where, text);
}

/** A format that fails on what somebody made up must not keep out what came with it. Tests hold that none does. */
function readBy(format: EventFormat, value: unknown): ReturnType<EventFormat['read']> {
  try {
    return format.read(value);
  } catch {
    return `The format ${format.id} failed on it.`;
  }
}

function inForm(format: EventFormat, value: unknown, where: Place, text: string | undefined): Normalised {
  const read = readBy(format, value);
  if (read === undefined) return { passed: format.id };
  if (typeof read === 'string') return { problem: read };
  const { ownId, time, ...rest } = bounded(read);
  const json = text !== undefined && text.length < shortText ? text : jsonOf(value);
  if (json === undefined) return { problem: 'It nests too deeply.' };
  const digest = sha256Hex(text ?? json);
  const id = `${format.id}/${ownId ?? contentDigest(value) ?? digest}`;
  const { received, ...place } = where;
  const when = { time: time ?? received, timeIs: time === undefined ? ('received' as const) : ('told' as const) };
  return { event: { id, digest, source: { format: format.id, ...place }, ...when, ...rest }, raw: value };
}

const longestText = 1000;
/** An ARN is at most 2,048 characters long. */
const longestId = 2200;
const mostNodes = 200;

function isBounded({ operation, system, reason, ownId, targets, actor }: ReadEvent): boolean {
  const isShort = (text: string | undefined) => text === undefined || text.length <= longestText;
  const isId = (id: string | undefined) => id === undefined || id.length <= longestId;
  const { name, session, address, agent, id, credential, behind, also = [] } = actor;
  return (
    [operation, system, reason, name, session, address, agent].every(isShort) &&
    [ownId, id, credential, behind].every(isId) &&
    targets.length <= mostNodes &&
    also.length <= mostNodes &&
    targets.every(isId) &&
    also.every(isId)
  );
}

/** Whoever writes into a log may write megabytes: what is kept of a text is its beginning, and an id that long names nothing. */
function bounded(read: ReadEvent): ReadEvent {
  if (isBounded(read)) return read;
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

/** Text of so few units cannot nest so deeply that whoever walks it again by recursion does not come back. */
const shortText = 4096;

/** Undefined for what nests too deeply to be written. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** The same for the same event, however it was written. Undefined for text that no JSON may hold (half a surrogate pair). */
function contentDigest(value: unknown): string | undefined {
  try {
    return sha256Hex(canonicalJson(value));
  } catch {
    return undefined;
  }
}
