/**
 * "What breaks if I revoke this?" For a lever: its price, opened. For a node: every way of taking it away that is at hand, who holds it
 * today and so loses it whichever way is taken, and what it gives. Says of each use whether it was ever observed or is only granted.
 */
import {
  type AnyAction,
  type Breakage,
  FirebreakError,
  type GraphNode,
  type Lever,
  type NodeRef,
  nodeRef,
} from '@firebreak/contract';
import type { AttackGraph, GraphEdge } from '../graph/attack-graph.ts';
import { bitsetOf } from '../graph/bitset.ts';
import { toggleOf } from '../inventory/toggles.ts';
import { hostingLimit } from './hosting.ts';
import { leverOf } from './lever-text.ts';
import type { ObservedUse } from './price/observed-use.ts';
import { priceOf } from './price/price.ts';

const shownHolders = 200;
const shownGives = 200;
/** Edges into and out of a node that are asked for their levers, at the most. */
const askedEdges = 20_000;

/**
 * @param text a node, or a lever as people write it when its first word is the id of an action
 * @throws FirebreakError FB-NODE-UNKNOWN, FB-NODE-AMBIGUOUS, FB-USAGE for parameters that do not fit the action
 */
export function breakageOf(
  graph: AttackGraph,
  text: string,
  actions: readonly AnyAction[],
  use: ObservedUse,
): Breakage {
  const byId = new Map(actions.map((action) => [action.id, action]));
  const [word = ''] = text.trim().split(/[|\s]/, 1);
  if (byId.has(word)) return ofLever(graph, leverOf(text), byId, use);
  return ofNode(graph, graph.resolve(text), byId, use);
}

function ofLever(
  graph: AttackGraph,
  lever: Lever,
  actions: ReadonlyMap<string, AnyAction>,
  use: ObservedUse,
): Breakage {
  const action = actions.get(lever.action) as AnyAction;
  const params = action.params.safeParse(lever.params);
  if (!params.success) {
    const [issue] = params.error.issues;
    throw new FirebreakError('FB-USAGE', `${lever.action} at ${issue?.path.join('.')}: ${issue?.message}.`);
  }
  const target = graph.indexOf.get(action.target(params.data).id);
  const severs = severedBy(graph, lever);
  return {
    about: { ...lever, title: action.describe(params.data) },
    ways: waysOf(graph, new Map([[lever.key, { lever, severs }]]), actions, use),
    ...holdersAndGifts(graph, target, use),
    evidence: [...use.sources],
    completeness: graph.completeness,
  };
}

function ofNode(graph: AttackGraph, node: number, actions: ReadonlyMap<string, AnyAction>, use: ObservedUse): Breakage {
  const levers = new Map<string, { lever: Lever; severs: number }>();
  for (const edge of edgesAround(graph, node))
    for (const lever of edge.rule.levers(edge, graph.estate)) {
      const known = levers.get(lever.key);
      if (known === undefined) levers.set(lever.key, { lever, severs: 1 });
      else known.severs += 1;
    }
  return {
    about: nodeRef(graph.nodeAt(node)),
    ways: waysOf(graph, levers, actions, use),
    ...holdersAndGifts(graph, node, use),
    evidence: [...use.sources],
    completeness: graph.completeness,
  };
}

