/** Levers that would not hold, or whose effect nobody would see afterwards, are not named; what is disabled is no way in. */
import { expect, test } from 'vitest';
import { deriveGraph } from '../derive-graph.ts';
import {
  access,
  branch,
  checkout,
  deployKey,
  estate,
  installation,
  known,
  reviewed,
  secret,
  settings,
  type World,
  workflow,
} from '../edges/github/cases/world.case.ts';
import { edgeRules } from '../edges/index.ts';
import { nodeRules } from '../nodes/index.ts';

const ci = (permissions = '') => `on: {pull_request_target: {}, push: {branches: [main]}}
${permissions}
jobs:
  t:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with: {ref: "\${{ github.event.pull_request.head.sha }}"}
      - run: make
        env: {KEY: "\${{ secrets.KEY }}"}
`;

/** Actions by the type of the edge that names them; with `odds` also what the edges say. */
function leversBy(...world: World): ReadonlyMap<string, readonly string[]> {
  const of = estate(...world);
  const graph = deriveGraph(of, nodeRules, edgeRules, {});
  const by = new Map<string, Set<string>>();
  for (const edge of graph.liveEdges()) {
    const actions = by.get(edge.type) ?? new Set<string>();
    for (const { action } of edge.rule.levers(edge, of)) actions.add(action.replace('github.', ''));
    by.set(edge.type, actions);
  }
  return new Map([...by].map(([type, actions]) => [type, [...actions].sort()]));
}
const read = { disabled_workflows: [], default_workflow_permissions: 'write' };

test('a job is stopped by its workflow or with all of them, and its token narrowed where it says nothing', () => {
  const levers = leversBy(known(), settings(read), branch('main'), secret('KEY'), workflow(ci()));
  expect(levers.get('OUTSIDER_JOB')).toEqual(['disable-actions', 'disable-workflow']);
  expect(levers.get('JOB_SECRET')).toEqual(['disable-actions', 'disable-workflow']);
  expect(levers.get('TOKEN_CONTENTS')).toEqual(['disable-actions', 'disable-workflow', 'restrict-workflow-token']);
  expect(levers.get('WORKFLOW_EDIT')).toEqual(['disable-actions']);
  expect(levers.get('WORKFLOW_PUSH')).toEqual(['disable-actions']);
  expect(levers.get('BRANCH_PUSH')).toEqual(['lock-branch', 'require-review']);
});

test('near miss: a workflow that says what it needs keeps it, whatever the default', () => {
  const levers = leversBy(known(), settings(read), branch('main'), workflow(ci('permissions: {contents: write}')));
  expect(levers.get('TOKEN_CONTENTS')).toEqual(['disable-actions', 'disable-workflow']);
});

test('near miss: of a checkout nobody would see that anything is switched off', () => {
  const levers = leversBy(checkout, workflow(ci()));
  expect(levers.get('JOB_SECRET')).toEqual([]);
  expect(levers.get('WORKFLOW_PUSH')).toEqual([]);
  expect(levers.get('BRANCH_PUSH')).toEqual([]);
});

test('near miss: states of workflows that were not read, and a protection that was not', () => {
  const levers = leversBy(
    known(),
    settings(),
    branch('main', { protected: true, rules: undefined }),
    secret('KEY'),
    workflow(ci()),
  );
  expect(levers.get('JOB_SECRET')).toEqual(['disable-actions']);
  expect(levers.get('BRANCH_PUSH')).toEqual([]);
});

test('a role is lowered in an organization only, and reading stays', () => {
  const of = (ownerType: string) =>
    leversBy(known({ ownerType, visibility: 'private' }), branch('main'), access('eve', 'write')).get(
      'REPOSITORY_ROLE',
    );
  expect(of('Organization')).toEqual(['lower-role']);
  expect(of('User')).toEqual([]);
  const world = estate(known({ visibility: 'private' }), branch('main'), access('eve', 'read'));
  const [reading] = [...deriveGraph(world, nodeRules, edgeRules, {}).liveEdges()].filter(
    ({ type }) => type === 'REPOSITORY_ROLE',
  );
  expect(reading === undefined ? undefined : reading.rule.levers(reading, world)).toEqual([]);
});

test('keys and apps are named by their numbers; an app without one is not', () => {
  expect(leversBy(known(), branch('main'), deployKey(false)).get('DEPLOY_KEY')).toEqual(['remove-deploy-key']);
  const granted = { contents: 'write' };
  expect(leversBy(known(), installation(granted)).get('INSTALLATION_GRANT')).toEqual(['suspend-installation']);
  expect(leversBy(known(), installation(granted, { app_id: undefined })).get('INSTALLATION_GRANT')).toEqual([]);
});

test('a disabled workflow lets nobody in, and whoever may write can enable it again', () => {
  const disabled = settings({ ...read, disabled_workflows: ['.github/workflows/ci.yml'] });
  const levers = leversBy(known(), disabled, branch('main'), secret('KEY'), workflow(ci()));
  for (const type of ['OUTSIDER_JOB', 'JOB_CONTENT', 'JOB_SECRET', 'JOB_TOKEN', 'TOKEN_CONTENTS'])
    expect([...levers.keys()], type).not.toContain(type);
  expect(levers.get('WORKFLOW_EDIT')).toEqual(['disable-actions']);
});

test('an administrator is not kept from a branch by protecting it', () => {
  const edges = (...world: World) =>
    [...deriveGraph(estate(...world), nodeRules, edgeRules, {}).liveEdges()].map(({ type, to }) => `${type} ${to}`);
  const reached = 'REPOSITORY_ADMIN git:Branch/github.com/acme/models/main';
  expect(edges(known(), branch('main'))).toContain(reached);
  expect(edges(known(), reviewed('main'))).toContain(reached);
});
