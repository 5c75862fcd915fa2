/**
 * AI tools as non-human identities (C1): with which workload identity, credentials and permissions each agent, tool server, model and
 * guardrail acts, whether these end by themselves, and when they were last seen at work. What no source tells stays unknown:
 * a tool without an identity here is one whose identity nobody knows, not one that has none.
 */
import { type AiTool, type AiTools, type AssetClass, type NodeId, nodeRef } from '@firebreak/contract';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { directFrom, directInto, identitiesUsedBy, isFirm, isRunning, usersOf, type Wire, wholesOf } from './wiring.ts';

/** The last thing that a node did, by its id. */
export type LastSeen = ReadonlyMap<NodeId, { readonly time: string; readonly operation: string }>;

const classes: ReadonlySet<AssetClass> = new Set(['agent', 'tool', 'model', 'guardrail']);
const mostGrants = 50;

/** The answer of `firebreak ai-tools`, those that were seen last first. */
export function aiToolsOf(graph: AttackGraph, seen: LastSeen = new Map()): AiTools {
  const tools: AiTool[] = [];
  for (let number = 0; number < graph.nodeCount; number += 1) {
    if (!classes.has(graph.nodeAt(number).class) || isPartOf(graph, number)) continue;
    const tool = toolOf(graph, number, seen);
    // Weights in a bucket and versions in a registry do nothing by themselves.
    if (tool.class === 'model' && tool.actsAs.length === 0 && tool.runBy.length === 0) continue;
    tools.push(tool);
  }
  tools.sort((a, b) => compare(b.lastSeen?.time ?? '', a.lastSeen?.time ?? '') || compare(a.id, b.id));
  return {
    tools,
    counts: {
      total: tools.length,
      identified: tools.filter(({ actsAs }) => actsAs.length > 0).length,
      longLived: tools.filter(({ actsAs }) => actsAs.some(({ lasts }) => lasts === 'long-lived')).length,
      seen: tools.filter(({ lastSeen }) => lastSeen !== undefined).length,
    },
    completeness: graph.completeness,
  };
}

/** A single function of a tool server acts with what its server has. */
function isPartOf(graph: AttackGraph, number: number): boolean {
  if (graph.nodeAt(number).class !== 'tool') return false;
  return [...directInto(graph, number)].some(
    (wire) => isFirm(graph, wire) && graph.nodeAt(wire.other).class === 'tool',
  );
}

function toolOf(graph: AttackGraph, number: number, seen: LastSeen): AiTool {
  const node = graph.nodeAt(number);
  const { above, below } = partsOf(graph, number);
  const parts = distinct([...above, ...below]);
  const workloads = distinct(parts.flatMap((part) => wholesOf(graph, part))).filter(
    (each) => each !== number && !below.includes(each),
  );
  const own = identitiesUsedBy(graph, number);
  const borrowed = [...new Set(parts.flatMap((part) => identitiesUsedBy(graph, part)))].filter(
    (each) => !own.includes(each),
  );
  const actors = [
    ...own.map((actor) => ({ actor, of: 'itself' as const })),
    ...borrowed.map((actor) => ({ actor, of: 'workload' as const })),
  ];
  const last = [number, ...parts, ...workloads, ...own, ...borrowed]
    .flatMap((each) => {
      const { id } = graph.nodeAt(each);
      const found = seen.get(id);
      return found === undefined ? [] : [{ ...found, as: id }];
    })
    .sort((a, b) => compare(b.time, a.time))[0];
  return {
    ...nodeRef(node),
    class: node.class,
    ...(node.about?.owner === undefined ? {} : { owner: node.about.owner }),
    runBy: workloads.map((each) => nodeRef(graph.nodeAt(each))),
    actsAs: actors.map(({ actor, of }) => actorOf(graph, actor, of, new Set([number, ...parts]))),
    calls: distinct(
      [...directFrom(graph, number)]
        .filter((wire) => isFirm(graph, wire) && graph.nodeAt(wire.other).class === 'tool')
        .map(({ other }) => other),
    ).map((each) => nodeRef(graph.nodeAt(each))),
    ...(last === undefined ? {} : { lastSeen: last }),
  };
}

const mostParts = 1000;

/** What runs it (a container of a server's pod), and what it runs, down to the containers. */
function partsOf(
  graph: AttackGraph,
  number: number,
): { readonly above: readonly number[]; readonly below: readonly number[] } {
  const isWorkload = (wire: Wire) =>
    isFirm(graph, wire) && isRunning(graph, wire.other) && graph.nodeAt(wire.other).class === 'workload';
  const above = [...directInto(graph, number)].filter(isWorkload).map(({ other }) => other);
  const below = new Set([number]);
  for (const part of below) {
    for (const wire of directFrom(graph, part)) if (isWorkload(wire)) below.add(wire.other);
    if (below.size > mostParts) break;
  }
  below.delete(number);
  return { above, below: [...below] };
}

function actorOf(
  graph: AttackGraph,
  actor: number,
  of: 'itself' | 'workload',
  mine: ReadonlySet<number>,
): AiTool['actsAs'][number] {
  const node = graph.nodeAt(actor);
  const { tenure } = node;
  const grants = distinct(
    [...directFrom(graph, actor)]
      .map(({ other }) => other)
      .filter((other) => graph.nodeAt(other).class === 'permission'),
  );
  const others = usersOf(graph, actor).filter((user) => !mine.has(user));
  const wholes = distinct(others.flatMap((user) => wholesOf(graph, user)));
  const own = new Set([...mine].flatMap((part) => wholesOf(graph, part)));
  return {
    ...nodeRef(node),
    class: node.class,
    ...(tenure === undefined ? {} : { tenure: { ...tenure } }),
    lasts: tenure?.lifetime === undefined ? 'unknown' : tenure.lifetime === 'static' ? 'long-lived' : 'ephemeral',
    of,
    grants: grants.slice(0, mostGrants).map((each) => nodeRef(graph.nodeAt(each))),
    sharedWith: wholes.filter((whole) => !own.has(whole)).map((whole) => nodeRef(graph.nodeAt(whole))),
  };
}

function distinct(numbers: readonly number[]): readonly number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
