/** What a running server says of itself in figures: what comes in, how far the watch is, what was found, what is told and what is done. */

import type { OutletState } from '@firebreak/contract';
import { findingSeverities, type IntakeStatus } from '@firebreak/contract';
import { streamDetectors } from '../../detection/stream/index.ts';
import { eventFormats } from '../../events/formats/index.ts';
import type { DatabaseFigures } from '../../storage/figures.ts';
import type { WatchStatus } from '../watch-station.ts';
import type { Family, Sample } from './exposition.ts';

export interface Figures {
  readonly version: string;
  readonly intake: Pick<IntakeStatus, 'line' | 'sources' | 'echoes'>;
  readonly watch: WatchStatus | undefined;
  /** Number of the newest event; absent when the database does not answer. */
  readonly newestEvent: number | undefined;
  readonly outlets: readonly OutletState[];
  /** Absent when the database does not answer. */
  readonly database: DatabaseFigures | undefined;
  /** How long the database took to answer. */
  readonly databaseSeconds: number;
}

const formats = new Set([...eventFormats.map(({ id }) => id), 'unknown']);
/** Families of detectors: folders of ours, rules, and those of alerts of others. */
const families = new Set([
  'sigma',
  'ocsf',
  'alertmanager',
  'sarif',
  'webhook',
  ...streamDetectors.map(({ id }) => id.split('/', 1)[0] ?? ''),
]);
const other = 'other';

export function familiesOf(figures: Figures): readonly Family[] {
  const { version, intake, watch, outlets, database, databaseSeconds, newestEvent } = figures;
  const { line } = intake;
  const counts = watch?.counts;
  const gauge = (name: string, help: string, samples: readonly Sample[]): Family => ({
    name: `firebreak_${name}`,
    type: 'gauge',
    help,
    samples,
  });
  const counter = (name: string, help: string, samples: readonly Sample[]): Family => ({
    name: `firebreak_${name}_total`,
    type: 'counter',
    help,
    samples,
  });
  const one = (value: number | undefined): readonly Sample[] => (value === undefined ? [] : [{ value }]);
  return [
    gauge('build_info', 'The version that runs.', [{ labels: { version }, value: 1 }]),
    counter('intake_events', 'Events that came in since the start, by log format and what became of them.', [
      ...byFormat(intake.sources),
    ]),
    counter('intake_refused_requests', 'Requests refused whole for want of room.', one(line.refused)),
    counter('intake_held_back_requests', 'Requests refused whole because the watch was behind.', one(line.heldBack)),
    counter(
      'intake_redacted',
      'Places in events that something was cut out of before they were kept.',
      line.redacted.map(({ kind, places }) => ({ labels: { kind }, value: places })),
    ),
    counter(
      'intake_echoes',
      'Findings of our own that came back by others.',
      intake.echoes.map(({ format, events }) => ({ labels: { format: known(formats, format) }, value: events })),
    ),
    gauge('intake_waiting_bytes', 'Bytes that wait to be kept.', one(line.waiting)),
    gauge('intake_room_bytes', 'Bytes that may wait.', one(line.room)),
    gauge(
      'watch_running',
      'Whether the watch follows the events.',
      one(watch === undefined ? undefined : Number(watch.running)),
    ),
    counter('watch_events', 'Events that the watch has seen since the start.', one(counts?.seen)),
    counter('watch_late_events', 'Events that came too late for correlations.', one(counts?.late)),
    gauge(
      'watch_behind_events',
      'Events that are kept and not seen yet.',
      one(counts === undefined || newestEvent === undefined ? undefined : Math.max(0, newestEvent - counts.position)),
    ),
    gauge(
      'watch_lag_seconds',
      'From the arrival of an event until it was seen, of the last batches.',
      counts === undefined || counts.lagMs === null
        ? []
        : [
            { labels: { share: '0.5' }, value: counts.lagMs.p50 / 1000 },
            { labels: { share: '0.99' }, value: counts.lagMs.p99 / 1000 },
          ],
    ),
    gauge('watch_stopped_detectors', 'Detectors that failed and look at nothing.', one(counts?.stopped.length)),
    gauge('watch_rules', 'Rules that are in force.', one(watch?.rules?.rules)),
    gauge(
      'watch_refused_rules',
      'Rules that are refused.',
      one(watch?.rules?.problems.filter(({ warning }) => warning !== true).length),
    ),
    gauge('detections', 'Detections that are kept, by family of detectors and severity.', found(database?.detections)),
    gauge('open_incidents', 'Incidents that are neither closed nor merged.', open(database?.openIncidents)),
    gauge(
      'executions',
      'Executions of plans, by direction and state.',
      (database?.executions ?? []).map(({ direction, state, count }) => ({
        labels: { direction, state },
        value: count,
      })),
    ),
    gauge(
      'rotation_items',
      'Secrets that stood in events, by what became of them.',
      (database?.rotation ?? []).map(({ state, count }) => ({ labels: { state }, value: count })),
    ),
    ...outletFamilies(outlets, database),
    gauge('database_up', 'Whether the database answers.', one(Number(database !== undefined))),
    gauge('database_answer_seconds', 'How long it took to answer.', one(databaseSeconds)),
    gauge('database_size_bytes', 'Its size.', one(database?.bytes)),
    gauge('database_connections', 'Connections to it, of everybody.', one(database?.connections)),
  ];

  function outletFamilies(states: readonly OutletState[], from: DatabaseFigures | undefined): readonly Family[] {
    const mine = new Set(states.map(({ outlet }) => outlet));
    return [
      gauge(
        'outlet_backlog',
        'Detections and ledger entries that a way out has not come to.',
        (from?.outlets ?? [])
          .filter(({ outlet }) => mine.has(outlet))
          .map(({ outlet, backlog }) => ({ labels: { outlet }, value: backlog })),
      ),
      gauge(
        'outlet_blocked',
        'Whether something stands in the way.',
        states.map(({ outlet, trouble }) => ({ labels: { outlet }, value: Number(trouble !== null) })),
      ),
      counter(
        'outlet_messages',
        'Messages since the start, told or refused for good.',
        states.flatMap(({ outlet, told, refused }) => [
          { labels: { outlet, ended: 'told' }, value: told },
          { labels: { outlet, ended: 'refused' }, value: refused },
        ]),
      ),
    ];
  }
}

