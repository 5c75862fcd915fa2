/**
 * Alerts of others as detections: what another system raised is shown as it says it, and nobody has judged it here. An alert that is
 * sent again, by the next scan or by a reminder, is found once as long as it is remembered.
 */
import type { Detected, RunningDetector, SeenEvent, StreamDetector } from '@firebreak/contract';
import { array, field } from '../../intake/foreign.ts';

export interface ForeignAlert {
  /** What follows the family in the detector's id. Foreign text. */
  readonly name: string;
  readonly title: string;
  readonly severity?: Detected['severity'] | undefined;
  readonly note?: string | undefined;
  /** Two of the same group are the same alert. */
  readonly group: string;
}

type About = Pick<StreamDetector, 'id' | 'title' | 'needs'> & { readonly family: string; readonly system: string };

const mostRemembered = 20_000;
const longest = 200;

export function foreignAlerts(about: About, alertOf: (seen: SeenEvent) => ForeignAlert | undefined): StreamDetector {
  const { family, system, ...rest } = about;
  return {
    ...rest,
    status: 'stable',
    severity: 'medium',
    techniques: [],
    explain: {
      what: `${system} raised an alert.`,
      why: 'It is shown as its system says it; nobody has judged it here.',
      next: 'Look at the alert where it was raised, and at what the identity and the thing that it names could reach.',
    },
    falsePositives: [`Those of ${system} itself.`],
    start: (state) => running(family, alertOf, state),
  };
}

function running(
  family: string,
  alertOf: (seen: SeenEvent) => ForeignAlert | undefined,
  state: unknown,
): RunningDetector {
  const remembered = new Set<string>(array(field(state, 'remembered')).filter((each) => typeof each === 'string'));
  let forgotten = 0;
  return {
    *see(seen) {
      const alert = alertOf(seen);
      if (alert === undefined) return;
      const group = JSON.stringify([alert.name, alert.group]).slice(0, 1000);
      const isKnown = remembered.delete(group);
      remembered.add(group);
      if (remembered.size > mostRemembered)
        for (const oldest of remembered) {
          remembered.delete(oldest);
          forgotten += 1;
          break;
        }
      if (isKnown) return;
      yield {
        group,
        events: [seen.event],
        theirs: { detector: `${family}/${oneLine(alert.name)}`, title: oneLine(alert.title) },
        ...(alert.severity === undefined ? {} : { severity: alert.severity }),
        ...(alert.note === undefined ? {} : { note: alert.note.slice(0, 1000) }),
      };
    },
    *advance() {},
    state: () => ({ remembered: [...remembered] }),
    forgotten: () => (forgotten === 0 ? [] : [`${forgotten} alerts, which are found again when they are sent again`]),
  };
}

/** Part of an id and of headlines. */
function oneLine(text: string): string {
  return (
    text
      .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ')
      .trim()
      .slice(0, longest) || 'unnamed'
  );
}
