/**
 * The echo of what we said ourselves. Findings leave by the outlets, and somebody's bus, SIEM or Alertmanager may bring them back as
 * alerts of others: made into detections they would join incidents, be told again, and so on without end.
 *
 * What must stay true:
 *
 * - What we told is known by the uid that it was told under, whatever a relay wrote around it. A product that only calls itself
 *   Firebreak proves nothing: with a name alone somebody could hide his findings from us, and a second Firebreak is worth hearing.
 * - A finding goes under the same uid wherever it is told (`events/finding-uid.ts`), so that among any number of Firebreaks each makes
 *   one detection of it, at most.
 * - Forms that carry no uid we could have recorded (SARIF) or no list of what they are made of (Alertmanager) are told by our own marks.
 */
import type { NormalEvent } from '@firebreak/contract';
import { findingFormat, findingUidOf } from '../../events/finding-uid.ts';
import { array, at, field, record, textAt } from '../../intake/foreign.ts';

/** Our own key in `partialFingerprints` of SARIF. */
export const ownFingerprint = 'firebreakFinding/v1';
/** Names of our own alerts at an Alertmanager. */
export const ownAlerts = {
  incidents: 'FirebreakIncident',
  detections: 'FirebreakDetection',
  response: 'FirebreakResponse',
};

export interface FindingNames {
  /** Uids that it goes by: one that is ours makes it an echo. */
  readonly is: readonly string[];
  /** Uids of what it is made of: an echo when it is made of nothing else than ours. */
  readonly of: readonly string[];
  /** It carries a mark that only we make. */
  readonly marked: boolean;
}

const mostNames = 200;
const longestName = 500;

/** What an alert of others goes by. Foreign text, bounded. */
export function findingNames(event: Pick<NormalEvent, 'id' | 'source'>, raw: unknown): FindingNames {
  const own = event.id.slice(event.id.indexOf('/') + 1);
  switch (event.source.format) {
    case findingFormat:
      return {
        is: names(
          findingUidOf(event.id),
          textAt(raw, 'metadata', 'uid'),
          textAt(raw, 'metadata', 'original_event_uid'),
          textAt(raw, 'finding_info', 'uid'),
        ),
        of: names(...array(field(raw, 'finding_info_list')).map((each) => textAt(each, 'uid'))),
        marked: false,
      };
    case 'alertmanager': {
      const labels = at(raw, 'alert', 'labels');
      return {
        is: names(textAt(labels, 'id'), textAt(labels, 'incident')),
        of: [],
        marked: Object.values(ownAlerts).includes(textAt(labels, 'alertname') ?? ''),
      };
    }
    case 'sarif-result':
      return {
        is: names(textAt(raw, 'result', 'guid')),
        of: [],
        marked:
          textAt(raw, 'sarif', 'tool') === 'Firebreak' ||
          Object.hasOwn(record(at(raw, 'result', 'partialFingerprints')) ?? {}, ownFingerprint),
      };
    default:
      return { is: names(own), of: [], marked: false };
  }
}

/** @param known uids of detections and incidents of ours */
export function isEcho(told: FindingNames, known: ReadonlySet<string>): boolean {
  if (told.marked || told.is.some((uid) => known.has(uid))) return true;
  return told.of.length > 0 && told.of.every((uid) => known.has(uid));
}

function names(...told: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(told.filter((each) => each !== undefined && each.length <= longestName))].slice(
    0,
    mostNames,
  ) as string[];
}
