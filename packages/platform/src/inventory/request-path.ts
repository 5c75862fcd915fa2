/**
 * The way of a user's request (A3): from an endpoint to what answers it, what that reads, and what it calls; and at each of these
 * stations every credential and identity that can influence it. The rule of the walk, so that nobody has to guess:
 *
 * - It begins at the endpoint. A *hop* is one direct step (never one into a group; see wiring.ts) to a station of the next kind.
 * - The endpoint leads to what listens: workloads, models, agents, tools, guardrails. Here alone the odds of the step do not
 *   count, since the request arrives whether or not an attacker's would.
 * - What runs (workload, model, agent, tool, guardrail) leads, by steps that are sure, to what it consists of and calls: further
 *   workloads, models, agents, tools, endpoints, prompts, guardrails, stores, volumes, artifacts.
 * - What runs also leads to data, tools and endpoints that its own identities and credentials open, by direct steps over
 *   identities, credentials and permissions alone. The hop then says by which.
 * - Where an attack runs against the request, the request is followed and not the attack: who answers an agent steers it, so the
 *   agent asks the model, the server, the prompt and the collection that steer it; who listens holds an address, so the address
 *   leads to who listens. A gateway that listens leads on to the models and tools behind it.
 * - A volume leads to the data that lies in it. Data, prompts and artifacts lead nowhere: who trains on them is lineage, not the
 *   request. Nothing leads to hosts, control planes, pipelines or update channels: they influence, and are found as such.
 *
 * An *influence* on a station is an identity or credential that it runs with (`runs-as`), that has power over it or over what it
 * belongs to (`direct`, see `authoritiesOver`), or that gets it by an attack of any length (`attack`, exact reach).
 */
import { type AssetClass, nodeRef, type RequestPath } from '@firebreak/contract';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { cutShort } from './bounded.ts';
import { queryNodes } from './query/query.ts';
import { reachTable } from './reach-table.ts';
import {
  authoritiesOver,
  belongsTo,
  directFrom,
  directInto,
  identitiesUsedBy,
  isFirm,
  isRunning,
  type Wire,
} from './wiring.ts';
import { twinsOf } from './write-twins.ts';

type Station = RequestPath['stations'][number]['station'];

/** What kind of station a class is; classes that are none are left out. */
const stationOf: Partial<Record<AssetClass, Station>> = {
  endpoint: 'entry',
  workload: 'inference',
  model: 'inference',
  agent: 'inference',
  guardrail: 'steering',
  prompt: 'steering',
  dataset: 'retrieval',
  'vector-store': 'retrieval',
  'feature-store': 'retrieval',
  volume: 'storage',
  artifact: 'storage',
  tool: 'outbound',
};
const listening: ReadonlySet<AssetClass> = new Set(['workload', 'model', 'agent', 'tool', 'guardrail']);
const inVolumes: ReadonlySet<AssetClass> = new Set([
  'volume',
  'dataset',
  'vector-store',
  'feature-store',
  'model',
  'artifact',
]);
/** What is opened with a credential on the way of a request. */
const opened: ReadonlySet<AssetClass> = new Set([
  'dataset',
  'vector-store',
  'feature-store',
  'artifact',
  'endpoint',
  'tool',
]);
/** Of these, what is called with a credential, whereas a power over it is a power to change it. */
const called: ReadonlySet<AssetClass> = new Set(['endpoint', 'tool']);
const between: ReadonlySet<AssetClass> = new Set(['identity', 'credential', 'permission']);

/** Who answers, or what is read or loaded, steers who asks. */
const steering: ReadonlySet<string> = new Set([
  'MODEL_STEERS',
  'MCP_SERVER_STEERS',
  'PROMPT_STEERS',
  'COLLECTION_STEERS',
  'STORED_MODEL_SERVES',
]);
const gateway = 'PROXY_BEHIND_ENDPOINT';
/** Who listens holds what is known by its address. */
const listens: ReadonlySet<string> = new Set([gateway, 'PROCESS_BEHIND_ADDRESS']);
/** Of what is behind a gateway, what a request goes to. */
const behindGateway: ReadonlySet<AssetClass> = new Set(['endpoint', 'tool', 'guardrail']);

const maxStations = 200;
/** Identities, credentials and permissions that one hop may go by. */
const maxBetween = 8;

interface Hop {
  readonly from: number;
  readonly to: number;
  readonly edge: number;
  readonly by: readonly number[];
}

/** The answer of `firebreak request-path`. @param endpoint node number; any running part does as well */
export function requestPath(graph: AttackGraph, endpoint: number): RequestPath {
  const distance = new Map([[endpoint, 0]]);
  const hops: Hop[] = [];
  let complete = true;
  for (const [station, steps] of distance) {
    for (const hop of hopsFrom(graph, station)) {
      if (!distance.has(hop.to)) {
        if (distance.size === maxStations) {
          complete = false;
          continue;
        }
        distance.set(hop.to, steps + 1);
      }
      hops.push(hop);
    }
  }
  const stations = [...distance.keys()];
  const influences = influencesOn(graph, stations);
  return {
    endpoint: nodeRef(graph.nodeAt(endpoint)),
    stations: stations.map((station, place) => {
      const node = graph.nodeAt(station);
      const kind =
        station === endpoint ? 'entry' : stationOf[node.class] === 'entry' ? 'outbound' : stationOf[node.class];
      return {
        ...nodeRef(node),
        class: node.class,
        station: kind ?? 'inference',
        hops: distance.get(station) as number,
        ...(node.about?.owner === undefined ? {} : { owner: node.about.owner }),
        runsAs: identitiesUsedBy(graph, station).map((used) => nodeRef(graph.nodeAt(used))),
        influences: (influences[place] as readonly Influence[]).map(({ actor, how }) => ({
          ...nodeRef(graph.nodeAt(actor)),
          class: graph.nodeAt(actor).class,
          how,
        })),
      };
    }),
    hops: hops.map(({ from, to, edge, by }) => {
      const note = graph.noteOf(edge);
      return {
        from: nodeRef(graph.nodeAt(from)),
        to: nodeRef(graph.nodeAt(to)),
        type: graph.ruleOf(edge)?.label ?? '',
        by: by.map((node) => nodeRef(graph.nodeAt(node))),
        facts: graph.factsOf(edge),
        ...(note === undefined ? {} : { note }),
        likelihood: graph.likelihoods[edge] as number,
      };
    }),
    actors: actorsOf(graph, influences),
    completeness: complete
      ? graph.completeness
      : cutShort(
          graph.completeness,
          graph.nodeAt(endpoint).id,
          `The request touches more than ${maxStations} stations.`,
        ),
  };
}

