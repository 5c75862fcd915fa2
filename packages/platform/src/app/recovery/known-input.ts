/**
 * What an incident's recovery board is made from, gathered from everybody: executions, ledger, detections, the estate as it is and as it
 * was before the first step of the containment. What cannot be read is said, never taken for nothing.
 */
import {
  completeness,
  type Estate,
  type Execution,
  type Gap,
  type KeptDetection,
  type NodeRef,
  nodeRef,
} from '@firebreak/contract';
import { nodeFinder } from '../../events/node-finder.ts';
import { executionView } from '../../execution/view.ts';
import { scopeOf } from '../../facts/history.ts';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import { hasBit } from '../../graph/bitset.ts';
import { deriveGraph } from '../../graph/derive-graph.ts';
import { edgeRules } from '../../graph/edges/index.ts';
import { nodeRules } from '../../graph/nodes/index.ts';
import { reach } from '../../graph/reach.ts';
import { selectNodes } from '../../graph/selector.ts';
import type { KnownInput } from '../../recovery/board/board.ts';
import { versionSources } from '../../recovery/choose/sources/index.ts';
import { type Approved, rebuildRows } from '../../recovery/rebuild/rebuild.ts';
import { credentialsOf } from '../../recovery/rotate/credentials.ts';
import { type Mark, markOf } from '../../recovery/store.ts';
import { caseDesk } from '../case-desk.ts';
import { mustHaveField, type Station } from '../station.ts';
import { approvedImages, prefixed, suspectImages } from './marks.ts';
import type { SeenAgain } from './seen-again.ts';

/** The known input, and what the desk needs beside the board. */
export interface Known extends KnownInput {
  readonly now: { readonly graph: AttackGraph; readonly estate: Estate };
  readonly before: { readonly graph: AttackGraph; readonly estate: Estate; readonly at: string | null };
  readonly compromised: readonly string[];
  readonly protect: string;
  /** ISO 8601: the first suspicious event. */
  readonly firstEvent: string;
  readonly approved: readonly Approved[];
  readonly detections: readonly KeptDetection[];
}

export interface KnowerParts {
  readonly station: Station;
  readonly seenAgain: SeenAgain;
  /** The newest canary of an incident; null without one. */
  readonly canary: (incident: string) => Promise<KnownInput['canary']>;
}

export type Knower = (incident: string, marks: ReadonlyMap<string, Mark>, signal: AbortSignal) => Promise<Known>;

export function createKnower({ station, seenAgain, canary }: KnowerParts): Knower {
  const cases = caseDesk(station);
  /** The last estate of before: making its graph anew for each look would cost seconds. */
  let kept: { readonly key: string; readonly before: Known['before'] } | undefined;

  async function beforeOf(
    executions: readonly Execution[],
    now: Known['now'],
    signal: AbortSignal,
  ): Promise<Known['before']> {
    const { holder } = mustHaveField(station);
    const starts = executions.flatMap(({ direction, steps }) =>
      direction === 'contain' ? steps.flatMap(({ startedAt }) => startedAt ?? []) : [],
    );
    const [first] = starts.sort();
    if (first === undefined) return { ...now, at: station.clock.now().toISOString() };
    const scope = scopeOf([holder.target.spec]);
    const key = `${scope} ${first}`;
    if (kept?.key === key) return kept.before;
    try {
      const { collection, estate } = await station.storage.factHistory.at(scope, new Date(first));
      signal.throwIfAborted();
      const before = { estate, graph: deriveGraph(estate, nodeRules, edgeRules, {}), at: collection.at };
      kept = { key, before };
      return before;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Error && 'code' in error && error.code === 'FB-HISTORY-NONE')) throw error;
      return { ...now, at: null };
    }
  }

  return async (id, marks, signal) => {
    const incident = await station.incidents.get(id);
    const [about, rows] = await Promise.all([cases.case(id), station.storage.executionStore.all(id)]);
    const executions = rows.map(executionView);
    const { graph, estate } = await mustHaveField(station).holder.current(signal);
    const now = { graph, estate };
    const before = await beforeOf(executions, now, signal);
    const log = await ledgerOf(station, id);
    const firstEvent = [about.first, ...about.members.map(({ first }) => first)].flatMap((at) => at ?? []).sort()[0];
    const since = firstEvent ?? incident.openedAt;
    const named = [...incident.compromised, ...about.members.flatMap((each) => each.about)];
    const subjects = subjectsOf(now, named, marks);
    const starts = incident.compromised.flatMap((each) => before.graph.indexOf.get(each) ?? []);
    const { reached } = reach(before.graph.hypergraph, starts);
    const approved = approvedImages(marks);
    const earlier = await estateBefore(station, since);
    const touched = new Set(before.graph.nodes.flatMap(({ id }, index) => (hasBit(reached, index) ? [id] : [])));
    const bad = suspectImages(named, marks);
    const rebuild = rebuildRows({ now: estate, before: earlier, approved, bad, only: touched });
    const gaps: Gap[] = [
      ...(before.at === null ? [unrecorded] : []),
      ...(earlier === undefined && rebuild.length > 0 ? [noEstateBefore] : []),
      ...(graph.completeness.answer === 'limited' ? graph.completeness.reasons : []),
    ];
    const held = new Set(starts);
    const protect = selectNodes(before.graph, incident.protect).filter(
      (node) => hasBit(reached, node) && !held.has(node),
    );
    return {
      incident: { id, title: incident.title },
      executions,
      recoveryPlans: new Set(prefixed(marks, 'plan/').map(([digest]) => digest)),
      evidence: log.evidence,
      contained: log.contained,
      subjects,
      credentials: credentialsOf({
        graph: before.graph,
        compromised: incident.compromised,
        found: await station.rotation.list(),
        since,
      }),
      rebuild,
      agents: agentsOf(before.graph, reached),
      detections: about.members,
      residual: {
        reachable: protect.map((node) => nodeRef(before.graph.nodeAt(node))),
        limited: before.at === null || before.graph.completeness.answer === 'limited',
      },
      detectors: await seenAgain(id, about.members, signal),
      canary: await canary(id),
      access: accessOf(marks, executions),
      completeness: completeness(gaps, 'any'),
      now,
      before,
      compromised: incident.compromised,
      protect: incident.protect,
      firstEvent: since,
      approved,
    };
  };
}

