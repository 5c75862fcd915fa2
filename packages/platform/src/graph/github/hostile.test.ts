// biome-ignore-all lint/suspicious/noTemplateCurlyInString: workflows are written with GitHub's own expressions
/** Workflows that are made to be followed for ever: every rule ends, and says what it can. */
import { expect, test } from 'vitest';
import { deriveGraph } from '../derive-graph.ts';
import { estate, known, workflow } from '../edges/github/cases/world.case.ts';
import { edgeRules } from '../edges/index.ts';
import { nodeRules } from '../nodes/index.ts';

const edges = (...files: ReturnType<typeof workflow>[]) =>
  [...deriveGraph(estate(known(), ...files), nodeRules, edgeRules).liveEdges()].map(({ type }) => type);
const levels = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const many = (expression: string) => `\${{ ${expression} }}`.repeat(40);

test('outputs that lead to outputs, forty at a time', () => {
  const jobs = levels.map(
    (level) => `  j${level}:
    runs-on: ubuntu-latest
    outputs: {x: "${many(`needs.j${level + 1}.outputs.x`)}"}
    steps: [{run: "echo ${many(`needs.j${level + 1}.outputs.x`)}"}]
`,
  );
  expect(edges(workflow(`on: issues\njobs:\n${jobs.join('')}`))).not.toContain('OUTSIDER_JOB');
});

test('calls that hand on what they were handed, forty at a time', () => {
  const name = (level: number) => `w${level}.yml`;
  const call = (level: number, value: string) =>
    `{uses: ./.github/workflows/${name(level)}, with: {x: "${value}"}, permissions: {packages: write}}`;
  const files = levels.map((level) =>
    workflow(`on: workflow_call\njobs: {j: ${call(level + 1, many('inputs.x'))}}`, name(level)),
  );
  const last = workflow(
    `on: workflow_call\njobs: {j: {runs-on: x, steps: [{run: "docker push ghcr.io/${many('inputs.x')}/a:1"}]}}`,
    name(10),
  );
  expect(edges(workflow(`on: push\njobs: {j: ${call(1, 'a')}}`), ...files, last)).not.toContain('JOB_IMAGE_PUSH');
});
