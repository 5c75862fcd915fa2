/**
 * The uid that a finding has wherever it is told, kept in the id of the event that brought it: `ocsf-finding/<uid>/…`. A detection that
 * was made of somebody's finding is told on under that uid, so that whoever had it first knows it again.
 */
export const findingFormat = 'ocsf-finding';

/** @param uid foreign; @param turn what tells one telling of the finding from the next */
export function findingEventId(uid: string, turn: string): string {
  return `${encodeURIComponent(uid.toWellFormed())}/${turn}`;
}

/** The uid of the finding that an event was, from the event's id; undefined for any other event. */
export function findingUidOf(eventId: string): string | undefined {
  const [format, uid] = eventId.split('/', 2);
  if (format !== findingFormat || uid === undefined) return undefined;
  try {
    return decodeURIComponent(uid);
  } catch {
    return undefined;
  }
}