/** Access is back when the undo that gives it back is over, and not when somebody asked for it. */
function accessOf(marks: ReadonlyMap<string, Mark>, executions: readonly Execution[]): Known['access'] {
  const asked = (marks.get(markOf.access)?.data as { readonly execution?: unknown } | null | undefined)?.execution;
  const state = executions.find(({ id }) => id === asked)?.state;
  if (state === 'undone') return 'returned';
  if (state === 'running' || state === 'paused') return 'returning';
  return executions.some(stands) ? 'held' : 'nothing-held';
}

const stands = ({ direction, steps }: Execution): boolean =>
  direction === 'contain' && steps.some(({ state }) => state === 'done' || state === 'reverted');

function subjectsOf(
  { graph, estate }: Known['now'],
  ids: readonly string[],
  marks: ReadonlyMap<string, Mark>,
): NodeRef[] {
  const find = nodeFinder(graph);
  const found = new Map<string, NodeRef>();
  for (const id of ids) {
    const index = find(id, 'other');
    const node = index === undefined ? id : graph.nodeAt(index).id;
    for (const source of versionSources) {
      const subject = source.subject(estate, node);
      if (subject !== undefined) found.set(subject.id, subject);
    }
  }
  // What somebody chose a version of stays in question.
  for (const [subject] of prefixed(marks, 'choose/'))
    if (!found.has(subject)) {
      const node = graph.nodes[graph.indexOf.get(subject) ?? -1];
      found.set(subject, node === undefined ? { kind: 'gone', id: subject, name: subject } : nodeRef(node));
    }
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function agentsOf(graph: AttackGraph, reached: Parameters<typeof hasBit>[0]) {
  const agents = graph.nodes.flatMap((node, index) =>
    node.class === 'agent' && hasBit(reached, index) ? [index] : [],
  );
  if (agents.length === 0) return [];
  const tools = new Map<string, Set<string>>();
  for (const edge of graph.liveEdges()) {
    const tool = graph.nodeAt(edge.head);
    if (tool.class !== 'tool') continue;
    tools.set(edge.from, (tools.get(edge.from) ?? new Set()).add(tool.name));
  }
  return agents.map((index) => {
    const agent = graph.nodeAt(index);
    return { agent: nodeRef(agent), tools: [...(tools.get(agent.id) ?? [])].sort() };
  });
}

async function ledgerOf(station: Station, incident: string) {
  const evidence: { entry: number; at: string; what: string }[] = [];
  let contained: number | null = null;
  for await (const { index, entry } of station.ledger.entries(incident)) {
    if (entry.kind === 'incident.contained') contained = index;
    if (entry.kind === 'custody.taken')
      evidence.push({
        entry: index,
        at: entry.at,
        what: `Snapshot ${String(entry.body.snapshot ?? '').slice(0, 64)} was taken.`,
      });
    if (entry.kind === 'step.before' && entry.blobs.length > 1)
      evidence.push({
        entry: index,
        at: entry.at,
        what: `A step kept ${entry.blobs.length} documents before it changed anything.`,
      });
  }
  return { evidence, contained };
}

/** What ran before the first suspicious event; undefined where nothing was recorded yet. */
async function estateBefore(station: Station, since: string): Promise<Estate | undefined> {
  const { holder } = mustHaveField(station);
  try {
    const { estate } = await station.storage.factHistory.at(
      scopeOf([holder.target.spec]),
      new Date(Date.parse(since) - 1),
    );
    return estate;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'FB-HISTORY-NONE') return undefined;
    throw error;
  }
}

const unrecorded: Gap = {
  kinds: ['*'],
  where: 'history of facts',
  code: 'FB-HISTORY-NONE',
  reason:
    'The estate from before the containment is not recorded: what was within reach then is told from what is there now.',
  next: 'Keep `firebreak serve` running, or record with `firebreak collect --record`.',
};
const noEstateBefore: Gap = {
  kinds: ['kubernetes.workload'],
  where: 'history of facts',
  code: 'FB-HISTORY-NONE',
  reason: 'No collection is older than the first suspicious event: no image is known to be good by having run before.',
  next: 'Approve images by digest (`firebreak recovery rebuild --approve`).',
};
