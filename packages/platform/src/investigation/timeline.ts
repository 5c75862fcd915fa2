/**
 * The timeline of an incident (C3): model, data and tool access, changes of the platform, what detectors said, our own steps and what
 * people decided, in one chain. Each act is put down to an identity, to the right that let it, and to an approval where there is one.
 *
 * What must stay true: only the attacker's events (touches.ts says whose they are) and those that the incident's detections cite are
 * acts, everything else is said by a detection or by the ledger; the order is that of time and then of the moments' own ids, so that pages neither repeat nor miss.
 */
import type {
  AssetClass,
  Detection,
  LedgerEntry,
  Moment,
  NodeRef,
  NormalEvent,
  TimelineKind,
} from '@firebreak/contract';
import { actingNodes } from '../events/acting-nodes.ts';
import { approvalWords } from '../events/approval.ts';
import type { NodeFinder } from '../events/node-finder.ts';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { bestPath } from '../graph/paths.ts';
import { refOf } from './cases/judge.ts';
import { approvalsIn, momentOfEntry } from './timeline-ledger.ts';
import { Touches } from './touches.ts';

export interface TimelineQuestion {
  readonly graph: AttackGraph;
  readonly find: NodeFinder;
  readonly compromised: readonly number[];
  /** In any order; those of others are left out. */
  readonly events: readonly NormalEvent[];
  readonly detections: readonly Detection[];
  readonly entries: readonly (LedgerEntry & { readonly index: number })[];
}

/** Ways are looked for so often; each costs a pass over the graph. */
const mostWays = 300;
const mostTargets = 20;

const kindOfClass: Readonly<Partial<Record<AssetClass, TimelineKind>>> = {
  model: 'model',
  endpoint: 'model',
  prompt: 'model',
  guardrail: 'model',
  dataset: 'data',
  'feature-store': 'data',
  'vector-store': 'data',
  volume: 'data',
  tool: 'tool',
  agent: 'tool',
  identity: 'identity',
  credential: 'identity',
};

/** Of what the estate does not have any more, or never had: by the kind that its id names. */
const kindOfUnknown: Readonly<Record<string, TimelineKind>> = {
  RegisteredModel: 'model',
  ModelVersion: 'model',
  Alias: 'model',
  Model: 'model',
  ModelEndpoint: 'model',
  Prompt: 'model',
  Dataset: 'data',
  Collection: 'data',
  VectorStore: 'data',
  Bucket: 'data',
  McpServer: 'tool',
  Tool: 'tool',
  Agent: 'tool',
};

/** By time; of two at the same time by id. */
export function timelineOf({ graph, find, compromised, events, detections, entries }: TimelineQuestion): Moment[] {
  const citing = new Map<string, string[]>();
  for (const { id, events: cited } of detections)
    for (const event of cited) citing.set(event.id, [...(citing.get(event.id) ?? []), id]);
  const rights = new Rights(graph);
  const touches = new Touches(graph, compromised, find);
  const once = new Map(events.map((event) => [event.id, event]));
  const acts = [...once.values()]
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : a.id < b.id ? -1 : 1))
    .filter((event) => touches.add(event) || citing.has(event.id))
    .map((event) => momentOfEvent(event, { graph, find, rights, detections: citing.get(event.id) ?? [] }));
  const approvals = approvalsIn(entries);
  const told = detections.map((detection) => momentOfDetection(detection, graph));
  const ours = entries.flatMap((entry) => momentOfEntry(entry, approvals, (id) => refOf(id, graph)) ?? []);
  return [...acts, ...told, ...ours].sort((a, b) => (place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : 0));
}

/** Where a moment stands, as a text that sorts; also the cursor of a page. */
export function place({ at, id }: Pick<Moment, 'at' | 'id'>): string {
  return `${at} ${id}`;
}

interface EventContext {
  readonly graph: AttackGraph;
  readonly find: NodeFinder;
  readonly rights: Rights;
  readonly detections: readonly string[];
}

