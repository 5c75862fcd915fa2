/**
 * The playbooks that come along, each on the invented company of `content/demo-estate`, read from its files: valid, without a problem, and
 * a plan that the independent check confirms. What each asks for there is a reviewed outcome; `vitest -u` rewrites it.
 */
import type { AnyAction, PlaybookRun } from '@firebreak/contract';
import { beforeAll, expect, test } from 'vitest';
import { openTarget } from '../../packages/platform/src/app/targets.ts';
import { connectors } from '../../packages/platform/src/connectors/index.ts';
import type { AttackGraph } from '../../packages/platform/src/graph/attack-graph.ts';
import { deriveGraph } from '../../packages/platform/src/graph/derive-graph.ts';
import { edgeRules } from '../../packages/platform/src/graph/edges/index.ts';
import { nodeRules } from '../../packages/platform/src/graph/nodes/index.ts';
import { checkPlan } from '../../packages/platform/src/planning/check-plan.ts';
import { checkSteps } from '../../packages/platform/src/planning/check-steps.ts';
import { loadSolver } from '../../packages/platform/src/planning/hitting-set.ts';
import { extensionId, stepExtensionSchema } from '../../packages/platform/src/playbooks/extension.ts';
import { layOver } from '../../packages/platform/src/playbooks/lay-over.ts';
import { reportOn } from '../../packages/platform/src/playbooks/report.ts';
import { shippedPlaybooks } from '../../packages/platform/src/playbooks/shipped.ts';
import { tellPlaybook } from '../../packages/platform/src/playbooks/tell.ts';

const now = new Date('2026-12-01T00:00:00Z');
const shipped = await shippedPlaybooks();

/** What the attacker holds in each story. */
const stories: Readonly<Record<string, string>> = {
  'agent-lateral-movement': 'kubernetes:ServiceAccount/agents/support-agent',
  'ai-credential-leak': 'aws:AccessKey/AKIAAURORAEXAMPLE003',
  'anomalous-drift': 'kubernetes:ServiceAccount/ml-serving/predictor-runner',
  'cosai-agent-poison': 'kubernetes:ServiceAccount/agents/support-agent',
  'cosai-memory-injection': 'agent:Agent/kagent/agents/support-agent',
  'cosai-metadata-credentials': 'kubernetes:Credential/ml-training/experiment/aws-role',
  'cosai-poison-rag': 'kubernetes:Credential/team-search/search-indexer/aws-role',
  'cosai-prompt-injection': 'agent:Agent/kagent/agents/support-agent',
  'cosai-training-data-poisoning': 'kubernetes:ServiceAccount/ml-training/retrain-pipeline',
  'dataset-corruption': 'aws:AccessKey/AKIAAURORAEXAMPLE003',
  'delivery-infrastructure': 'kubernetes:ServiceAccount/ml-serving/predictor-runner',
  'model-theft': 'kubernetes:Secret/ml-serving/s3-model-store',
  'poisoned-retrain': 'kubernetes:Credential/ml-training/retrain-pipeline/aws-role',
  'prompt-injection': 'agent:Agent/kagent/agents/support-agent',
};

let graph: AttackGraph;
/** With every source open for work, all of them can be pulled. */
const actions: readonly AnyAction[] = connectors.flatMap((connector) => connector.actions);
beforeAll(async () => {
  const signal = new AbortController().signal;
  const estate = new URL('../../content/demo-estate', import.meta.url).pathname;
  const target = await openTarget(
    [
      `kubernetes:${estate}/kubernetes`,
      `aws:${estate}/aws`,
      `github:${estate}/github`,
      `oci:${estate}/oci`,
      `oauth:${estate}/oauth`,
      `litellm:${estate}/litellm/config.yaml#http://litellm.llm-gateway.svc:4000`,
      `mlflow:${estate}/mlflow#http://mlflow.ml-training.svc:5000`,
      `openlineage:${estate}/openlineage`,
      `stores:${estate}/stores`,
      `agents:${estate}/agents`,
      `catalog:${estate}/catalog`,
    ],
    signal,
  );
  const collected = await target.collect(signal);
  graph = deriveGraph(collected.estate, nodeRules, edgeRules);
  await target.close();
}, 60_000);

test('there are six of the framework and eight runbooks, and each has its story here', () => {
  expect(shipped.map(({ name }) => name)).toEqual(Object.keys(stories).sort());
  expect(shipped.filter(({ name }) => name.startsWith('cosai-')).length).toBe(6);
});

test.each(shipped.map(({ name, text }) => ({ name, text })))(
  '$name: valid, whole, and a plan',
  async ({ name, text }) => {
    expect(reportOn(text, now)).toMatchObject({ ok: true, problems: [] });
    const { runbook, steps } = tellPlaybook(text);
    expect(runbook.runbook).toBe(name);
    for (const part of [runbook.signals, runbook.evidence, runbook.rollback, runbook.messages])
      expect(part?.length, 'signals, evidence, rollback and messages').toBeGreaterThanOrEqual(2);
    expect(steps.length).toBeGreaterThan(4);

    const wish = { document: text, compromised: [stories[name] as string], variables: {}, decisions: {} };
    const run = layOver(wish, { graph, actions, solver: await loadSolver(), now });
    expect(run.plan.steps.length).toBeGreaterThan(0);
    expect(run.plan.steps.some(({ reason }) => reason === 'cut')).toBe(true);
    const { checks } = checkPlan(run.plan, graph, [checkSteps(run.plan, actions)]);
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    await expect(told(name, run)).toMatchFileSnapshot(`shipped/${name}.snap.md`);
  },
);

test('every lever that a playbook names is one', () => {
  const known = new Set(actions.map(({ id }) => id));
  for (const { name, text } of shipped)
    for (const step of Object.values(
      (JSON.parse(text) as { workflow: Record<string, { step_extensions?: Record<string, unknown> }> }).workflow,
    )) {
      const said = stepExtensionSchema.parse(step.step_extensions?.[extensionId] ?? {});
      if (said.lever !== undefined) expect(known, name).toContain(said.lever.action);
    }
});

test('customers are told where they are affected', async () => {
  const { text } = shipped.find(({ name }) => name === 'prompt-injection') ?? expect.unreachable();
  const compromised = [stories['prompt-injection'] as string];
  const ground = { graph, actions, solver: await loadSolver(), now };
  const names = (affected: string) =>
    layOver(
      { document: text, compromised, variables: { __customers_affected__: affected }, decisions: {} },
      ground,
    ).steps.map(({ name }) => name);
  expect(names('true')).toContain('Tell customers');
  expect(names('false')).not.toContain('Tell customers');
});

/** What it asks for here. The plan is left out: it is the cheapest of all levers that there are, and changes with them. */
function told(name: string, { playbook, steps, notes }: PlaybookRun): string {
  const lines = [
    `# ${playbook.name}`,
    '',
    `Compromised: ${stories[name]}.`,
    '',
    ...steps.map((step) =>
      [
        `- ${step.name}: ${step.becomes}${step.confirm ? ', to be confirmed' : ''}`,
        ...step.levers.map(({ title }) => `  - ${title}`),
      ].join('\n'),
    ),
    '',
    ...notes.map((note) => note.replace(/--[0-9a-f-]{36}/, '')),
  ];
  return `${lines.join('\n').trim()}\n`;
}
