/** Detections and incidents as people ask for them: what cases, incidents, events and the ledger say, put together. */
import {
  type Case,
  completeness,
  FirebreakError,
  findingSeverities,
  type Gap,
  type KeptDetection,
  type LedgerEntry,
  type Queue,
  type QueueRow,
  type Suppression,
  type Timeline,
} from '@firebreak/contract';
import type { CaseDesk } from '../cli/world.ts';
import { idsInLogs, nodeFinder } from '../events/node-finder.ts';
import { qualityOf } from '../investigation/cases/quality.ts';
import type { CaseCounts, CaseRow, SuppressionRow } from '../investigation/cases/store.ts';
import { place, timelineOf } from '../investigation/timeline.ts';
import { eventsByActors } from './handlers/hunt.ts';
import { eventsByIds } from './kept-events.ts';
import { knownDetectors } from './known-detectors.ts';
import { mustHaveField, type Station } from './station.ts';

const mostMembers = 500;
/** As many as a finding about an incident names (`incidentFinding`). */
const mostTold = 100;
/** Events that one timeline is made from. */
const mostEvents = 100_000;
/** Events by which the log sources of rules are told. */
const mostRecognised = 2000;
const detectorsKeptMs = 60_000;

/** An incident as a row of the queue with its newest detections, the oldest of them first: what an outlet tells, and no more. */
export async function outlineOf({ incidents, storage: { detectionStore } }: Station, incident: string) {
  const [opened, [kept], [counts], { detections }] = await Promise.all([
    incidents.get(incident),
    detectionStore.cases(undefined, [incident]),
    detectionStore.counts(incident),
    detectionStore.list({ incident, suppressed: 'shown' }, { limit: mostTold, after: undefined }),
  ]);
  const row: QueueRow = {
    ...opened,
    ...rowOf(kept, counts),
  };
  return { row, newest: detections.toReversed() };
}

