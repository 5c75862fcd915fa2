import type { DerivedEdge } from '@firebreak/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { estateOf } from '../facts/estate.ts';
import type { AttackGraph, StepKey } from './attack-graph.ts';
import { bitsetOf, hasBit } from './bitset.ts';
import { deriveGraph } from './derive-graph.ts';
import { picture } from './graph-picture.case.ts';
import { reach } from './reach.ts';
import { fakeNodeRule, fakeRule, group, idOf, smallWorld, step, thing } from './small-world.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'Pod/x/p'] as const;
const name = fc.constantFrom(...names);
const groups = [group('ab', ['a', 'b']), group('bcd', ['b', 'c', 'd']), group('none', [])];

/** What rules derive: plain, AND and group steps, some of them twice with other facts. */
const derived = fc.array(
  fc.record({
    label: fc.constantFrom('ONE', 'TWO', 'THREE'),
    from: name,
    with: fc.uniqueArray(name, { maxLength: 2 }),
    to: fc.oneof(name, fc.constantFrom(...groups)),
    facts: fc.uniqueArray(fc.constantFrom('f1', 'f2', 'f3'), { minLength: 1 }),
    likelihood: fc.constantFrom(1, 0.5, 0.25),
    note: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }),
  }),
  { maxLength: 20 },
);
type Derived = typeof derived extends fc.Arbitrary<infer T> ? T : never;

function graphFrom(edges: Derived, convention?: 'kubehound'): AttackGraph {
  const by = new Map<string, DerivedEdge[]>();
  for (const { label, from, to, with: others, note, ...rest } of edges) {
    const edge = step(from, to, { ...rest, with: others.map(idOf), ...(note === undefined ? {} : { note }) });
    by.set(label, [...(by.get(label) ?? []), edge]);
  }
  const rules = [...by].map(([label, list]) => fakeRule(label, list));
  const nodes = [thing('a'), thing('b'), thing('Pod/x/p', { class: 'workload' })];
  return deriveGraph(estateOf([], []), [fakeNodeRule(nodes)], rules, convention === undefined ? {} : { convention });
}

const keyOf = (edge: StepKey) => JSON.stringify([edge.type, edge.from, [...(edge.with ?? [])].sort(), edge.to]);

test('the order in which rules and facts come does not show', () => {
  fc.assert(
    fc.property(
      derived.chain((edges) => fc.tuple(fc.constant(edges), fc.shuffledSubarray(edges, { minLength: edges.length }))),
      ([edges, shuffled]) => {
        expect(picture(graphFrom(shuffled))).toEqual(picture(graphFrom(edges)));
      },
    ),
  );
});

/** Live steps by the definition: groups multiplied out, doubles once, self-loops out. */
function naiveSteps(edges: Derived, keepSelfLoops: boolean): Map<string, Set<string>> {
  const steps = new Map<string, Set<string>>();
  for (const { label, from, with: others, to, facts } of edges) {
    const rest = others.filter((other) => other !== from).map(idOf);
    const ends = typeof to === 'string' ? [{ node: idOf(to), facts: [] as string[] }] : [...to.members()];
    for (const end of ends) {
      if (!keepSelfLoops && [idOf(from), ...rest].includes(end.node)) continue;
      const key = keyOf({ type: label, from: idOf(from), with: rest, to: end.node });
      const known = steps.get(key) ?? new Set();
      for (const fact of [...facts, ...end.facts]) known.add(fact);
      steps.set(key, known);
    }
  }
  return steps;
}

test('live edges are what the rules derived: groups multiplied out, doubles once with all their facts', () => {
  fc.assert(
    fc.property(derived, fc.boolean(), (edges, asKubehound) => {
      const graph = graphFrom(edges, asKubehound ? 'kubehound' : undefined);
      const live = [...graph.liveEdges()];
      const expected = naiveSteps(edges, asKubehound);
      expect(live.map(keyOf).sort()).toEqual([...expected.keys()].sort());
      for (const edge of live) expect(new Set(edge.facts)).toEqual(expected.get(keyOf(edge)));
      expect(graph.edgeCount).toBe(live.length);
    }),
  );
});

test('live edges from some holdings are those that need nothing else', () => {
  fc.assert(
    fc.property(derived, fc.uniqueArray(name), (edges, held) => {
      const graph = graphFrom(edges);
      const ids = held.map(idOf).filter((id) => graph.indexOf.has(id));
      const nodes = ids.map((id) => graph.indexOf.get(id) as number);
      const expected = [...graph.liveEdges()].filter((edge) =>
        [edge.from, ...edge.with].every((id) => ids.includes(id)),
      );
      expect([...graph.liveEdgesFrom(bitsetOf(graph.nodes.length, nodes))]).toEqual(expected);
    }),
  );
});

