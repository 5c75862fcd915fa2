/** What an incident amounts to, from its detections and the estate as it is now: roots, severity, title. */
import type { CaseSeverity, NodeRef, Root } from '@firebreak/contract';
import { nodeRef } from '@firebreak/contract';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import { hasBit } from '../../graph/bitset.ts';
import { reach } from '../../graph/reach.ts';
import { rootsOf } from './roots.ts';
import { severityOf } from './severity.ts';
import type { Member } from './store.ts';
import { waysOf } from './ways.ts';
import { shortName, titleOf } from './words.ts';

export interface Judged {
  readonly title: string;
  readonly severity: CaseSeverity;
  readonly roots: readonly Root[];
}

const mostRoots = 20;

/** @param members all of the incident; what is suppressed or was judged harmless counts no more, unless that is all */
export function judge(members: readonly Member[], graph: AttackGraph | undefined): Judged {
  const counted = members.filter(
    ({ suppressedBy, verdict }) =>
      suppressedBy === null && verdict !== 'false-positive' && verdict !== 'benign-true-positive',
  );
  const shown = counted.length > 0 ? counted : members;
  const traits = shown.map((member) => member.traits);
  const found = rootsOf(traits, graph === undefined ? undefined : waysOf(graph));
  const detections = shown.map(({ detection }) => detection);
  const unexplained = new Set(found.map(({ node }) => node));
  const starts = [...unexplained].flatMap((id) => graph?.indexOf.get(id) ?? []);
  const reached = graph === undefined ? undefined : reach(graph.hypergraph, starts).reached;
  /** Actors that a session or a taking leads to and the graph does not: a plan that began without them would leave them be. */
  const isBeyond = (id: string) => {
    const node = graph?.indexOf.get(id);
    return node !== undefined && reached !== undefined && !hasBit(reached, node);
  };
  const firsts = new Map<string, number>();
  for (const { principal, first } of traits)
    if (principal !== null) firsts.set(principal, Math.min(first, firsts.get(principal) ?? first));
  const beyond = [...firsts].filter(([id]) => !unexplained.has(id) && isBeyond(id));
  const rootOf = (node: string, first: number, why: string): Root => ({
    node: refOf(node, graph),
    known: graph?.indexOf.has(node) === true,
    first: new Date(first).toISOString(),
    why,
  });
  const roots = [
    ...found.map(({ node, first, leadsTo }) => rootOf(node, first, `No earlier actor leads to it.${others(leadsTo)}`)),
    ...beyond.map(([node, first]) =>
      rootOf(node, first, 'An earlier actor leads to it, by a way that the graph does not know.'),
    ),
  ].slice(0, mostRoots);
  const severity =
    counted.length === 0
      ? harmless
      : severityOf({
          graph,
          roots: roots.filter(({ known }) => known).map(({ node }) => node.id),
          touched: [...new Set(traits.flatMap(({ touched }) => touched))],
          detections,
        });
  return { title: titleOf(found, detections), severity, roots };
}

function others(count: number): string {
  if (count === 0) return '';
  return ` From it ${count} other ${count === 1 ? 'actor was' : 'actors were'} taken or could be reached.`;
}

const harmless: CaseSeverity = {
  level: 'info',
  score: 0,
  why: 'Everything in it was suppressed or judged harmless.',
  jewelsReached: 0,
  jewelsTouched: 0,
  impactTouched: 0,
  impactReached: 0,
};

/** The node, or what its id says where the estate has none. */
export function refOf(id: string, graph: AttackGraph | undefined): NodeRef {
  const index = graph?.indexOf.get(id);
  if (graph !== undefined && index !== undefined) return nodeRef(graph.nodeAt(index));
  return { kind: /^[^:/]*:([^/]+)\//.exec(id)?.[1] ?? 'Unknown', id, name: shortName(id).replace(/^\S+ /, '') };
}