function* hopsFrom(graph: AttackGraph, station: number): Generator<Hop> {
  const { class: kind } = graph.nodeAt(station);
  for (const wire of directFrom(graph, station)) {
    const { class: next } = graph.nodeAt(wire.other);
    if (steering.has(labelOf(graph, wire))) continue;
    if (leads(graph, kind, next, wire)) yield { from: station, to: wire.other, edge: wire.edge, by: [] };
  }
  for (const wire of directInto(graph, station)) {
    const label = labelOf(graph, wire);
    if (steering.has(label) || listens.has(label))
      yield { from: station, to: twinsOf(graph).thingOf.get(wire.other) ?? wire.other, edge: wire.edge, by: [] };
  }
  // No other control plane is a station.
  if (kind === 'control-plane') yield* behind(graph, station);
  if (isRunning(graph, station)) yield* openedBy(graph, station);
}

/** What a gateway hands requests on to: the things of these classes in the groups that it has power over. */
function* behind(graph: AttackGraph, station: number): Generator<Hop> {
  const { offsets, heads } = graph.hypergraph;
  const first = offsets[station] as number;
  for (let edge = first; edge < (offsets[station + 1] as number); edge += 1) {
    const hub = heads[edge] as number;
    if (!graph.isHub(hub)) continue;
    for (const { other } of directFrom(graph, hub))
      if (behindGateway.has(graph.nodeAt(other).class)) yield { from: station, to: other, edge, by: [] };
  }
}

function labelOf(graph: AttackGraph, { edge }: Wire): string {
  return graph.ruleOf(edge)?.label ?? '';
}

function leads(graph: AttackGraph, kind: AssetClass, next: AssetClass, wire: Wire): boolean {
  if (kind === 'endpoint') return listening.has(next) || (next === 'endpoint' && isFirm(graph, wire));
  if (!isFirm(graph, wire)) return false;
  if (kind === 'volume') return inVolumes.has(next);
  return listening.has(kind) && stationOf[next] !== undefined;
}

/** What a running part opens with its identities and credentials: breadth first, each thing once. */
function* openedBy(graph: AttackGraph, part: number): Generator<Hop> {
  const seen = new Set([part]);
  const isPower = (node: number) => graph.nodeAt(node).class === 'permission';
  let round: { readonly node: number; readonly by: readonly number[] }[] = [{ node: part, by: [] }];
  for (let depth = 0; depth < maxBetween && round.length > 0; depth += 1) {
    const next: typeof round = [];
    for (const { node, by } of round) {
      for (const wire of directFrom(graph, node)) {
        if (!isFirm(graph, wire) || seen.has(wire.other)) continue;
        const { class: kind } = graph.nodeAt(wire.other);
        if (between.has(kind)) {
          seen.add(wire.other);
          next.push({ node: wire.other, by: [...by, wire.other] });
        } else if (by.length > 0 && opened.has(kind) && !(called.has(kind) && by.some(isPower))) {
          seen.add(wire.other);
          yield { from: part, to: wire.other, edge: wire.edge, by };
        }
      }
    }
    round = next;
  }
}

interface Influence {
  readonly actor: number;
  readonly how: 'runs-as' | 'direct' | 'attack';
}

/** By station. */
function influencesOn(graph: AttackGraph, stations: readonly number[]): (readonly Influence[])[] {
  const actors = queryNodes(graph, 'class in (identity, credential)', new Date(0));
  const table = reachTable(graph.hypergraph, actors, stations);
  return stations.map((station, place) => {
    const how = new Map<number, Influence['how']>();
    for (const [start, actor] of actors.entries()) if (table.has(start, place)) how.set(actor, 'attack');
    for (const part of belongsTo(graph, station))
      for (const { actor } of authoritiesOver(graph, part)) how.set(actor, 'direct');
    for (const used of identitiesUsedBy(graph, station)) how.set(used, 'runs-as');
    const order = { 'runs-as': 0, direct: 1, attack: 2 };
    return [...how]
      .map(([actor, kind]) => ({ actor, how: kind }))
      .sort((a, b) => order[a.how] - order[b.how] || a.actor - b.actor);
  });
}

function actorsOf(graph: AttackGraph, influences: readonly (readonly Influence[])[]): RequestPath['actors'] {
  const counts = new Map<number, { stations: number; direct: number }>();
  for (const { actor, how } of influences.flat()) {
    const count = counts.get(actor) ?? { stations: 0, direct: 0 };
    counts.set(actor, { stations: count.stations + 1, direct: count.direct + (how === 'attack' ? 0 : 1) });
  }
  return [...counts]
    .sort(([a, one], [b, other]) => other.stations - one.stations || other.direct - one.direct || a - b)
    .map(([actor, count]) => ({ ...nodeRef(graph.nodeAt(actor)), class: graph.nodeAt(actor).class, ...count }));
}