test('the cut of some live edges takes exactly these away', () => {
  fc.assert(
    fc.property(derived, fc.infiniteStream(fc.boolean()), name, (edges, coin, start) => {
      const graph = graphFrom(edges);
      const live = [...graph.liveEdges()];
      const severed = live.filter(() => coin.next().value);
      const source = graph.indexOf.get(idOf(start));
      fc.pre(source !== undefined);
      const { reached } = reach(graph.hypergraph, [source as number], { cut: graph.cutOf(severed) });

      const held = new Set([idOf(start)]);
      const left = live.filter((edge) => !severed.includes(edge));
      for (let before = -1; before < held.size; ) {
        before = held.size;
        for (const { from, with: others, to } of left) {
          if ([from, ...others].every((id) => held.has(id))) held.add(to);
        }
      }
      graph.nodes.forEach((node, index) => {
        if (!graph.isHub(index)) expect([node.id, hasBit(reached, index)]).toEqual([node.id, held.has(node.id)]);
      });
    }),
    { numRuns: 300 },
  );
});

test('two derivations of one step are one edge: the likelier leads, and the facts of both are kept', () => {
  const graph = smallWorld({
    edges: {
      STEAL: [
        step('a', 'b', { facts: ['faint', 'shared'], likelihood: 0.25, note: 'maybe' }),
        step('a', 'b', { facts: ['strong', 'shared'], likelihood: 0.5 }),
      ],
    },
  });
  expect([...graph.liveEdges()]).toMatchObject([
    { facts: ['strong', 'shared', 'faint'], likelihood: 0.5, note: 'maybe' },
  ]);
});

test('an id that no node rule made gets a bare node, and its class from its kind', () => {
  const graph = smallWorld({
    nodes: [thing('Pod/prod/web', { class: 'workload' })],
    edges: { GO: [step('Pod/prod/web', 'Pod/prod/ghost'), step('Pod/prod/ghost', 'Mystery/x')] },
  });
  expect(graph.nodes.slice(0, 2)).toEqual([
    { id: 'test:Mystery/x', kind: 'Mystery', class: 'inventory', name: 'x', facts: [] },
    { id: 'test:Pod/prod/ghost', kind: 'Pod', class: 'workload', name: 'ghost', namespace: 'prod', facts: [] },
  ]);
  const [web] = [graph.resolve('Pod/web')];
  expect([...reach(graph.hypergraph, [web]).order]).toHaveLength(3);
});

test('two rules that make the same node add to each other, in whatever order', () => {
  const poor = thing('a', { facts: ['f2'], jewel: 'it is the end' });
  const rich = thing('a', { facts: ['f1', 'f3'], detail: { replicas: 2 } });
  for (const nodes of [
    [poor, rich],
    [rich, poor],
  ]) {
    expect(smallWorld({ nodes, edges: {} }).nodes).toEqual([
      { ...thing('a'), facts: ['f1', 'f3', 'f2'], jewel: 'it is the end', detail: { replicas: 2 } },
    ]);
  }
});

test('people know best what lies in a place and why it matters, and no more than that', () => {
  const shown = thing('a', { class: 'volume', facts: ['f1'], jewel: 'named after models' });
  const stated = thing('a', { class: 'dataset', facts: [], jewel: 'trains everything', name: 'as I call it' });
  for (const nodes of [
    [shown, stated],
    [stated, shown],
  ])
    expect(smallWorld({ nodes, edges: {} }).nodes).toEqual([
      { ...shown, class: 'dataset', jewel: 'trains everything' },
    ]);
  const workload = thing('a', { class: 'workload', facts: ['f1'] });
  expect(smallWorld({ nodes: [workload, stated], edges: {} }).nodes[0]?.class).toBe('workload');
});

test('the digest is for steps: it changes with a node or an edge and not with a fact', () => {
  const digestOf = (...edges: DerivedEdge[]) => smallWorld({ nodes: [thing('z')], edges: { GO: edges } }).digest;
  const one = digestOf(step('a', 'b'));
  expect(one).toMatch(/^[0-9a-f]{64}$/);
  expect(digestOf(step('a', 'b', { facts: ['other'], note: 'n', likelihood: 0.5 }))).toBe(one);
  expect(digestOf(step('b', 'a'))).not.toBe(one);
  expect(digestOf(step('a', 'b'), step('a', 'z'))).not.toBe(one);
  expect(smallWorld({ nodes: [thing('z')], edges: { WALK: [step('a', 'b')] } }).digest).not.toBe(one);
});

test('a gap in what a rule needs makes answers limited; other gaps do not', () => {
  const gap = (kind: string) => ({ kinds: [kind], where: 'prod', code: 'FB-K8S-FORBIDDEN', reason: 'no', next: 'ask' });
  const answers = (kind: string) => smallWorld({ edges: { GO: [] }, gaps: [gap(kind)] }).completeness.answer;
  expect(answers('kubernetes.role')).toBe('limited');
  expect(answers('kubernetes.pod')).toBe('limited');
  expect(answers('*')).toBe('limited');
  expect(answers('kubernetes.secret')).toBe('complete');
});

test('two rules of one name are a mistake', () => {
  expect(() => deriveGraph(estateOf([], []), [], [fakeRule('GO', []), fakeRule('GO', [])])).toThrow('GO');
});
