/** Detections, incidents and the quality of detectors as a terminal shows them. */
import type { Case, DetectionList, KeptDetection, Quality, Queue, Share, Suppression } from '@firebreak/contract';
import { bold, dim, joined, type Shown, show, table, yellow } from './shown.ts';

export function describeDetections({ detections, total, suppressed, next }: DetectionList): Shown {
  const rest = [
    ...(next === null ? [] : [show`${detections.length} of ${total}; the next ones: --after '${next}'`]),
    ...(suppressed === 0 ? [] : [dim(show`${suppressed} are suppressed (--suppressed shown).`)]),
  ];
  if (detections.length === 0) return joined([show`There is no such detection.`, ...rest]);
  return joined([
    table(
      ['detection', 'last', 'severity', 'detector', 'title', 'by', 'incident', 'verdict'],
      detections.map(({ id, last, severity, status, detector, title, by, incident, judgement }) => [
        id,
        last,
        status === 'trial' ? `${severity} (trial)` : severity,
        detector,
        title,
        by[0] ?? '',
        incident ?? 'none',
        judgement?.verdict ?? '',
      ]),
    ),
    ...rest,
  ]);
}

export function describeDetection(detection: KeptDetection): Shown {
  const { id, title, severity, detector, status, note, first, last, count, by, about, sessions, events } = detection;
  const { what, why, next, incident, joined: join, judgement, suppressedBy, techniques } = detection;
  return joined([
    bold(show`${title}`),
    show`${id}  ${severity}  ${detector}${status === 'trial' ? ' (trial)' : ''}`,
    ...(note === undefined ? [] : [show`${note}`]),
    show`${first} to ${last}, ${count} ${count === 1 ? 'event' : 'events'}`,
    show`by ${by.join(', ') || 'nobody named'}${sessions.length === 0 ? '' : `, sessions ${sessions.join(', ')}`}`,
    ...(about.length === 0 ? [] : [show`about ${about.join(', ')}`]),
    show`${what} ${why}`,
    show`Next: ${next}`,
    ...(techniques.length === 0 ? [] : [dim(show`${techniques.join(', ')}`)]),
    incident === null ? show`In no incident.` : show`In ${incident}: ${join?.words ?? ''}`,
    ...(suppressedBy === null ? [] : [yellow(show`Suppressed by ${suppressedBy}.`)]),
    ...(judgement === null
      ? []
      : [
          show`${judgement.verdict} by ${judgement.by} at ${judgement.at}${judgement.note === '' ? '' : `: ${judgement.note}`}`,
        ]),
    ...events.map(({ id: event, time, where }) =>
      dim(show`  ${time}  ${event}  ${where.locator}${where.line === undefined ? '' : `:${where.line}`}`),
    ),
  ]);
}

export function describeQueue({ incidents, hidden, loose }: Queue): Shown {
  const rest = [
    ...(loose.count === 0
      ? []
      : [show`${loose.count} detections are in no incident (firebreak detections --incident none).`]),
    ...(hidden === 0 ? [] : [dim(show`${hidden} incidents are closed, merged away or suppressed (--all).`)]),
  ];
  if (incidents.length === 0) return joined([show`Nothing waits.`, ...rest]);
  return joined([
    table(
      ['incident', 'severity', 'state', 'last', 'began with', 'detections', 'unjudged', 'title'],
      incidents.map(
        ({ id, severity, state, last, openedAt, roots, detections, unjudged, title, closed, mergedInto }) => [
          id,
          severity === null ? '' : `${severity.level} ${severity.score}`,
          mergedInto !== null ? `merged into ${mergedInto}` : closed !== null ? closed.as : state,
          last ?? openedAt,
          roots.map(({ node }) => node.name).join(', '),
          detections,
          unjudged,
          title,
        ],
      ),
    ),
    ...rest,
  ]);
}

