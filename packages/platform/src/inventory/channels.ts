/**
 * Update channels (A5): every way by which code, configuration or models get to run. A channel is a node of class update
 * channel, or a repository, an artifact repository or a pipeline, from which a direct step leads to something that runs or to
 * another channel. Its *sources* are the channels that lead into it, over others or not; what *drives* it is the class of the
 * furthest of these that is a repository, a registry's repository or a pipeline.
 *
 * The right to change a model, data or a prompt is a channel as well, where something runs on it: driven by a registry or by data.
 *
 * Who may *publish* has power over a source (over the channel itself where none is known), who may *promote* has power over the
 * channel itself, and what *pulls* is what the receivers run with (channel-receivers.ts). Power is `authoritiesOver`: no break-in
 * between.
 *
 * Build and runtime authority mixed in one identity is a finding: an identity that may publish or promote and that what is
 * delivered runs with (whoever takes the running part then makes the next version of it), or that has power over what is
 * delivered by another kind of step than over the channel. Control over the whole control plane is not reported here again and again: such an identity has
 * everything, and `firebreak identities` says so.
 */
import { type AssetClass, type Channel, type Channels, nodeRef } from '@firebreak/contract';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { receiversOf, runtimeIdentities } from './channel-receivers.ts';
import { type Authority, administers, authoritiesOver, directFrom, directInto, isRunning } from './wiring.ts';
import { twinsOf } from './write-twins.ts';

const channelClasses: ReadonlySet<AssetClass> = new Set(['update-channel', 'repository', 'artifact', 'pipeline']);
const drivers: Partial<Record<AssetClass, Channel['driven']>> = {
  repository: 'repository',
  artifact: 'registry',
  pipeline: 'pipeline',
};
/** What drives a right to change something, by what it changes. */
const dataDrivers: Partial<Record<AssetClass, Channel['driven']>> = { model: 'registry', artifact: 'registry' };
/** What a channel delivers to, beside what runs: whole namespaces, hosts, other people's code. */
const receiving: ReadonlySet<AssetClass> = new Set([
  'inventory',
  'host',
  'dataset',
  'feature-store',
  'vector-store',
  'prompt',
]);

/** The answer of `firebreak channels`. */
export function channelsOf(graph: AttackGraph): Channels {
  const powers = new Map<number, readonly Authority[]>();
  const powersOver = (node: number): readonly Authority[] => {
    let known = powers.get(node);
    if (known === undefined) {
      known = authoritiesOver(graph, node);
      powers.set(node, known);
    }
    return known;
  };
  const channels: Channel[] = [];
  const publishers = new Set<string>();
  for (const [number, node] of graph.nodes.entries()) {
    if (graph.isHub(number) || !channelClasses.has(node.class)) continue;
    const channel = channelOf(graph, number, powersOver);
    if (channel === undefined) continue;
    for (const { id } of [...channel.publish, ...channel.promote]) publishers.add(id);
    channels.push(channel);
  }
  channels.sort(
    (a, b) => b.findings.length - a.findings.length || b.delivers.length - a.delivers.length || (a.id < b.id ? -1 : 1),
  );
  return {
    channels,
    counts: {
      channels: channels.length,
      publishers: publishers.size,
      mixed: channels.filter(({ findings }) => findings.some(({ finding }) => finding !== 'static-publisher')).length,
    },
    completeness: graph.completeness,
  };
}

function channelOf(
  graph: AttackGraph,
  number: number,
  powersOver: (node: number) => readonly Authority[],
): Channel | undefined {
  const node = graph.nodeAt(number);
  const next = distinct(directFrom(graph, number)).filter((other) => {
    const { class: kind } = graph.nodeAt(other);
    return channelClasses.has(kind) || receiving.has(kind) || isRunning(graph, other);
  });
  if (next.length === 0 && (node.class !== 'update-channel' || twinsOf(graph).thingOf.has(number))) return undefined;
  const sources = sourcesOf(graph, number);
  const receivers = receiversOf(graph, next);
  const pull = runtimeIdentities(graph, receivers);
  const promote = powersOver(number);
  const publish = sources.length === 0 ? promote : merged(sources.map(powersOver));
  return {
    ...nodeRef(node),
    class: node.class,
    ...(node.about?.owner === undefined ? {} : { owner: node.about.owner }),
    driven: drivenBy(graph, [number, ...sources]),
    sources: sources.map((source) => nodeRef(graph.nodeAt(source))),
    delivers: next.map((other) => nodeRef(graph.nodeAt(other))),
    publish: publish.map((each) => authorityRow(graph, each)),
    promote: promote.map((each) => authorityRow(graph, each)),
    pull: [...pull.keys()].map((actor) => ({ ...nodeRef(graph.nodeAt(actor)), class: graph.nodeAt(actor).class })),
    findings: [...findingsOf(graph, merged([publish, promote]), receivers, pull, ownSteps(graph, number))],
  };
}

