/**
 * Every rule on small worlds: what it must derive, the near misses that it must not, and its levers, each pulled by its real
 * action on the twin and judged by a fresh collect.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { type AnyFact, type Estate, type LiveEdge, lever } from '@firebreak/contract';
import { describe, expect, test } from 'vitest';
import { actions } from '../../../connectors/kubernetes/actions/index.ts';
import { collect } from '../../../connectors/kubernetes/collect.ts';
import { makeTwin } from '../../../connectors/kubernetes/twin.ts';
import { estateOf } from '../../../facts/estate.ts';
import type { AttackGraph, GraphEdge } from '../../attack-graph.ts';
import { deriveGraph } from '../../derive-graph.ts';
import { nodeRules } from '../../nodes/index.ts';
import { edgeRuleFiles, edgeRules, labelOf } from '../index.ts';
import { authorityCases } from './cases/authority.case.ts';
import { escapeCases } from './cases/escape.case.ts';
import { podCases } from './cases/pod.case.ts';
import { rightCases } from './cases/right.case.ts';
import { type CaseTable, estate, type World } from './cases/world.case.ts';

const cases: CaseTable = { ...escapeCases, ...podCases, ...rightCases, ...authorityCases };
const signal = new AbortController().signal;
const actionById = new Map(actions.map((action) => [action.id, action]));

test('every rule has a positive case and a near miss, or a test of its own for what it joins', () => {
  const folder = import.meta.dirname;
  const own = readdirSync(folder).filter((file) => file.endsWith('.test.ts') && file !== 'edges.test.ts');
  const joined = own.map((file) => readFileSync(`${folder}/${file}`, 'utf8')).join('');
  const labels = edgeRuleFiles.filter((file) => file.startsWith('kubernetes/')).map(labelOf);
  expect(Object.keys(cases).length).toBeGreaterThan(55);
  expect(Object.keys(cases).filter((label) => !labels.includes(label))).toEqual([]);
  expect(labels.filter((label) => !(label in cases) && !joined.includes(`'${label}'`))).toEqual([]);
  for (const [label, { holds, nearMisses }] of Object.entries(cases)) {
    expect(holds.length, label).toBeGreaterThan(0);
    expect(nearMisses.length, label).toBeGreaterThan(0);
  }
});

describe.each(Object.entries(cases))('%s', (label, { holds, nearMisses }) => {
  const rule = edgeRules.find((it) => it.label === label);

  test.each(holds.map((it) => [it.edges[0], it] as const))('holds: %s', async (_, { world, edges, levers }) => {
    const now = estate(world);
    const graph = graphOf(now);
    const found = edgesOf(graph, label);
    for (const edge of edges) expect([...found.keys()]).toContain(edge);
    for (const edge of found.values()) expectSound(graph, edge);
    const named = [...found.values()].flatMap((edge) => rule?.levers(edge, now) ?? []).map(({ action }) => action);
    for (const action of named) expect(rule?.severedBy).toContain(action);
    if (levers === undefined) return;
    const first = found.get(edges[0] ?? '');
    const offered = first === undefined ? [] : (rule?.levers(first, now) ?? []);
    expect(offered.map(({ action }) => action).sort()).toEqual([...levers].sort());
    for (const pulled of offered) {
      expect(pulled).toEqual(lever(pulled.action, pulled.params));
      const after = edgesOf(graphOf(await afterPulling(world, pulled.action, pulled.params)), label);
      expect([...after.keys()], pulled.key).not.toContain(edges[0]);
    }
  });

  test.each(nearMisses.map((it) => [it.because, it] as const))('near miss: %s', (_, { world, edge }) => {
    const found = [...edgesOf(graphOf(estate(world)), label).keys()];
    if (edge === undefined) expect(found).toEqual([]);
    else expect(found).not.toContain(edge);
  });
});

test('what rules may sever and what their cases showed is the same', () => {
  const shown = new Map<string, Set<string>>();
  for (const [label, { holds }] of Object.entries(cases)) {
    const rule = edgeRules.find((it) => it.label === label);
    for (const { world } of holds) {
      const now = estate(world);
      for (const edge of edgesOf(graphOf(now), label).values())
        for (const { action } of rule?.levers(edge, now) ?? [])
          shown.set(label, (shown.get(label) ?? new Set()).add(action));
    }
  }
  // A rule about pods names all four ways to stop one, of which a case usually shows one; CE_PRIV_MOUNT shows each.
  for (const rule of edgeRules.filter(({ label }) => label in cases))
    expect((shown.get(rule.label)?.size ?? 0) > 0, rule.label).toBe(rule.severedBy.length > 0);
  expect([...(shown.get('CE_PRIV_MOUNT') ?? [])].sort()).toEqual(
    [...(edgeRules.find((it) => it.label === 'CE_PRIV_MOUNT')?.severedBy ?? [])].sort(),
  );
});

test('every node that an edge names is made by a node rule', () => {
  for (const { holds } of Object.values(cases)) {
    for (const { world } of holds) {
      const now = estate(world);
      const graph = graphOf(now);
      const made = new Set(nodeRules.flatMap((it) => [...it.derive(now)].map((node) => node.id)));
      for (const [index, node] of graph.nodes.entries())
        if (!graph.isHub(index)) expect(made, node.id).toContain(node.id);
    }
  }
});

function graphOf(now: Estate): AttackGraph {
  return deriveGraph(now, nodeRules, edgeRules, {});
}

function edgesOf(graph: AttackGraph, label: string): ReadonlyMap<string, GraphEdge> {
  const found = new Map<string, GraphEdge>();
  for (const edge of graph.liveEdges()) if (edge.type === label) found.set(inWords(edge), edge);
  return found;
}

function inWords(edge: LiveEdge): string {
  const short = (id: string): string => id.replace(/^kubernetes:/, '');
  return `${[edge.from, ...edge.with].map(short).join(' + ')} -> ${short(edge.to)}`;
}

/** It cites facts that exist, and its odds are odds. */
function expectSound(graph: AttackGraph, edge: GraphEdge): void {
  expect(edge.facts.length).toBeGreaterThan(0);
  const known = new Set<string>();
  for (const node of graph.nodes) for (const fact of node.facts) known.add(fact);
  for (const fact of edge.facts) expect(fact).toMatch(/^kubernetes:/);
  expect(edge.likelihood).toBeGreaterThan(0);
  expect(edge.likelihood).toBeLessThanOrEqual(1);
}

/** The world after one action on its twin, freshly collected. */
async function afterPulling(world: World, id: string, params: Readonly<Record<string, unknown>>): Promise<Estate> {
  const twin = makeTwin({ authorize: () => true });
  expect(twin.load(world)).toEqual([]);
  const action = actionById.get(id);
  if (action === undefined) throw new Error(`no action ${id}`);
  const parsed: unknown = action.params.parse(params);
  const attempt = { session: twin, signal, key: 'test' };
  const before = await action.read(attempt, parsed);
  expect(await action.apply(attempt, parsed, before.record)).toEqual({ outcome: 'done' });
  const facts: AnyFact[] = [];
  for await (const read of collect(twin, signal)) if ('fact' in read) facts.push(read.fact);
  return estateOf(facts, []);
}