export function caseDesk(station: Station): CaseDesk {
  const { cases, incidents, storage, clock } = station;
  const { detectionStore: store, eventStore } = storage;

  async function rows(): Promise<QueueRow[]> {
    const [all, kept, counts] = await Promise.all([incidents.list(), store.cases(undefined), store.counts()]);
    const byId = new Map(kept.map((row) => [row.incident, row]));
    const countsOf = new Map(counts.map((each) => [each.incident, each]));
    return all.map((incident) => ({ ...incident, ...rowOf(byId.get(incident.id), countsOf.get(incident.id)) }));
  }

  async function caseOf(id: string): Promise<Case> {
    const incident = await incidents.get(id);
    const [[row], [counts], history, related, members] = await Promise.all([
      store.cases(undefined, [id]),
      store.counts(id),
      store.history(id),
      store.related(id),
      store.list({ incident: id, suppressed: 'shown' }, { limit: mostMembers, after: undefined }),
    ]);
    const shown = [...members.detections].reverse();
    const about = rowOf(row, counts);
    const ways = await store.ways(id);
    return {
      ...incident,
      ...about,
      members: shown,
      links: shown.flatMap((detection) => linkOf(detection, ways.get(detection.id) ?? [])),
      history: history.map((entry) => ({ ...entry, others: [...entry.others], at: entry.at.toISOString() })),
      related: [...related],
      newRoots: about.roots
        .filter(({ known, node }) => known && !incident.compromised.includes(node.id))
        .map(({ node }) => node),
      completeness: completeness(members.next === null ? [] : [notAll(members.total)], 'any'),
    };
  }

  async function detection(id: string): Promise<KeptDetection> {
    const found = await store.get(id);
    if (found === null) throw new FirebreakError('FB-NOT-FOUND', `There is no detection ${id.slice(0, 100)}.`);
    return found;
  }

  async function suppressions(): Promise<Suppression[]> {
    const now = clock.now().toISOString();
    return (await store.suppressions(undefined)).map((row) => ({ ...row, state: stateOf(row, now) }));
  }

  async function suppression(id: string): Promise<Suppression> {
    const found = (await suppressions()).find((each) => each.id === id);
    if (found === undefined) throw new FirebreakError('FB-NOT-FOUND', `There is no suppression ${id.slice(0, 100)}.`);
    return found;
  }

  let known: { readonly at: number; readonly detectors: ReturnType<typeof knownDetectors> } | undefined;
  /** Rules are read from their files at most once a minute. */
  function detectorsNow(): ReturnType<typeof knownDetectors> {
    const at = clock.now().getTime();
    if (known === undefined || Math.abs(at - known.at) > detectorsKeptMs) known = { at, detectors: readDetectors() };
    const { detectors } = known;
    detectors.catch(() => {
      known = undefined;
    });
    return detectors;
  }
  async function readDetectors(): ReturnType<typeof knownDetectors> {
    const last = await eventStore.last();
    const newest = await eventStore.after(Math.max(0, last - mostRecognised), mostRecognised);
    // For all who ask in this minute: nobody's own signal ends it.
    return knownDetectors(station.rules, newest, new AbortController().signal);
  }

  return {
    queue: async (hidden) => {
      const [all, loose] = await Promise.all([rows(), store.loose()]);
      const isOpen = (row: QueueRow) =>
        row.closed === null && row.mergedInto === null && (row.detections === 0 || row.detections > row.suppressed);
      const shown = hidden ? all : all.filter(isOpen);
      return {
        incidents: shown.sort(bySeverity),
        hidden: all.filter((row) => !isOpen(row)).length,
        loose: { count: Object.values(loose.bySeverity).reduce((sum, count) => sum + count, 0), ...loose },
      } satisfies Queue;
    },

    case: caseOf,
    detections: async (filter, page) => {
      const { detections, ...rest } = await store.list(filter, page);
      return { detections: [...detections], ...rest };
    },
    detection,

    merge: async ({ into, ...request }) => {
      await cases.merge({ into, ...request });
      return caseOf(into);
    },
    split: async (request) => caseOf(await cases.split(request)),
    openFrom: async (request) => caseOf(await cases.openFrom(request)),
    close: async (request) => {
      await cases.close(request);
      return caseOf(request.incident);
    },
    reopen: async (request) => {
      await cases.reopen(request);
      return caseOf(request.incident);
    },
    adoptRoots: async (request) => {
      await cases.adoptRoots(request);
      return caseOf(request.incident);
    },
    giveVerdict: async (request) => {
      await cases.giveVerdict(request);
      return detection(request.detection);
    },

    suppressions,
    suppress: async (request) => suppression(await cases.suppress(request)),
    endSuppression: async (request) => {
      await cases.endSuppression(request);
      return suppression(request.id);
    },

    quality: async (since) => {
      const [counts, delays, logs, detectors] = await Promise.all([
        store.detectorCounts(since),
        store.delays(since),
        eventStore.logs(),
        detectorsNow(),
      ]);
      return qualityOf({ since, detectors, counts, logs, delays });
    },

    timeline: async (id, { after, limit, kind }, signal): Promise<Timeline> => {
      const incident = await incidents.get(id);
      const { graph } = await mustHaveField(station).holder.current(signal);
      const compromised = incident.compromised.flatMap((each) => graph.indexOf.get(each) ?? []);
      const members = await store.members(undefined, id);
      const detections = members.map((each) => each.detection);
      const actors = [
        ...new Set([
          ...incident.compromised,
          ...members.flatMap(({ traits }) => traits.actors),
          ...members.flatMap(({ traits }) => traits.took.map(({ node }) => node)),
        ]),
      ];
      const cited = detections.flatMap(({ events }) => events.map((event) => event.id));
      const [{ events, more, gaps }, named] = await Promise.all([
        eventsByActors(station, actors.flatMap(idsInLogs), undefined, mostEvents),
        // Some logs do not say who did it: then only a detection says that it belongs here.
        eventsByIds(station, [...new Set(cited)]),
      ]);
      const entries: (LedgerEntry & { index: number })[] = [];
      for await (const { index, entry } of station.ledger.entries(id)) entries.push({ ...entry, index });
      const acts = [...events, ...named];
      const all = timelineOf({ graph, find: nodeFinder(graph), compromised, events: acts, detections, entries });
      const byKind: Timeline['byKind'] = {};
      for (const moment of all) byKind[moment.kind] = (byKind[moment.kind] ?? 0) + 1;
      const wanted = kind === undefined ? all : all.filter((moment) => moment.kind === kind);
      const rest = after === undefined ? wanted : wanted.filter((moment) => place(moment) > after);
      const moments = rest.slice(0, limit);
      const end = moments.at(-1);
      return {
        incident: id,
        title: incident.title,
        moments,
        total: wanted.length,
        byKind,
        next: rest.length > limit && end !== undefined ? place(end) : null,
        completeness: completeness(
          [...gaps, ...(more ? [tooMany] : []), ...(incident.compromised.length === 0 ? [rootless(id)] : [])],
          'any',
        ),
      };
    },
  };

  function linkOf({ id, joined }: KeptDetection, way: Case['links'][number]['way']): Case['links'] {
    if (joined?.to === undefined) return [];
    return [{ rule: joined.rule, from: joined.to, to: id, words: joined.words, way }];
  }
}

