/**
 * From a push to the data and the cluster, over GitHub, AWS and Kubernetes at once, read from files by the connectors. What is
 * open is reached by whom it is open to; what lies beside it and is shut (a review, an environment's gate, a pinned commit, a
 * digest, somebody else's repository, another spelling) is not.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyConnector, Estate } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import aws from '../../packages/platform/src/connectors/aws/index.ts';
import github from '../../packages/platform/src/connectors/github/index.ts';
import kubernetes from '../../packages/platform/src/connectors/kubernetes/index.ts';
import { collectEstate } from '../../packages/platform/src/facts/collect.ts';
import { joinEstates } from '../../packages/platform/src/facts/join-estates.ts';
import type { AttackGraph } from '../../packages/platform/src/graph/attack-graph.ts';
import { hasBit } from '../../packages/platform/src/graph/bitset.ts';
import { deriveGraph } from '../../packages/platform/src/graph/derive-graph.ts';
import { edgeRules } from '../../packages/platform/src/graph/edges/index.ts';
import { nodeRules } from '../../packages/platform/src/graph/nodes/index.ts';
import { reach } from '../../packages/platform/src/graph/reach.ts';
import { awsAnswers, githubAnswers, manifests, modelsCheckout, place } from './testing/acme.case.ts';

const folder = mkdtempSync(join(tmpdir(), 'firebreak-scenario-delivery-'));
afterAll(() => rmSync(folder, { recursive: true }));
const signal = new AbortController().signal;
let graph: AttackGraph;

async function read(connector: AnyConnector, from: string): Promise<Estate> {
  return (await collectEstate(connector, connector.parse(from), signal)).estate;
}

beforeAll(async () => {
  const estate = joinEstates([
    await read(github, place(folder, 'checkout', modelsCheckout)),
    await read(github, place(folder, 'github', githubAnswers)),
    await read(aws, place(folder, 'aws', awsAnswers)),
    await read(kubernetes, place(folder, 'manifests', manifests)),
  ]);
  graph = deriveGraph(estate, nodeRules, edgeRules);
});

const workflow = 'github.com/acme/models/.github/workflows/train.yml';
const job = (name: string) => `github:Job/${workflow}/${name}`;
const user = (login: string) => `github:User/github.com/${login}`;
const role = (name: string) => `aws:Role/arn:aws:iam::111122223333:role/${name}`;
const bucket = (name: string) => `aws:Bucket/arn:aws:s3:::${name}`;
const deployment = (name: string) => `kubernetes:Deployment/${name}/${name}`;
const container = (name: string) => `kubernetes:Container/${name}/${name}/main`;

/** The types of the steps of one way, or undefined where there is none. */
function way(from: string, to: string): readonly string[] | undefined {
  const start = graph.resolve(from);
  const goal = graph.resolve(to);
  const found = reach(graph.hypergraph, [start]);
  if (!hasBit(found.reached, goal)) return undefined;
  const steps = new Set<number>();
  const waiting = [goal];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const edge = found.via[node] ?? -1;
    if (edge < 0 || steps.has(edge)) continue;
    steps.add(edge);
    waiting.push(...graph.hypergraph.tailsOf(edge));
  }
  return [...steps].flatMap((edge) => graph.ruleOf(edge)?.label ?? []).reverse();
}

test.each([
  ['a job of main → its role → the data', job('train'), bucket('weights'), ['JOB_CLOUD_ROLE', 'BUCKET_READ']],
  [
    'whoever writes → a workflow of their own → the role of any branch → the data',
    user('grace'),
    bucket('previews'),
    ['WORKFLOW_PUSH', 'PUSHED_WORKFLOW_ROLE', 'BUCKET_READ'],
  ],
  [
    'whoever writes → the branch that Argo CD follows → the cluster',
    user('grace'),
    deployment('live'),
    ['REPOSITORY_ROLE', 'BRANCH_PUSH', 'BRANCH_CONTENT', 'REPOSITORY_DELIVERS', 'DELIVERS'],
  ],
  ['a job → the image → what runs it', job('image'), container('serving'), ['JOB_IMAGE_PUSH', 'IMAGE_PUSH_RUNS']],
  ['a job behind an environment → its role', job('release'), bucket('releases'), ['JOB_CLOUD_ROLE', 'BUCKET_READ']],
])('%s', (_, from, to, labels) => {
  const found = way(from, to);
  for (const label of labels) expect(found).toContain(label);
});

test.each([
  ['main asks for an approval', user('grace'), role('trainer')],
  ['the environment lets protected branches in only', user('grace'), role('releaser')],
  ['who may read does not write', user('eve'), role('preview')],
  ['who may read does not deploy', user('eve'), deployment('live')],
  ['the role trusts somebody else’s repository', job('train'), role('stranger')],
  ['a trust policy compares the spelling', job('train'), role('misspelt')],
  ['the subject is that of main, not of the environment', job('train'), role('releaser')],
  ['an application at a commit', user('grace'), deployment('frozen')],
  ['a branch that needs two approvals', user('grace'), deployment('guarded')],
  ['an image by its digest', job('image'), container('pinned')],
  ['a repository of the same name', job('image'), container('foreign')],
  ['a job that has no packages', job('train'), container('serving')],
])('near miss: %s', (_, from, to) => expect(way(from, to)).toBeUndefined());
