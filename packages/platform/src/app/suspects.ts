/**
 * Clients of models in an incident that query as for extraction, with the throttle score that the watch has of each now: for a plan that
 * slows them down. The score is as old as the watch's last saved place; a detection alone counts as one that has just been made.
 */
import type { KeptDetection, NodeId } from '@firebreak/contract';
import { extractionState, throttleOf } from '../detection/extraction/extraction-detector.ts';
import clientQueries from '../detection/stream/extraction/client-queries.ts';
import { idsInLogs, nodeFinder } from '../events/node-finder.ts';
import type { AttackGraph } from '../graph/attack-graph.ts';
import type { Suspect } from '../planning/supplements/supplement.ts';
import type { Station } from './station.ts';

const mostDetections = 500;
/** Less is what any client has now and then. */
const leastScore = 0.5;

export async function suspectsOf(
  { storage }: Pick<Station, 'storage'>,
  incident: string,
  compromised: readonly NodeId[],
  graph: AttackGraph,
): Promise<readonly Suspect[]> {
  const watches = (await storage.watchPlaces.all()).map(({ watch }) => watch);
  const [{ detections }, ...places] = await Promise.all([
    storage.detectionStore.list(
      { incident, detector: clientQueries.id, suppressed: 'hidden' },
      { limit: mostDetections, after: undefined },
    ),
    // Servers that divide the events have a watch each.
    ...watches.map((watch) => storage.watchPlaces.load(watch)),
  ]);
  const states = places.map((place) => place?.state.detectors[clientQueries.id]);
  return suspectsIn(detections, states, compromised, graph);
}

/** @param states what each watch saved of the detector */
export function suspectsIn(
  detections: readonly Pick<KeptDetection, 'id' | 'by'>[],
  states: readonly unknown[],
  compromised: readonly NodeId[],
  graph: AttackGraph,
): readonly Suspect[] {
  const find = nodeFinder(graph);
  const scores = scoresOf(states);
  const suspects = new Map<NodeId, Suspect>();
  const add = (node: NodeId, told: { readonly score: number; readonly why: string } | undefined) => {
    const known = suspects.get(node);
    if (told !== undefined && told.score > (known?.score ?? 0)) suspects.set(node, { node, ...told });
  };
  for (const { id, by } of detections)
    for (const named of by) {
      const index = find(named, 'execute');
      if (index === undefined) continue;
      const node = graph.nodeAt(index).id;
      const found = { score: 1, why: `It queries as for extraction (detection ${id}).` };
      add(node, scoreOf(node, scores) ?? found);
    }
  for (const node of compromised) {
    const told = scoreOf(node, scores);
    if (told !== undefined && told.score >= leastScore) add(node, told);
  }
  return [...suspects.values()].sort((a, b) => (a.node < b.node ? -1 : 1));
}

interface Score {
  readonly score: number;
  readonly why: string;
}

/** By client as the detector names it: the worst of what its models say, to any watch. */
function scoresOf(states: readonly unknown[]): ReadonlyMap<string, Score> {
  const scores = new Map<string, Score>();
  for (const state of states) {
    const told = extractionState(state);
    const models = new Map((told?.models ?? []).map((model) => [model.model, model]));
    for (const [name, client] of told?.clients ?? []) {
      const model = models.get(name);
      if (model === undefined) continue;
      const score = throttleOf(client.suspicion, model);
      if (score <= (scores.get(client.key)?.score ?? 0)) continue;
      const words = `Its throttle score is ${score.toFixed(2)} of 1, by ${client.windows} windows of queries to ${name}.`;
      scores.set(client.key, { score, why: words });
    }
  }
  return scores;
}

/** A client may be named by its node, by what logs call that, or by the key's digest alone. */
function scoreOf(node: NodeId, scores: ReadonlyMap<string, Score>): Score | undefined {
  for (const name of [...idsInLogs(node), node.slice(node.lastIndexOf('/') + 1)]) {
    const score = scores.get(name);
    if (score !== undefined) return score;
  }
  return undefined;
}