/** Senders are named by whoever sends: they are summed up. */
function byFormat(sources: IntakeStatus['sources']): readonly Sample[] {
  const endings = ['taken', 'duplicates', 'passed', 'unreadable'] as const;
  const words = { taken: 'kept', duplicates: 'duplicate', passed: 'passed', unreadable: 'unreadable' } as const;
  const sums = new Map<string, number>();
  for (const source of sources)
    for (const ending of endings) {
      const key = `${known(formats, source.format)} ${ending}`;
      sums.set(key, (sums.get(key) ?? 0) + source[ending]);
    }
  return [...sums].map(([key, value]) => {
    const [format = other, ending = 'taken'] = key.split(' ');
    return { labels: { format, became: words[ending as (typeof endings)[number]] }, value };
  });
}

function found(detections: DatabaseFigures['detections'] = []): readonly Sample[] {
  const sums = new Map<string, Sample>();
  for (const { family, severity, count } of detections) {
    const labels = { family: known(families, family), severity: findingSeverities[severity] ?? other };
    const key = `${labels.family} ${labels.severity}`;
    sums.set(key, { labels, value: (sums.get(key)?.value ?? 0) + count });
  }
  return [...sums.values()];
}

function open(incidents: DatabaseFigures['openIncidents'] | undefined): readonly Sample[] {
  if (incidents === undefined) return [];
  const counts = new Map<string, number>([...findingSeverities, 'unjudged'].map((severity) => [severity, 0]));
  for (const { severity, count } of incidents) {
    const name = severity !== null && counts.has(severity) ? severity : 'unjudged';
    counts.set(name, (counts.get(name) ?? 0) + count);
  }
  return [...counts].map(([severity, value]) => ({ labels: { severity }, value }));
}

function known(names: ReadonlySet<string>, name: string): string {
  return names.has(name) ? name : other;
}
