// biome-ignore-all lint/suspicious/noTemplateCurlyInString: workflows are written with GitHub's own expressions
/** Every rule of GitHub and Git that is ours, on small worlds: what it must derive, and the near misses that it must not. */
import { describe, expect, test } from 'vitest';
import type { AttackGraph } from '../../attack-graph.ts';
import { deriveGraph } from '../../derive-graph.ts';
import { nodeRules } from '../../nodes/index.ts';
import { edgeRuleFiles, edgeRules, labelOf } from '../index.ts';
import { authorityCases, privateOnly, shared } from './cases/authority.case.ts';
import { cloudCases } from './cases/cloud.case.ts';
import { outsiderCases } from './cases/outsider.case.ts';
import { checkout, estate, known, type World, workflow } from './cases/world.case.ts';

const cases = { ...outsiderCases, ...authorityCases, ...cloudCases };
const gitRules = new Set(['BRANCH_BYPASS', 'BRANCH_CONTENT', 'BRANCH_PUSH']);

test('every rule has a positive case and a near miss', () => {
  const labels = edgeRuleFiles.filter((file) => file.startsWith('github/')).map(labelOf);
  expect(labels.length).toBeGreaterThan(25);
  expect(Object.keys(cases).sort()).toEqual([...labels, ...gitRules].sort());
  for (const [label, { holds, misses }] of Object.entries(cases)) {
    expect(holds.length, label).toBeGreaterThan(0);
    expect(misses.length, label).toBeGreaterThan(0);
  }
});

describe.each(Object.entries(cases))('%s', (label, { holds, misses }) => {
  test.each(holds.map((each) => [each.edge, each] as const))('holds: %s', (_, { world, edge }) => {
    const now = estate(...world);
    const graph = deriveGraph(now, nodeRules, edgeRules);
    const found = edgesOf(graph, label);
    expect([...found.keys()]).toContain(edge);
    const made = new Set(nodeRules.flatMap((rule) => [...rule.derive(now)].map(({ id }) => id)));
    for (const [name, { facts, likelihood, tails, head }] of found) {
      expect(facts.length, name).toBeGreaterThan(0);
      for (const fact of facts) expect(knownFacts(now), name).toContain(fact);
      expect(likelihood).toBeGreaterThan(0);
      expect(likelihood).toBeLessThanOrEqual(1);
      // Whatever an edge of ours names is a node that some rule makes: images and roles are their systems' own.
      for (const node of [...tails, head]) {
        const { id } = graph.nodeAt(node);
        if (!graph.isHub(node) && /^(?:github|git):/.test(id)) expect(made, id).toContain(id);
      }
    }
  });
  test.each(misses.map((each) => [each.because, each] as const))('near miss: %s', (_, { world, edge }) => {
    const found = [...edgesOf(deriveGraph(estate(...world), nodeRules, edgeRules), label).keys()];
    if (edge === undefined) expect(found).toEqual([]);
    else expect(found).not.toContain(edge);
  });
});

test('what was not read makes an edge less likely and says so', () => {
  const text = 'on: issues\njobs: {j: {runs-on: x, steps: [{run: "echo ${{ github.event.issue.title }}"}]}}';
  const likelihoodOf = (world: World) => {
    const [edge] = edgesOf(deriveGraph(estate(...world), nodeRules, edgeRules), 'OUTSIDER_JOB').values();
    return [edge?.likelihood, edge?.note];
  };
  expect(likelihoodOf([known(), workflow(text)])[0]).toBe(1);
  expect(likelihoodOf([checkout, workflow(text)])[0]).toBe(0.5);
  expect(likelihoodOf([checkout, workflow(text)])[1]).toContain('if the repository is public, which was not read');
  const labelled = text.replace('on: issues', 'on: {issues: {types: [labeled]}}');
  expect(likelihoodOf([known(), workflow(labelled)])).toEqual([
    0.5,
    expect.stringContaining('somebody of the project'),
  ]);
});

test('a shared runner serves a public repository only if its group says so', () => {
  const runners = (world: World) => [
    ...edgesOf(deriveGraph(estate(...world), nodeRules, edgeRules), 'JOB_RUNNER').keys(),
  ];
  expect(runners(shared)).toContain('PushedWorkflow -> Runner/github.com/acme/32');
  expect(runners(privateOnly)).toEqual([]);
});

test('a path leads from an account to the cloud and into the repository', () => {
  const graph = deriveGraph(
    estate(
      known(),
      workflow(`on: pull_request_target
permissions: {contents: write, id-token: write}
jobs:
  j:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with: {ref: "\${{ github.head_ref }}", repository: "\${{ github.event.pull_request.head.repo.full_name }}"}
      - run: make`),
    ),
    nodeRules,
    edgeRules,
  );
  const steps = [...graph.liveEdges()].map(({ type, from, to }) => `${type} ${short(from)} -> ${short(to)}`);
  for (const step of [
    'OUTSIDER_JOB Outsider/github.com -> Job/.github/workflows/ci.yml/j',
    'JOB_TOKEN Job/.github/workflows/ci.yml/j -> JobToken/.github/workflows/ci.yml/j',
    'TOKEN_CONTENTS JobToken/.github/workflows/ci.yml/j -> Push',
    'BRANCH_PUSH Push -> Branch/main',
    'BRANCH_CONTENT Branch/main -> git:Repository/github.com/acme/models',
  ])
    expect(steps).toContain(step);
});

type Edge = ReturnType<AttackGraph['liveEdges']> extends Iterable<infer E> ? E : never;

function edgesOf(graph: AttackGraph, label: string): ReadonlyMap<string, Edge> {
  const found = new Map<string, Edge>();
  for (const edge of graph.liveEdges())
    if (edge.type === label)
      found.set(`${[edge.from, ...edge.with].map(short).join(' + ')} -> ${short(edge.to)}`, edge);
  return found;
}

const factIds = new WeakMap<object, ReadonlySet<string>>();
function knownFacts(now: ReturnType<typeof estate>): ReadonlySet<string> {
  const before = factIds.get(now);
  if (before !== undefined) return before;
  const kinds = [...new Set([...edgeRules, ...nodeRules].flatMap(({ needs }) => needs))];
  const ids = new Set(kinds.flatMap((kind) => now.all(kind).map(({ id }) => id)));
  factIds.set(now, ids);
  return ids;
}

function short(id: string): string {
  return id
    .replace(/^aws:Role\/arn:aws:iam::\d+:role\//, 'aws:Role/')
    .replace(/^github:(\w+)\/github\.com\/acme\/models(?:\/|$)/, (_, kind: string) => `${kind}/`)
    .replace(/^git:(Push|Branch|RepositoryContent)\/github\.com\/acme\/models(?:\/|$)/, (_, kind: string) => `${kind}/`)
    .replace(/^github:/, '')
    .replace(/\/$/, '');
}
