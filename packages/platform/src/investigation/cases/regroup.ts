/**
 * Brings the incidents into line with what grouping says of the detections of some time: opens, joins, merges; never takes apart.
 * Runs inside a transaction that holds the lock, so that several servers on one database do one after the other.
 */
import type { CaseSeverity, LedgerDraft, Root } from '@firebreak/contract';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import { newId } from '../../kernel/id.ts';
import { type Cluster, type Grouped, type Grouping, group } from './grouping.ts';
import { judge } from './judge.ts';
import type { Spans } from './links.ts';
import { isShared } from './shared-nodes.ts';
import type { CaseRow, CaseStore, KeptJoin, Placement } from './store.ts';
import type { Traits } from './traits.ts';
import { waysOf } from './ways.ts';
import { joinedBy, wordsOf } from './words.ts';

/** Who opens and joins when nobody did it by hand. */
const itself = 'firebreak';
/** Detections that one grouping looks at. */
const mostAtOnce = 20_000;
/** An entry of the ledger holds a mebibyte, and a control character is six bytes there. */
const mostInEntry = 20;
/** Of an incident's detections, the earliest so many say how it began and how bad it is. */
const mostJudged = 5000;

export interface Regrouped {
  readonly opened: readonly string[];
  readonly joined: number;
  readonly merged: readonly { readonly from: string; readonly into: string }[];
  /** Every incident that is no longer what it was. */
  readonly touched: ReadonlySet<string>;
}

export interface RegroupRequest {
  /** ms since 1970: the detections that came. */
  readonly from: number;
  readonly to: number;
  readonly graph: AttackGraph | undefined;
  readonly spans: Spans;
  readonly now: Date;
}

export async function regroup<Tx>(
  store: CaseStore<Tx>,
  tx: Tx,
  { from, to, graph, spans, now }: RegroupRequest,
): Promise<{ done: Regrouped; entries: LedgerDraft[] }> {
  const window = Math.max(spans.windowMs, spans.wayMs);
  const rows = await store.around(tx, new Date(from - window), new Date(to + window), mostAtOnce);
  const cases = (await store.cases(tx)).filter(({ mergedInto, closed }) => mergedInto === null && closed === null);
  const grouped: Grouped[] = [
    ...rows.map(({ traits, incident, joined }) => ({ traits, incident, pinned: joined?.rule === 'hand' })),
    ...cases.filter(({ automatic }) => !automatic).map((row) => seedOf(row, graph)),
  ];
  const grouping = group({
    detections: grouped,
    apart: await store.apart(tx),
    worked: new Set(cases.filter(({ worked }) => worked).map(({ incident }) => incident)),
    ways: graph === undefined ? undefined : waysOf(graph),
    spans,
  });
  const openers = new Set(rows.filter(({ joined }) => joined?.rule === 'first').map(({ traits }) => traits.id));
  const known = new Map(grouped.map((each) => [each.traits.id, { ...each, opened: openers.has(each.traits.id) }]));
  return apply({ store, tx, graph, now }, grouping, known, cases);
}

const seedPrefix = 'incident ';
const isSeed = (id: string) => id.startsWith(seedPrefix);

/** An incident that a person opened, as if it were a detection of what is compromised. */
function seedOf({ incident, openedAt, compromised }: CaseRow, graph: AttackGraph | undefined): Grouped {
  const at = Date.parse(openedAt);
  const actors = compromised.filter((id) => !isShared(graph, id));
  const traits: Traits = {
    id: `${seedPrefix}${incident}`,
    first: at,
    last: at,
    strong: true,
    principal: actors[0] ?? null,
    keys: actors.map((id) => `node ${id}`),
    actors,
    took: [],
    changed: [],
    touched: [],
    about: [],
  };
  return { traits, incident, pinned: true };
}

/** With whether it opened the incident that it is in. */
type Known = ReadonlyMap<string, Grouped & { readonly opened: boolean }>;

interface Parts<Tx> {
  readonly store: CaseStore<Tx>;
  readonly tx: Tx;
  readonly graph: AttackGraph | undefined;
  readonly now: Date;
}

async function apply<Tx>(
  parts: Parts<Tx>,
  grouping: Grouping,
  known: Known,
  cases: readonly CaseRow[],
): Promise<{ done: Regrouped; entries: LedgerDraft[] }> {
  const { store, tx, now } = parts;
  const byId = new Map(cases.map((row) => [row.incident, row]));
  const opened: string[] = [];
  const merged: Regrouped['merged'][number][] = [];
  const placements: Placement[] = [];
  const touched = new Set<string>();
  for (const cluster of grouping.clusters) {
    const target = await targetOf(parts, cluster, byId, opened);
    for (const from of cluster.incidents.filter((incident) => incident !== target)) {
      merged.push({ from, into: target });
      touched.add(from).add(target);
    }
    for (const placement of placementsOf(cluster, target, grouping, known)) {
      placements.push(placement);
      touched.add(target);
      const left = known.get(placement.detection)?.incident;
      if (left !== null && left !== undefined && !cluster.incidents.includes(left)) touched.add(left);
    }
  }
  for (const { from, into } of merged) {
    await store.mergeInto(tx, from, into);
    const reason = 'Detections of both belong together.';
    await store.note(tx, from, { at: now, by: itself, did: 'merged', reason, others: [into] });
    await store.note(tx, into, { at: now, by: itself, did: 'merged', reason, others: [from] });
  }
  await store.place(tx, placements);
  for (const { one, other, link } of grouping.refused)
    await store.relate(tx, one, other, { rule: link.rule, words: wordsOf(link) });
  for (const { from } of merged) touched.delete(from);
  const found = await rejudge(parts, [...touched]);
  const entries = [
    ...opened.map((incident): LedgerDraft => {
      const { title, compromised } = found.get(incident) ?? { title: '', compromised: [] };
      return { incident, kind: 'incident.opened', actor: itself, body: { title, compromised, protect: 'default' } };
    }),
    ...merged.flatMap(({ from, into }): LedgerDraft[] => [
      { incident: from, kind: 'incident.merged', actor: itself, body: { from, into } },
      { incident: into, kind: 'incident.merged', actor: itself, body: { from, into } },
    ]),
    ...(await joinEntries(parts, placements)),
  ];
  const joined = placements.filter(({ detection }) => (known.get(detection)?.incident ?? null) === null).length;
  return {
    done: { opened, joined, merged, touched: new Set([...touched, ...merged.map(({ from }) => from)]) },
    entries,
  };
}