function waysOf(
  graph: AttackGraph,
  levers: ReadonlyMap<string, { readonly lever: Lever; readonly severs: number }>,
  actions: ReadonlyMap<string, AnyAction>,
  use: ObservedUse,
): Breakage['ways'] {
  const ways: Breakage['ways'] = [];
  for (const { lever, severs } of levers.values()) {
    const action = actions.get(lever.action);
    const params = action?.params.safeParse(lever.params);
    if (action === undefined || params?.success !== true) continue;
    const price = priceOf(action, params.data, graph, use);
    const target = action.target(params.data);
    const limit = hostingLimit(graph.nodes[graph.indexOf.get(target.id) ?? -1], action.stage);
    const { reversal } = action;
    ways.push({
      lever,
      title: action.describe(params.data),
      target,
      cost: price.cost,
      reasons: [...price.reasons],
      interrupts: price.interrupts.map(({ who, what, weight }) => ({
        who,
        what,
        weight,
        use: useBy(use, who, target),
      })),
      restarts: [...price.restarts],
      drastic: price.drastic,
      approvals: price.approvals,
      ...(limit === undefined ? {} : { ruledOut: limit.why }),
      undo: reversal.kind === 'none' ? reversal.because : action.undoes(params.data),
      severs,
    });
  }
  return ways.sort((a, b) => a.cost - b.cost || (a.lever.key < b.lever.key ? -1 : 1));
}

/** What is known of the grant itself tells more than what is known of who holds it. */
function useBy(use: ObservedUse, who: NodeRef, target: NodeRef) {
  const ofGrant = use.of(target.id);
  return ofGrant === 'granted' ? use.of(who.id) : ofGrant;
}

function holdersAndGifts(
  graph: AttackGraph,
  node: number | undefined,
  use: ObservedUse,
): Pick<Breakage, 'holders' | 'holderCount' | 'gives' | 'givesCount'> {
  const edges = node === undefined ? [] : edgesAround(graph, node);
  const holders = new Map<number, { about: GraphNode; by: string }>();
  const gives = new Map<number, { about: GraphNode; by: string }>();
  for (const { tails, head, type, rule } of edges) {
    if (head !== node) gives.set(head, { about: graph.nodeAt(head), by: type });
    // What comes at once and for sure is a grant; what takes an attacker work is no use of anybody's.
    else if (rule.traverse === 'instant' || rule.traverse === 'seconds')
      for (const tail of tails) if (!holders.has(tail)) holders.set(tail, { about: graph.nodeAt(tail), by: type });
  }
  return {
    holders: [...holders.values()].slice(0, shownHolders).map(({ about, by }) => ({
      ...nodeRef(about),
      by,
      use: use.of(about.id),
      ...(about.about?.owner === undefined ? {} : { owner: about.about.owner }),
    })),
    holderCount: holders.size,
    gives: [...gives.values()].slice(0, shownGives).map(({ about, by }) => ({ ...nodeRef(about), by })),
    givesCount: gives.size,
  };
}

/** How many edges of the graph name the lever; an edge into a group counts once. */
function severedBy(graph: AttackGraph, { key }: Lever): number {
  try {
    const { is, edges } = toggleOf(graph, key);
    return is === 'lever' ? edges : 0;
  } catch (error) {
    // Evidence, for one, severs nothing.
    if (error instanceof FirebreakError && unnamed.has(error.code)) return 0;
    throw error;
  }
}

const unnamed: ReadonlySet<string> = new Set(['FB-TOGGLE-UNKNOWN', 'FB-NODE-UNKNOWN']);

/** The live edges into and out of a node, hubs resolved towards it. */
function edgesAround(graph: AttackGraph, node: number): GraphEdge[] {
  const { hypergraph } = graph;
  const { offsets, edges } = hypergraph.incoming();
  const found: GraphEdge[] = [];
  const into = (target: number, membership: number): void => {
    for (let at = offsets[target] as number; at < (offsets[target + 1] as number); at += 1) {
      if (found.length >= askedEdges) return;
      const edge = edges[at] as number;
      const tails = [...hypergraph.tailsOf(edge)];
      const [first] = tails;
      if (first !== undefined && graph.isHub(first)) into(first, edge);
      else if (!tails.includes(node)) found.push(graph.liveEdgeAt(edge, membership));
    }
  };
  into(node, -1);
  for (const edge of graph.liveEdgesFrom(bitsetOf(graph.nodes.length, [node]))) {
    if (found.length >= askedEdges) break;
    found.push(edge);
  }
  return found;
}
