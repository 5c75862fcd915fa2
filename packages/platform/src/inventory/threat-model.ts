/**
 * The threat model of one asset (A10), generated from the graph and so never out of date: where an attacker can begin, the best
 * way from each kind of beginning, the techniques on these ways, what cuts them, and what nobody knows.
 *
 * The asset is lost when somebody can read it, and also when somebody can change it, where these are two nodes (write-twins.ts).
 * Entry points are nodes of the classes below that reach the asset each by itself, exactly. The best way of a class is the best
 * among those of its nodes that are nearest by steps; a handful are compared, so that an estate with ten thousand identities
 * costs no ten thousand searches.
 */
import { type AssetClass, type AttackPath, type GraphNode, nodeRef, type ThreatModel } from '@firebreak/contract';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { bitsetOf, hasBit, membersOf } from '../graph/bitset.ts';
import { chokepoints } from '../graph/chokepoints.ts';
import { assetOf } from './asset.ts';
import { bestWay } from './best-way.ts';
import { impactOf } from './impact.ts';
import { nodeIndexOf } from './query/node-index.ts';
import { reaching } from './query/relations.ts';
import { twinsOf } from './write-twins.ts';

/** Where attacks on AI systems begin: from outside, with something stolen, in the supply chain, in what models are fed. */
const entryClasses: readonly AssetClass[] = [
  'endpoint',
  'identity',
  'credential',
  'repository',
  'artifact',
  'pipeline',
  'update-channel',
  'dataset',
  'vector-store',
  'feature-store',
  'prompt',
  'agent',
  'tool',
  'workload',
];
/** Entry points of one class that are compared for the best way. */
const compared = 5;

/** The answer of `firebreak threat-model`. @param asset node number */
export function threatModelOf(graph: AttackGraph, asset: number): ThreatModel {
  const node = graph.nodeAt(asset);
  const index = nodeIndexOf(graph);
  const write = twinsOf(graph).writeOf.get(asset);
  const goals = write === undefined ? [asset] : [asset, write];
  const able = reaching(graph.hypergraph, bitsetOf(graph.nodes.length, goals), index.everything);
  const entryPoints: ThreatModel['entryPoints'] = [];
  const threats: AttackPath[] = [];
  for (const kind of entryClasses) {
    const all = index.by.class.get(kind);
    if (all === undefined) continue;
    const starts = [...membersOf(all)].filter((start) => !goals.includes(start));
    const reach = starts.filter((start) => hasBit(able, start));
    if (reach.length === 0) continue;
    const path = bestOf(graph, nearest(graph, reach, goals), goals);
    if (path === undefined) continue;
    threats.push(path);
    const { start, steps, likelihood } = path;
    entryPoints.push({
      class: kind,
      of: starts.length,
      reach: reach.length,
      nearest: start,
      steps: steps.length,
      likelihood,
    });
  }
  threats.sort((a, b) => b.likelihood - a.likelihood || a.steps.length - b.steps.length);
  return {
    asset: assetOf(node),
    impact: impactOf(node),
    entryPoints,
    threats,
    techniques: techniquesOf(threats),
    mitigations: mitigationsOf(graph, threats),
    chokepoints: commonNodes(graph, threats, goals),
    // One fault in a file is a gap of every kind of fact that it could have been.
    gaps: [...new Set(gapsOf(graph, node))],
    completeness: graph.completeness,
  };
}

/** The few with the fewest steps, walking back from the asset. */
function nearest(graph: AttackGraph, starts: readonly number[], goals: readonly number[]): number[] {
  const wanted = new Set(starts);
  const found: number[] = [];
  const { hypergraph } = graph;
  const { offsets, edges } = hypergraph.incoming();
  const seen = new Set(goals);
  for (const node of seen) {
    if (wanted.has(node)) found.push(node);
    if (found.length === compared) break;
    for (let at = offsets[node] as number; at < (offsets[node + 1] as number); at += 1)
      for (const tail of hypergraph.tailsOf(edges[at] as number)) seen.add(tail);
  }
  return found;
}

function bestOf(graph: AttackGraph, starts: readonly number[], goals: readonly number[]): AttackPath | undefined {
  return starts
    .flatMap((start) => goals.flatMap((goal) => bestWay(graph, start, goal) ?? []))
    .sort((a, b) => b.likelihood - a.likelihood || a.steps.length - b.steps.length)[0];
}

function techniquesOf(threats: readonly AttackPath[]): ThreatModel['techniques'] {
  const steps = new Map<string, Set<string>>();
  for (const step of threats.flatMap((threat) => threat.steps))
    for (const technique of step.techniques) {
      const known = steps.get(technique);
      if (known === undefined) steps.set(technique, new Set([step.type]));
      else known.add(step.type);
    }
  return [...steps]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, types]) => ({ id, framework: frameworkOf(id), steps: [...types].sort() }));
}

function frameworkOf(technique: string): 'ATT&CK' | 'ATLAS' | 'other' {
  if (technique.startsWith('AML.')) return 'ATLAS';
  return /^T\d{4}/.test(technique) ? 'ATT&CK' : 'other';
}

/** The edges of the threats, those that most threats go by first, with what severs each. */
function mitigationsOf(graph: AttackGraph, threats: readonly AttackPath[]): ThreatModel['mitigations'] {
  const edges = new Map<string, ThreatModel['mitigations'][number]>();
  for (const threat of threats) {
    for (const step of threat.steps) {
      const key = [step.type, step.from.id, ...(step.with ?? []).map(({ id }) => id), step.to.id].join('\n');
      const known = edges.get(key);
      if (known !== undefined) {
        edges.set(key, { ...known, threats: known.threats + 1 });
        continue;
      }
      const rule = graph.rules.find(({ label }) => label === step.type);
      const live = {
        type: step.type,
        from: step.from.id,
        with: (step.with ?? []).map(({ id }) => id),
        to: step.to.id,
        facts: step.facts,
        ...(step.note === undefined ? {} : { note: step.note }),
      };
      const levers = rule === undefined ? [] : rule.levers(live, graph.estate).map(({ key: lever }) => lever);
      edges.set(key, { type: step.type, from: step.from, to: step.to, threats: 1, cut: step.cut, levers });
    }
  }
  return [...edges.values()].sort((a, b) => b.threats - a.threats || b.levers.length - a.levers.length);
}

/** Nodes without which those who begin the threats, all together, do not get the asset. */
function commonNodes(
  graph: AttackGraph,
  threats: readonly AttackPath[],
  goals: readonly number[],
): ThreatModel['chokepoints'] {
  const starts = threats.map(({ start }) => graph.indexOf.get(start.id) as number);
  if (starts.length === 0) return [];
  return chokepoints(graph.hypergraph, starts, goals)
    .filter(({ node }) => !goals.includes(node))
    .map(({ node, guards }) => ({ ...nodeRef(graph.nodeAt(node)), guards }));
}

function* gapsOf({ completeness }: AttackGraph, { about, facts }: GraphNode): Generator<string> {
  if (completeness.answer === 'limited')
    for (const { where, reason } of completeness.reasons) yield `${where}: ${reason}`;
  if (facts.length === 0) yield 'Nothing that was read says that the asset exists; others only name it.';
  const stated = [
    ['owner', about?.owner],
    ['business impact or sensitivity', about?.impact ?? about?.sensitivity],
    ['hosting', about?.hosting],
    ['SLA', about?.sla],
    ['permitted use', about?.permittedUse?.[0]],
  ] as const;
  for (const [what, value] of stated) if (value === undefined) yield `Nobody stated its ${what}.`;
}
