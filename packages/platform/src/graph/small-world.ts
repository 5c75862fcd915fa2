/** Attack graphs for tests, from a few words: rules that derive exactly the edges they are given. */
import type { DerivedEdge, EdgeRule, Gap, GraphNode, NodeGroup, NodeId, NodeRule } from '@firebreak/contract';
import { estateOf } from '../facts/estate.ts';
import type { AttackGraph } from './attack-graph.ts';
import { deriveGraph } from './derive-graph.ts';

export interface SmallWorld {
  readonly nodes?: readonly GraphNode[];
  /** By label, what the rule derives. */
  readonly edges: Readonly<Record<string, readonly DerivedEdge[]>>;
  readonly convention?: 'kubehound';
  readonly gaps?: readonly Gap[];
}

export function smallWorld({ nodes = [], edges, convention, gaps = [] }: SmallWorld): AttackGraph {
  const rules = Object.entries(edges).map(([label, derived]) => fakeRule(label, derived));
  return deriveGraph(estateOf([], gaps), [fakeNodeRule(nodes)], rules, convention === undefined ? {} : { convention });
}

export function fakeNodeRule(nodes: readonly GraphNode[]): NodeRule {
  return { kinds: [...new Set(nodes.map(({ kind }) => kind))], needs: ['kubernetes.pod'], derive: () => nodes };
}

export function fakeRule(label: string, derived: readonly DerivedEdge[]): EdgeRule {
  return {
    label,
    from: [],
    to: [],
    needs: ['kubernetes.role'],
    techniques: ['T1609'],
    traverse: 'seconds',
    explain: { what: `what ${label} is`, why: `why ${label} works`, cut: `how to cut ${label}` },
    aka: { kubehound: label },
    severedBy: [],
    derive: () => derived,
    levers: () => [],
  };
}

/** A node of our own little system: `a` is `test:Thing/a`, `Pod/prod/web` is `test:Pod/prod/web`. */
export function thing(text: string, more: Partial<GraphNode> = {}): GraphNode {
  const id = idOf(text);
  const [kind = '', ...path] = id.slice('test:'.length).split('/');
  const namespace = path.length > 1 ? { namespace: path[0] as string } : {};
  return { id, kind, class: 'workload', name: path.at(-1) ?? '', ...namespace, facts: [id], ...more };
}

export function idOf(text: string): NodeId {
  return text.includes('/') ? `test:${text}` : `test:Thing/${text}`;
}

export function step(from: string, to: string | NodeGroup, more: Partial<DerivedEdge> = {}): DerivedEdge {
  return { from: idOf(from), to: typeof to === 'string' ? idOf(to) : to, facts: [`fact:${from}`], ...more };
}

export function group(key: string, members: readonly string[]): NodeGroup {
  return {
    key,
    label: `any of ${key}`,
    members: () => members.map((member) => ({ node: idOf(member), facts: [`fact:member ${member}`] })),
  };
}
