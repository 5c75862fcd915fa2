/**
 * Levers in a whole estate: some of each action that edges of the demonstration estate name are pulled by the real action on a
 * running twin, and no edge that named one is left in a fresh collect. Delivery systems do not get a turn in between: a plan
 * stops those that would heal a workload before it touches the workload.
 */
import type { AnyFact, Estate, Lever } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { actions } from '../../../connectors/kubernetes/actions/index.ts';
import type { ApiObject } from '../../../connectors/kubernetes/api.ts';
import { collect } from '../../../connectors/kubernetes/collect.ts';
import { readManifests } from '../../../connectors/kubernetes/files.ts';
import { countedIds, makeTwin, type Twin } from '../../../connectors/kubernetes/twin.ts';
import { estateOf } from '../../../facts/estate.ts';
import type { GraphEdge } from '../../attack-graph.ts';
import { deriveGraph } from '../../derive-graph.ts';
import { nodeRules } from '../../nodes/index.ts';
import { edgeRules } from '../index.ts';

const demo = new URL('../../../../../../content/demo-estate/kubernetes', import.meta.url).pathname;
const signal = new AbortController().signal;

test('each lever makes every edge that names it disappear', async () => {
  const objects: ApiObject[] = [];
  for await (const read of readManifests({ path: demo, maxDocumentBytes: 1_500_000 }, signal))
    if ('object' in read) objects.push(read.object);
  const before = await collected(running(objects));
  const namedBy = new Map<string, { lever: Lever; edges: string[] }>();
  for (const edge of deriveGraph(before, nodeRules, edgeRules, {}).liveEdges()) {
    for (const lever of edge.rule.levers(edge, before)) {
      const entry = namedBy.get(lever.key) ?? { lever, edges: [] };
      namedBy.set(lever.key, entry);
      entry.edges.push(inWords(edge));
    }
  }
  // No bare pod is in it, and nothing that answers a webhook; both have their cases in edges.test.ts.
  const elsewhere = ['kubernetes.delete-pod', 'kubernetes.remove-webhook'];
  const possible = new Set(
    edgeRules.flatMap((rule) => rule.severedBy).filter((id) => id.startsWith('kubernetes.') && !elsewhere.includes(id)),
  );
  expect([...new Set([...namedBy.values()].map(({ lever }) => lever.action))].sort()).toEqual([...possible].sort());
  const failures: string[] = [];
  for (const { lever, edges } of someOfEach([...namedBy.values()])) {
    const twin = running(objects);
    await pull(twin, lever);
    const left = new Set([...deriveGraph(await collected(twin), nodeRules, edgeRules, {}).liveEdges()].map(inWords));
    for (const edge of edges) if (left.has(edge)) failures.push(`${lever.key} leaves ${edge}`);
  }
  expect(failures).toEqual([]);
});

/** Up to five levers of each action, spread over all of them. */
function someOfEach<T extends { readonly lever: Lever }>(all: readonly T[]): readonly T[] {
  return [...Map.groupBy(all, ({ lever }) => lever.action).values()].flatMap((ofAction) => {
    const step = Math.max(1, Math.floor(ofAction.length / 5));
    return ofAction.filter((_, index) => index % step === 0).slice(0, 5);
  });
}

/** Counted ids, so that the same pods have the same names on every twin. */
function running(objects: readonly ApiObject[]): Twin {
  const twin = makeTwin({ authorize: () => true, ids: countedIds() });
  expect(twin.load(objects, { start: true })).toEqual([]);
  return twin;
}

async function collected(twin: Twin): Promise<Estate> {
  const facts: AnyFact[] = [];
  for await (const read of collect(twin, signal)) if ('fact' in read) facts.push(read.fact);
  return estateOf(facts, []);
}

async function pull(twin: Twin, { action: id, params }: Lever): Promise<void> {
  const action = actions.find((it) => it.id === id);
  if (action === undefined) throw new Error(`no action ${id}`);
  const parsed: unknown = action.params.parse(params);
  const attempt = { session: twin, signal, key: 'test' };
  const state = await action.read(attempt, parsed);
  expect(await action.apply(attempt, parsed, state.record), id).toEqual({ outcome: 'done' });
}

function inWords(edge: GraphEdge): string {
  return `${edge.type} ${[edge.from, ...edge.with].join(' + ')} -> ${edge.to}`;
}