function momentOfEvent(event: NormalEvent, { graph, find, rights, detections }: EventContext): Moment {
  const { actor, targets, activity, operation, outcome, time, reason } = event;
  const acting = actingNodes(event).find((id) => find(id, 'authenticate') !== undefined) ?? actor.id;
  const identity = acting === undefined ? null : found(acting, 'authenticate', graph, find);
  const touched = targets.slice(0, mostTargets).map((id) => found(id, activity, graph, find));
  const [first] = touched;
  const on =
    first === undefined
      ? ''
      : ` on ${first.kind} ${first.name}${targets.length > 1 ? ` and ${targets.length - 1} more` : ''}`;
  const ended =
    outcome === 'done'
      ? ''
      : outcome === 'unknown'
        ? ', how it ended is not told'
        : `, ${outcome}${reason === undefined ? '' : `: ${reason.slice(0, 200)}`}`;
  return {
    id: `event ${event.id}`,
    at: time,
    kind: kindOf(touched, graph),
    words: `${identity?.name ?? actor.name} did ${operation}${on}${ended}.`,
    actor: actor.name,
    identity,
    credential: actor.credential ?? null,
    session: actor.session ?? null,
    address: actor.address ?? null,
    operation,
    activity,
    outcome,
    targets: touched,
    permission: identity === null || first === undefined ? null : rights.between(identity.id, first.id),
    approval: event.approval === undefined ? null : approvalWords(event.approval),
    detections: [...detections],
    severity: null,
    event: { id: event.id, digest: event.digest, time, where: whereOf(event) },
    ledger: null,
  };
}

function whereOf({ source: { locator, line } }: NormalEvent) {
  return { locator, ...(line === undefined ? {} : { line }) };
}

function found(id: string, activity: NormalEvent['activity'], graph: AttackGraph, find: NodeFinder): NodeRef {
  const node = find(id, activity);
  return refOf(node === undefined ? id : graph.nodeAt(node).id, graph);
}

/** By the first thing that was touched whose class says something. */
function kindOf(touched: readonly NodeRef[], graph: AttackGraph): TimelineKind {
  for (const { id, kind: named } of touched) {
    const node = graph.indexOf.get(id);
    const kind = node === undefined ? kindOfUnknown[named] : kindOfClass[graph.nodeAt(node).class];
    if (kind !== undefined) return kind;
  }
  return 'platform';
}

function momentOfDetection(detection: Detection, graph: AttackGraph): Moment {
  const { id, title, note, severity, last, by, about, events, detector, sessions } = detection;
  return {
    id: `detection ${id}`,
    at: last,
    kind: 'detection',
    words: `${title}${note === undefined ? '' : ` (${note.slice(0, 300)})`}.`,
    actor: detector,
    identity: by[0] === undefined ? null : refOf(by[0], graph),
    credential: null,
    session: sessions[0] ?? null,
    address: null,
    operation: null,
    activity: null,
    outcome: null,
    targets: about.slice(0, mostTargets).map((each) => refOf(each, graph)),
    permission: null,
    approval: null,
    detections: [id],
    severity,
    event: events.at(-1) ?? null,
    ledger: null,
  };
}

/** What of the graph lets one touch another; asked once a pair. */
class Rights {
  readonly #graph: AttackGraph;
  readonly #known = new Map<string, Moment['permission']>();

  constructor(graph: AttackGraph) {
    this.#graph = graph;
  }

  /** Null where the estate lacks one of the two, or too many were asked. */
  between(from: string, to: string): Moment['permission'] {
    const [start, goal] = [this.#graph.indexOf.get(from), this.#graph.indexOf.get(to)];
    if (start === undefined || goal === undefined || start === goal) return null;
    const key = `${start} ${goal}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= mostWays) return null;
    const steps = bestPath(this.#graph, [start], goal)?.steps ?? [];
    const last = steps.at(-1);
    const right =
      last === undefined ? 'none' : { step: steps.map(({ type }) => type).join(' → '), words: last.note ?? last.what };
    this.#known.set(key, right);
    return right;
  }
}
