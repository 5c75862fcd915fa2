/**
 * What others run for us (A7): every node whose owner names a vendor, by vendor, with what somebody who holds the vendor's
 * services can get of what goes into and comes out of models, what of ours leads into the services, what can be taken away to
 * constrain them, what the contract obliges the vendor to, and what the inventory does not say about it.
 */
import { type AssetClass, nodeRef, type ThirdParties } from '@firebreak/contract';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { hasBit } from '../graph/bitset.ts';
import { reach, reverseReach } from '../graph/reach.ts';
import { bestWay } from './best-way.ts';
import { impactOf } from './impact.ts';
import { directFrom } from './wiring.ts';
import { twinsOf } from './write-twins.ts';

const modelData: ReadonlySet<AssetClass> = new Set([
  'model',
  'artifact',
  'dataset',
  'feature-store',
  'vector-store',
  'prompt',
  'agent',
  'tool',
  'pipeline',
]);

/** What a contract with a vendor should settle: duty topics, by how they are commonly named. */
const expectedDuties: readonly (readonly [name: string, topics: readonly string[]])[] = [
  ['notification window', ['notification', 'notify', 'breach']],
  ['access to evidence', ['evidence', 'logs', 'audit']],
];

type Vendor = ThirdParties['vendors'][number];

/** The answer of `firebreak third-parties`, by what they reach. */
export function thirdPartiesOf(graph: AttackGraph): ThirdParties {
  const services = new Map<string, number[]>();
  for (const [number, node] of graph.nodes.entries()) {
    const vendor = node.about?.vendor;
    if (vendor === undefined || vendor === '' || graph.isHub(number)) continue;
    const known = services.get(vendor);
    if (known === undefined) services.set(vendor, [number]);
    else known.push(number);
  }
  const vendors = [...services].map(([vendor, nodes]) => ({ ...vendorOf(graph, vendor, nodes) }));
  const worth = ({ reaches }: Vendor) => reaches.reduce((sum, { id }) => sum + impactOf(nodeOf(graph, id)).value, 0);
  vendors.sort((a, b) => worth(b) - worth(a) || (a.vendor < b.vendor ? -1 : 1));
  return { vendors, completeness: graph.completeness };
}

function vendorOf(graph: AttackGraph, vendor: string, services: readonly number[]): Vendor {
  const own = new Set(services);
  const { order, reached: held } = reach(graph.hypergraph, services);
  const { writeOf, thingOf } = twinsOf(graph);
  const things = new Set([...order].map((node) => thingOf.get(node) ?? node));
  const reached = [...things].filter(
    (node) => !own.has(node) && !graph.isHub(node) && modelData.has(graph.nodeAt(node).class),
  );
  reached.sort((a, b) => impactOf(graph.nodeAt(b)).value - impactOf(graph.nodeAt(a)).value || a - b);
  const [worst] = reached;
  const path =
    worst === undefined
      ? undefined
      : firstWay(graph, services, hasBit(held, worst) ? worst : (writeOf.get(worst) as number));
  const before = reverseReach(graph.hypergraph, services);
  let reachedFrom = 0;
  for (let node = 0; node < graph.nodes.length; node += 1)
    if (hasBit(before, node) && !own.has(node) && !graph.isHub(node)) reachedFrom += 1;
  const rows = services.map((service) => serviceRow(graph, service));
  return {
    vendor,
    services: rows,
    reaches: reached.map((number) => {
      const node = graph.nodeAt(number);
      return {
        ...nodeRef(node),
        class: node.class,
        // Where reading and changing are not told apart, holding a thing is both.
        access: hasBit(held, writeOf.get(number) ?? number) ? 'write' : 'read',
        ...(node.about?.sensitivity === undefined ? {} : { sensitivity: node.about.sensitivity }),
        ...(node.jewel === undefined ? {} : { jewel: node.jewel }),
      };
    }),
    reachedFrom,
    ...(path === undefined ? {} : { why: path }),
    constrain: services.flatMap((service) =>
      [...directFrom(graph, service)]
        .filter(({ other }) => !own.has(other))
        .map(({ edge, other }) => {
          const rule = graph.ruleOf(edge);
          return {
            type: rule?.label ?? '',
            from: nodeRef(graph.nodeAt(service)),
            to: nodeRef(graph.nodeAt(other)),
            cut: rule?.explain.cut ?? '',
            severedBy: [...(rule?.severedBy ?? [])],
          };
        }),
    ),
    missing: missingOf(rows),
  };
}

function serviceRow(graph: AttackGraph, number: number): Vendor['services'][number] {
  const node = graph.nodeAt(number);
  const { owner, hosting, sla, permittedUse = [], duties = {} } = node.about ?? {};
  return {
    ...nodeRef(node),
    class: node.class,
    ...(owner === undefined ? {} : { owner }),
    ...(hosting === undefined ? {} : { hosting }),
    ...(sla === undefined ? {} : { sla }),
    permittedUse: [...permittedUse],
    duties: { ...duties },
  };
}

function missingOf(services: readonly Vendor['services'][number][]): string[] {
  const topics = services.flatMap(({ duties }) => Object.keys(duties).map((topic) => topic.toLowerCase()));
  const missing = expectedDuties
    .filter(([, names]) => !topics.some((topic) => names.some((name) => topic.includes(name))))
    .map(([name]) => name);
  if (services.every(({ owner }) => owner === undefined)) missing.push('owner on our side');
  if (services.every(({ sla }) => sla === undefined)) missing.push('SLA');
  if (services.every(({ permittedUse }) => permittedUse.length === 0)) missing.push('permitted use');
  return missing;
}

/** From the first service that gets there alone; none when only several together do. */
function firstWay(graph: AttackGraph, services: readonly number[], goal: number) {
  for (const service of services) {
    const path = bestWay(graph, service, goal);
    if (path !== undefined) return path;
  }
  return undefined;
}

function nodeOf(graph: AttackGraph, id: string) {
  return graph.nodeAt(graph.indexOf.get(id) as number);
}
