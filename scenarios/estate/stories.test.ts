/**
 * What can happen in the demo company, and what looks as if it could and cannot. Every story is a path over several systems;
 * every near miss is a pair that a join by likeness of names, or a look at one policy alone, would have connected.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { planIncident } from '../../packages/platform/src/app/handlers/containment.ts';
import { openStation } from '../../packages/platform/src/app/station.ts';
import { openDemo } from '../../packages/platform/src/app/targets.ts';
import type { AttackGraph } from '../../packages/platform/src/graph/attack-graph.ts';
import { blastOf } from '../../packages/platform/src/graph/blast.ts';
import { bestWay } from '../../packages/platform/src/inventory/best-way.ts';
import { type TestServer, testServer } from '../../packages/platform/src/storage/test-database.ts';
import { auroraGraph, short } from './aurora.case.ts';

const signal = new AbortController().signal;
const account = 'arn:aws:iam::111122223333';
const role = (name: string) => `aws:Role/${account}:role/${name}`;
const bucket = (name: string) => `aws:Bucket/arn:aws:s3:::${name}`;
const outsider = 'github:Outsider/git.aurora.example';
const studio = 'catalog:Component/default/prompt-studio';
const compromised = 'kubernetes:ServiceAccount/ml-serving/predictor-runner';

let graph: AttackGraph;
let server: TestServer;
let data: string;
beforeAll(async () => {
  graph = await auroraGraph();
  server = await testServer();
  data = await mkdtemp(join(tmpdir(), 'firebreak-aurora-'));
});
afterAll(async () => {
  await server.stop();
  await rm(data, { recursive: true, force: true });
});

const steps = (from: string, to: string) =>
  bestWay(graph, graph.resolve(from), graph.resolve(to))?.steps.map((step) => `${step.type} ${short(step.to.id)}`);
const reached = (from: string) => blastOf(graph, [graph.resolve(from)]).reached.map(({ id }) => id);

describe('what can happen', () => {
  test('a pull request of anybody decides what the fraud model learns, and so what it answers', () => {
    expect(
      steps(outsider, 'kubernetes:InferenceService.serving.kserve.io/ml-serving/fraud-scorer'),
    ).toMatchInlineSnapshot(`
      [
        "OUTSIDER_JOB github:Job/ml-examples/.github/workflows/preview.yml/preview",
        "JOB_CLOUD_ROLE aws:Role/role/ci-examples-preview",
        "BUCKET_WRITE aws:BucketWrite/aurora-training",
        "DATASET_STORED openlineage:DatasetWrite/s3://aurora-training/payments",
        "DATASET_TAINTS openlineage:DatasetWrite/s3://aurora-models/fraud-scorer/v41",
        "DATASET_SERVES kubernetes:InferenceService/ml-serving/fraud-scorer",
      ]
    `);
  });

  test('who writes prompts gets the records of customers through an agent, its tool and the tool’s key', () => {
    expect(steps(studio, bucket('aurora-customer-exports'))).toMatchInlineSnapshot(`
      [
        "STATED_WRITE agent:PromptWrite/agents/kagent.yaml#support-agent",
        "PROMPT_STEERS agent:Agent/kagent/agents/support-agent",
        "AGENT_CALLS agent:Tool/kagent/agents/warehouse/*",
        "TOOL_ACTS_WITH agent:Credential/kagent/agents/warehouse/AWS_SECRET_ACCESS_KEY",
        "AGENT_CREDENTIAL_OPENS aws:User/user/mcp-warehouse",
        "KMS_DECRYPT aws:KmsKey/kms:key/11111111-2222-4333-8444-555555555501",
        "BUCKET_READ aws:Bucket/aurora-customer-exports",
      ]
    `);
  });

  test('the abused account of the model servers leaves the cluster by another account’s role', () => {
    expect(steps(compromised, bucket('aurora-training'))).toMatchInlineSnapshot(`
      [
        "PERMISSION_DISCOVER kubernetes:PermissionSet/argocd/application-roller::serving-rolls-models",
        "DELIVERY_PATCH kubernetes:CronJob/ml-training/dataset-sync",
        "WORKLOAD_CONTROL kubernetes:Credential/ml-training/retrain-pipeline/aws-role",
        "IRSA_ROLE aws:Role/role/aurora-retrain",
        "BUCKET_READ aws:Bucket/aurora-training",
      ]
    `);
  });

  test('a vendor of ours reads raw payments', () => {
    expect(steps('catalog:Component/default/tagworks', bucket('aurora-datasets-raw'))).toEqual([
      'STATED_WRITE aws:Role/role/vendor-labelling',
      'BUCKET_READ aws:Bucket/aurora-datasets-raw',
    ]);
  });
});

describe('what looks as if it could happen', () => {
  test.each([
    ['a workflow for strangers that runs nothing of theirs', outsider, role('ci-website')],
    ['a pull request where the role trusts one environment', outsider, role('ci-terraform-apply')],
    ['a pull request to a private repository', outsider, role('ci-terraform-plan')],
    ['an organisation whose name is like ours', outsider, role('ci-labs-training')],
    ['an account whose name is like that of the role’s subject', compromised, role('aurora-retrain-eu2')],
    ['an account that is gone', compromised, role('aurora-feature-backfill')],
    [
      'a bucket whose name is like that of the models',
      'aws:BucketWrite/arn:aws:s3:::aurora-models-archive',
      compromised,
    ],
    ['an agent without the tool', 'agent:PromptWrite/agents/kagent.yaml#docs-agent', bucket('aurora-customer-exports')],
    [
      'a key that is switched off',
      'agent:Tool/agents/workbench/.mcp.json/tickets-archive/*',
      bucket('aurora-customer-exports'),
    ],
    ['a policy that its boundary cuts down', role('developer-sandbox'), bucket('aurora-models')],
    ['a policy that the bucket overrules', role('analytics-export'), 'aws:BucketWrite/arn:aws:s3:::aurora-models'],
  ])('%s', (_, from, to) => {
    expect(graph.indexOf.has(to), to).toBe(true);
    expect(graph.indexOf.has(from), from).toBe(true);
    expect(reached(from)).not.toContain(to);
  });
});

test('the incident of the demo, with everything around the cluster, ends contained', async () => {
  const station = await openStation({ data, database: await server.database(), target: await openDemo(signal) });
  try {
    const { runner } = station.field ?? expect.unreachable('a station with a target has a field');
    const { id: incident } = await station.incidents.open({
      title: 'The demo',
      compromised: [compromised],
      protect: 'default',
      by: 'ada',
    });
    const { digest, verdict } = await planIncident(station, incident, 'ada', signal);
    expect(verdict).toBe('contained');
    await runner.start({ incident, plan: await station.incidents.plan(incident), by: 'ada' });
    await runner.approve({ incident, digest, by: 'ada', role: 'approver' });
    const { id: execution } = await runner.approve({ incident, digest, by: 'grace', role: 'approver' });
    runner.work();
    expect((await runner.settled(execution)).state).toBe('contained');
    expect((await station.incidents.get(incident)).state).toBe('contained');
    const { id: undo } = await runner.undo({ incident, by: 'grace' });
    expect((await runner.settled(undo)).state).toBe('undone');
  } finally {
    await station.close();
  }
});