/** The incident that a cluster is from now on. The one under work stays, then the planned, then a person's, then the oldest. */
async function targetOf<Tx>(
  { store, tx, now }: Parts<Tx>,
  { incidents }: Cluster,
  byId: ReadonlyMap<string, CaseRow>,
  opened: string[],
): Promise<string> {
  const rows = incidents.flatMap((id) => byId.get(id) ?? []);
  const merit = ({ worked, planned, automatic }: CaseRow) => (worked ? 0 : planned ? 1 : automatic ? 3 : 2);
  const [best] = rows.sort(
    (a, b) =>
      merit(a) - merit(b) ||
      (a.openedAt < b.openedAt ? -1 : a.openedAt > b.openedAt ? 1 : a.incident < b.incident ? -1 : 1),
  );
  if (best !== undefined) return best.incident;
  const id = newId('inc');
  opened.push(id);
  await store.openIncident(tx, { id, title: '', openedAt: now.toISOString(), openedBy: itself, compromised: [] });
  return id;
}

function placementsOf({ members, incidents }: Cluster, target: string, { links }: Grouping, known: Known): Placement[] {
  const all = members.filter((id) => !isSeed(id)).flatMap((id) => known.get(id)?.traits ?? []);
  const [first] = [...all].sort((a, b) => a.first - b.first || (a.id < b.id ? -1 : 1));
  const isOfPerson = members.some(isSeed);
  return all.flatMap(({ id }): Placement[] => {
    const { incident = null, opened = false } = known.get(id) ?? {};
    const link = links.get(id);
    const isFirst = id === first?.id && !isOfPerson;
    // What is in the incident, or moves with one that is absorbed, is there for the reason that it was; but what was the first and
    // is not any more needs one.
    const needsReason = opened && !isFirst && link !== undefined;
    if (incident !== null && incidents.includes(incident) && !needsReason) return [];
    if (isFirst || link === undefined)
      return [{ detection: id, incident: target, joined: { rule: 'first', words: 'The earliest of the incident.' } }];
    const joined: KeptJoin = joinedBy(link, id, isSeed);
    return [{ detection: id, incident: target, joined: 'way' in link.by ? { ...joined, way: link.by.way } : joined }];
  });
}

/** Roots, severity and title afresh. What a plan was made for is not changed under it. */
export async function rejudge<Tx>(
  { store, tx, graph }: Omit<Parts<Tx>, 'now'>,
  incidents: readonly string[],
): Promise<ReadonlyMap<string, { title: string; compromised: readonly string[] }>> {
  const found = new Map<string, { title: string; compromised: readonly string[] }>();
  for (const row of await store.cases(tx, incidents)) {
    const members = await store.members(tx, row.incident, mostJudged);
    // Without the estate (a command on the data directory) nothing better is known than what stands.
    if (members.length === 0 || (graph === undefined && row.severity !== null)) continue;
    const { title, severity, roots }: { title: string; severity: CaseSeverity; roots: readonly Root[] } = judge(
      members,
      graph,
    );
    await store.judge(tx, row.incident, { severity, roots });
    const compromised = roots.filter(({ known }) => known).map(({ node }) => node.id);
    if (row.automatic && !row.planned) await store.rename(tx, row.incident, { title, compromised });
    found.set(row.incident, { title, compromised });
  }
  return found;
}

/** What joined, in the evidence of its incident; events by their digests. */
async function joinEntries<Tx>({ store, tx }: Parts<Tx>, placements: readonly Placement[]): Promise<LedgerDraft[]> {
  const byDetection = new Map(placements.map((each) => [each.detection, each]));
  const byIncident = new Map<string, object[]>();
  for (const { detection } of await store.detections(tx, [...byDetection.keys()])) {
    const placement = byDetection.get(detection.id);
    if (placement === undefined) continue;
    const { id, detector, severity, title, first, last, count, events } = detection;
    const told = {
      id,
      detector,
      severity,
      title: title.slice(0, 300),
      first,
      last,
      count,
      rule: placement.joined.rule,
      words: placement.joined.words,
      events: events.map(({ id: event, digest }) => ({ event: event.slice(0, 200).toWellFormed(), digest })),
    };
    byIncident.set(placement.incident, [...(byIncident.get(placement.incident) ?? []), told]);
  }
  return [...byIncident].flatMap(([incident, all]) =>
    Array.from(
      { length: Math.ceil(all.length / mostInEntry) },
      (_, at): LedgerDraft => ({
        incident,
        kind: 'detections.joined',
        actor: itself,
        body: { detections: all.slice(at * mostInEntry, (at + 1) * mostInEntry) },
      }),
    ),
  );
}