function rowOf(
  row: CaseRow | undefined,
  counts: CaseCounts | undefined,
): Omit<QueueRow, keyof Awaited<ReturnType<Station['incidents']['get']>>> {
  return {
    severity: row?.severity ?? null,
    roots: [...(row?.roots ?? [])],
    detections: counts?.detections ?? 0,
    suppressed: counts?.suppressed ?? 0,
    unjudged: counts?.unjudged ?? 0,
    detectors: counts?.detectors ?? 0,
    first: counts?.first ?? null,
    last: counts?.last ?? null,
    closed: row?.closed ?? null,
    mergedInto: row?.mergedInto ?? null,
  };
}

/** What is open before what is hidden, then the worst, then the newest. */
function bySeverity(a: QueueRow, b: QueueRow): number {
  const level = ({ severity }: QueueRow) => findingSeverities.indexOf(severity?.level ?? 'info');
  const isGone = ({ closed, mergedInto }: QueueRow) => Number(closed !== null || mergedInto !== null);
  const newest = ({ last, openedAt }: QueueRow) => last ?? openedAt;
  return (
    isGone(a) - isGone(b) ||
    level(b) - level(a) ||
    (b.severity?.score ?? 0) - (a.severity?.score ?? 0) ||
    (newest(a) < newest(b) ? 1 : newest(a) > newest(b) ? -1 : a.id < b.id ? -1 : 1)
  );
}

function stateOf({ endedBy, until }: SuppressionRow, now: string): Suppression['state'] {
  return endedBy !== null ? 'ended' : until <= now ? 'expired' : 'active';
}

function notAll(total: number): Gap {
  return {
    kinds: ['*'],
    where: 'detections',
    code: 'FB-ANSWER-BOUNDED',
    reason: `The newest ${mostMembers} of ${total} detections are shown.`,
    next: 'List them page by page (GET /api/detections?incident=…).',
  };
}

const tooMany: Gap = {
  kinds: ['*'],
  where: 'events',
  code: 'FB-ANSWER-BOUNDED',
  reason: `More than ${mostEvents} events: the later ones were not looked at.`,
  next: 'Ask the event store for a narrower time.',
};

function rootless(id: string): Gap {
  return {
    kinds: ['*'],
    where: id,
    code: 'FB-NODE-UNKNOWN',
    reason:
      'The estate has none of the identities that it began with, so whose events are the attacker’s cannot be told.',
    next: 'Read the system that they belong to as well.',
  };
}