function* findingsOf(
  graph: AttackGraph,
  builders: readonly Authority[],
  receivers: readonly number[],
  pull: ReadonlyMap<number, string | undefined>,
  overChannel: ReadonlySet<number>,
): Generator<Channel['findings'][number]> {
  const operators = new Map<number, number>();
  for (const receiver of receivers)
    for (const power of authoritiesOver(graph, receiver, overChannel))
      if (!operators.has(power.actor)) operators.set(power.actor, receiver);
  for (const builder of builders) {
    const node = graph.nodeAt(builder.actor);
    const actor = nodeRef(node);
    if (pull.has(builder.actor)) {
      const doubt = pull.get(builder.actor);
      yield {
        finding: 'publishes-what-it-runs',
        actor,
        why: `What the channel delivers runs with it${doubt === undefined ? '' : ` (${doubt})`}, and it may change what the channel delivers.`,
      };
    } else if (operators.has(builder.actor) && !administers(graph, builder.actor)) {
      const { id } = graph.nodeAt(operators.get(builder.actor) as number);
      yield {
        finding: 'publishes-and-operates',
        actor,
        why: `It may change what is delivered, and also has power over ${id} beside the channel.`,
      };
    }
    if (node.tenure?.lifetime === 'static')
      yield {
        finding: 'static-publisher',
        actor,
        why: 'It is static: whoever has copied it once may publish until somebody takes it away.',
      };
  }
}

/**
 * The kinds of step that are the channel's own doing: those by which somebody gets the channel, where they lead to what it
 * delivers as well, and those that deliver.
 */
function ownSteps(graph: AttackGraph, channel: number): Set<number> {
  const types = new Set<number>();
  const say = (edge: number) => types.add(graph.hypergraph.types[edge] as number);
  for (const { edge, other } of directInto(graph, channel))
    if (!channelClasses.has(graph.nodeAt(other).class)) say(edge);
  for (const { edge } of directFrom(graph, channel)) say(edge);
  return types;
}

/** The channels that lead into a channel, nearest first. */
function sourcesOf(graph: AttackGraph, number: number): number[] {
  const seen = new Set([number]);
  for (const node of seen)
    for (const { other } of directInto(graph, node)) if (channelClasses.has(graph.nodeAt(other).class)) seen.add(other);
  seen.delete(number);
  return [...seen];
}

function drivenBy(graph: AttackGraph, chain: readonly number[]): Channel['driven'] {
  return chain.reduce<Channel['driven']>((driven, node) => {
    const thing = twinsOf(graph).thingOf.get(node);
    if (thing !== undefined) return dataDrivers[graph.nodeAt(thing).class] ?? 'data';
    return drivers[graph.nodeAt(node).class] ?? driven;
  }, 'unknown');
}

function merged(lists: readonly (readonly Authority[])[]): Authority[] {
  const found = new Map<number, Authority>();
  for (const each of lists.flat()) {
    const known = found.get(each.actor);
    if (known === undefined || each.through.length < known.through.length) found.set(each.actor, each);
  }
  return [...found.values()].sort((a, b) => a.actor - b.actor);
}

function authorityRow(graph: AttackGraph, { actor, edge, through }: Authority): Channel['publish'][number] {
  const node = graph.nodeAt(actor);
  return {
    ...nodeRef(node),
    class: node.class,
    ...(node.about?.owner === undefined ? {} : { owner: node.about.owner }),
    type: graph.ruleOf(edge)?.label ?? 'member',
    through: through.map((power) => nodeRef(graph.nodeAt(power))),
  };
}

function distinct(wires: Iterable<{ readonly other: number }>): number[] {
  return [...new Set(Array.from(wires, ({ other }) => other))].sort((a, b) => a - b);
}
