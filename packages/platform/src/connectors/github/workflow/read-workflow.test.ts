// biome-ignore-all lint/suspicious/noTemplateCurlyInString: workflows are written with GitHub's own expressions
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { githubAction, githubWorkflow, markWithin } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { embeddedIn } from '../../../graph/github/expression.ts';
import { blot } from './blot.ts';
import { readAction, readWorkflow } from './read-workflow.ts';
import { usesOf } from './uses.ts';

const repository = { host: 'github.com', path: 'acme/models' };
const path = '.github/workflows/ci.yml';
const read = (source: string) => {
  const { value } = readWorkflow(source, repository, path);
  if (value === undefined) throw new Error('no workflow');
  return value;
};
const withSteps = (steps: string) =>
  read(`on: push\njobs:\n  j:\n    runs-on: x\n    steps:\n${steps}`).jobs[0]?.steps ?? [];

test.each([
  ['on: push', ['push']],
  ['on: [push, pull_request]', ['push', 'pull_request']],
  ['on: {push: null, schedule: [{cron: "0 0 * * *"}]}', ['push', 'schedule']],
])('%s', (on, events) => {
  expect(read(`${on}\njobs: {}`).on.map(({ event }) => event)).toEqual(events);
});

test('filters, inputs and permissions keep their words and places', () => {
  const workflow = read(`on:
  push:
    branches: [main, 'v*']
    paths-ignore: docs/**
  workflow_dispatch:
    inputs:
      level: {type: choice, options: [a, b], required: true}
permissions:
  contents: write
jobs:
  j:
    permissions: read-all
    runs-on: {group: big, labels: [gpu]}
`);
  const [push, dispatch] = workflow.on;
  expect(push?.branches.map(({ value, column }) => [value, column])).toEqual([
    ['main', 16],
    ['v*', 22],
  ]);
  expect(push?.pathsIgnore.map(({ value }) => value)).toEqual(['docs/**']);
  expect(dispatch?.inputs).toMatchObject([{ name: 'level', type: 'choice', required: true, line: 7, column: 7 }]);
  expect(workflow.permissions).toMatchObject({ scopes: [{ name: 'contents', access: 'write', line: 9, column: 3 }] });
  expect(workflow.jobs[0]).toMatchObject({ permissions: { all: 'read' }, runsOn: { group: { value: 'big' } } });
});

test('`permissions: {}` is none, which is not the same as nothing', () => {
  expect(read('on: push\npermissions: {}\njobs: {}').permissions).toMatchObject({ all: 'none', scopes: [] });
  expect(read('on: push\njobs: {}').permissions).toBeUndefined();
});

test.each([
  [
    'actions/checkout@v4',
    { kind: 'repository', owner: 'actions', name: 'checkout', ref: 'v4', refKind: 'tag', path: '' },
  ],
  ['Acme/Tools/deploy/prod@main', { owner: 'acme', name: 'tools', path: 'deploy/prod', refKind: 'branch' }],
  [`a/b@${'0'.repeat(40)}`, { refKind: 'sha' }],
  ['a/b@${{ inputs.ref }}', { kind: 'repository', refKind: 'expression' }],
  ['a/b', { kind: 'repository', refKind: 'none' }],
  ['./', { kind: 'local', path: '' }],
  ['./tools/x', { kind: 'local', path: 'tools/x' }],
  ['$/tools/x', { kind: 'local', path: 'tools/x' }],
  ['docker://alpine:3', { kind: 'docker', path: 'alpine:3', ref: '3', refKind: 'tag' }],
  [`docker://a@sha256:${'0'.repeat(64)}`, { kind: 'docker', refKind: 'sha' }],
  ['${{ matrix.action }}@v1', { kind: 'expression' }],
])('uses %s', (text, uses) => {
  expect(usesOf({ value: text, line: 1, column: 1, style: 'plain' })).toMatchObject(uses);
});

test('an expression is found again at its place', () => {
  const [step] = withSteps('      - run: |\n          echo hello\n          echo "${{ github.event.issue.title }}"\n');
  const run = step?.run;
  if (run === undefined) throw new Error('no script');
  const [embedded] = embeddedIn(run.value);
  expect(embedded?.source).toBe('github.event.issue.title');
  expect(markWithin(run, embedded?.offset ?? 0)).toEqual({ line: 8, column: 21 });
});

test('steps that run side by side are steps, and aliases are written out', () => {
  const steps = withSteps(
    '      - parallel:\n          - {run: a, name: n}\n          - {run: b}\n      - &again {run: c}\n      - *again\n',
  );
  expect(steps.map(({ run }) => run?.value)).toEqual(['a', 'b', 'c', 'c']);
});

test('what GitHub refuses is said, and the rest is read', () => {
  const { value, problems } = readWorkflow('on: push\nbogus: 1\njobs: {j: {steps: [{}]}}\n', repository, path);
  expect(value?.jobs.map(({ id }) => id)).toEqual(['j']);
  expect(problems.map(({ line }) => line).sort()).toEqual([2, 3, 3]);
  expect(readWorkflow('name: x\n', repository, path).value).toBeUndefined();
});

test.each([
  [`curl -H "Authorization: ghp_${'a'.repeat(36)}"`, undefined],
  ['AKIAABCDEFGHIJKLMNOP', undefined],
  ['hunter2hunter2', 'password'],
  ['export API_KEY=hunter2hunter2', undefined],
  ['-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n', undefined],
])('%j is blotted out, and stays as long', (text, key) => {
  const blotted = blot(text, key);
  expect(blotted).toHaveLength(text.length);
  expect(blotted).toContain('****');
  for (const secret of ['hunter2', 'aaaa', 'ABCDEFGHIJ', 'MIIabc']) expect(blotted).not.toContain(secret);
});

test.each([
  ['${{ secrets.TOKEN }}', 'token'],
  ['false', 'persist-credentials'],
  ['echo "$TOKEN" && API_KEY=$KEY ./x', undefined],
  ['actions/checkout', 'token-action'],
])('%j is no credential', (text, key) => expect(blot(text, key)).toBe(text));

const corpus = new URL(
  '../../../../../../../shared/data/zizmor/crates/zizmor/tests/integration/test-data/',
  import.meta.url,
);
test.skipIf(!existsSync(corpus))(
  'every workflow and action of the corpus is read or reported (corpus not present: skipped)',
  () => {
    const files = readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((file) => /\.ya?ml$/.test(file));
    expect(files.length).toBeGreaterThanOrEqual(184);
    const unread: string[] = [];
    let workflows = 0;
    let actions = 0;
    for (const file of files) {
      const source = readFileSync(new URL(file, corpus), 'utf8');
      const workflow = readWorkflow(source, repository, file);
      const action = readAction(source, repository, file);
      const reported = workflow.problems.length > 0 && action.problems.length > 0;
      if (workflow.value !== undefined) {
        workflows += 1;
        expect(githubWorkflow.parse(workflow.value), file).toEqual(workflow.value);
      } else if (action.value !== undefined) {
        actions += 1;
        expect(githubAction.parse(action.value), file).toEqual(action.value);
      } else {
        expect(reported, file).toBe(true);
        unread.push(file);
      }
    }
    expect([workflows, actions]).toEqual([187, 14]);
    // Configurations of other tools, and files that are wrong on purpose.
    expect(unread.filter((file) => !/invalid\/|configs\/|dependabot|zizmor|pre-commit/.test(file))).toEqual([]);
  },
);