export function describeCase(found: Case): Shown {
  const {
    id,
    title,
    state,
    note,
    severity,
    roots,
    members,
    detections,
    history,
    related,
    newRoots,
    closed,
    mergedInto,
  } = found;
  return joined([
    bold(show`${title}`),
    show`${id}  ${state}. ${note}`,
    ...(severity === null ? [] : [show`${severity.level} (${severity.score}): ${severity.why}`]),
    ...(closed === null ? [] : [show`Closed as ${closed.as} by ${closed.by} at ${closed.at}: ${closed.reason}`]),
    ...(mergedInto === null ? [] : [show`Merged into ${mergedInto}.`]),
    ...(roots.length === 0 ? [] : [bold('Began with')]),
    ...roots.map(
      ({ node, first, why, known }) =>
        show`  ${node.id}  ${first}  ${why}${known ? '' : ' The estate has no such node.'}`,
    ),
    ...newRoots.map(({ id: root }) =>
      yellow(show`  ${root} is no compromised node of it yet: adopt it and plan again.`),
    ),
    ...(members.length === 0 ? [] : [bold(show`Detections (${members.length} of ${detections})`)]),
    ...members.flatMap(
      ({ id: detection, first, severity: level, title: what, joined: join, judgement, suppressedBy }) => [
        show`  ${first}  ${level}  ${what}  ${detection}${judgement === null ? '' : `  ${judgement.verdict}`}${suppressedBy === null ? '' : '  suppressed'}`,
        dim(show`    ${join?.words ?? ''}`),
      ],
    ),
    ...related.map(({ incident, words }) => show`Kept apart from ${incident}: ${words}`),
    ...history.map(({ at, by, did, reason, others }) =>
      dim(show`${at}  ${did} by ${by}${others.length === 0 ? '' : ` (${others.join(', ')})`}: ${reason}`),
    ),
  ]);
}

export function describeSuppressions(all: readonly Suppression[]): Shown {
  if (all.length === 0) return show`Nothing is suppressed.`;
  return table(
    ['suppression', 'state', 'until', 'hidden', 'scope', 'by', 'reason'],
    all.map(({ id, state, until, hidden, scope, by, reason }) => [
      id,
      state,
      until,
      hidden,
      Object.entries(scope)
        .map(
          ([part, value]) => `${part}: ${typeof value === 'string' ? value : `${value?.field} holds ${value?.holds}`}`,
        )
        .join(', '),
      by,
      reason,
    ]),
  );
}

export function describeQuality(quality: Quality, all: boolean): Shown {
  const { detectors, timeToDetect, timeToVerdict, judged, detections, falsePositives } = quality;
  const blind = detectors.filter(({ answer }) => answer === 'cannot-tell');
  const rows = all ? detectors : detectors.filter(({ answer }) => answer === 'found');
  const time = (what: string, spread: Quality['timeToDetect']) =>
    spread === null
      ? []
      : [
          show`${what}: ${duration(spread.median)} in the middle, ${duration(spread.p90)} for nine of ten (${spread.of}).`,
        ];
  return joined([
    show`${judged} of ${detections} detections are judged${falsePositives === null ? '' : `; false positives ${share(falsePositives)}`}.`,
    ...time('Time to detect', timeToDetect),
    ...time('Time to verdict', timeToVerdict),
    ...(rows.length === 0
      ? []
      : [
          table(
            [
              'detector',
              'answer',
              'detections',
              'suppressed',
              'true',
              'benign',
              'false',
              'unknown',
              'precision',
              'false positive rate',
            ],
            rows.map(({ detector, answer, detections: found, suppressed, verdicts, precision, falsePositiveRate }) => [
              detector,
              answer,
              found,
              suppressed,
              verdicts['true-positive'],
              verdicts['benign-true-positive'],
              verdicts['false-positive'],
              verdicts.unknown,
              precision === null ? 'not judged' : share(precision),
              falsePositiveRate === null || precision === null ? '' : share(falsePositiveRate),
            ]),
          ),
        ]),
    ...(blind.length === 0
      ? []
      : [
          yellow(
            show`${blind.length} of ${detectors.length} detectors cannot tell: no event of what they look at came in${all ? '' : ' (--all names them)'}.`,
          ),
        ]),
  ]);
}

function share({ value, low, high, of }: Share): string {
  const percent = (part: number) => `${Number((part * 100).toPrecision(3))} %`;
  return `${percent(value)} (${percent(low)} to ${percent(high)}, of ${of})`;
}

function duration(ms: number): string {
  if (ms < 60_000) return `${Math.round(ms / 1000)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}
