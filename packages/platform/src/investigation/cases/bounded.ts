/**
 * A detection as it is kept. What somebody else's alert holds, or a correlation over a day, may be of any length: texts are cut, and of
 * lists the beginning is kept, so that one of them can neither fill the database nor hold up those behind it. Nor can half a
 * character, which no evidence could be written with.
 */
import type { Detection } from '@firebreak/contract';
import { sha256Hex } from '../../kernel/digest.ts';

const longestId = 200;
const longestName = 300;
const longestText = 4000;
const mostNodes = 500;
const mostEvents = 20;
const longestNode = 2200;

export function bounded(detection: Detection): Detection {
  const { id, detector, title, note, what, why, next, by, about, sessions, events, techniques } = detection;
  return {
    ...detection,
    id: id.length > longestId ? sha256Hex(id) : id.toWellFormed(),
    detector: cut(detector, longestName),
    title: cut(title, longestName),
    ...(note === undefined ? {} : { note: cut(note, longestText) }),
    what: cut(what, longestText),
    why: cut(why, longestText),
    next: cut(next, longestText),
    by: nodes(by),
    about: nodes(about),
    sessions: sessions.slice(0, mostNodes).map((session) => cut(session, longestName)),
    events: events.slice(0, mostEvents).map(({ id: event, digest, time, where }) => ({
      id: event.toWellFormed(),
      digest,
      time,
      where: { ...where, locator: cut(where.locator, longestText) },
    })),
    techniques: techniques.slice(0, mostNodes).map((technique) => cut(technique, longestName)),
  };
}

function cut(text: string, longest: number): string {
  return (text.length > longest ? `${text.slice(0, longest)}…` : text).toWellFormed();
}

/** An id that is cut names nothing. */
function nodes(ids: readonly string[]): string[] {
  return ids
    .filter((id) => id.length <= longestNode)
    .slice(0, mostNodes)
    .map((id) => id.toWellFormed());
}
