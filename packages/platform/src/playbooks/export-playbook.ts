/**
 * An executed plan as a CACAO 2.0 playbook: one action step for each step, in order, each a sentence for a person and, in our extension,
 * the lever with its parameters, the digest of what was there before, who approved, what the probes showed and how it is taken back.
 *
 * What must stay true: equal incidents give equal playbooks, to the last byte; reading it back gives the same levers in the same order.
 * Values of states stay in the evidence file, which the digests lead to; nothing here is secret that the ledger does not show.
 */
import { createHash } from 'node:crypto';
import type { Incident, LedgerEntry, Plan, PlanStep, Stage } from '@firebreak/contract';
import type { Playbook } from './cacao.ts';
import {
  extensionDefinitionObject,
  extensionId,
  firebreakAgentId,
  firebreakAgentObject,
  firebreakIdentity,
  type PlaybookExtension,
  type StepExtension,
} from './extension.ts';
import { type Story, storyOf } from './story.ts';
import { quotedInQuery } from './variables.ts';

/** The words of `playbook-activity-type-ov` for what a stage does. */
const activities: Readonly<Record<Stage, string>> = {
  evidence: 'analyze-collected-data',
  delivery: 'configure-systems',
  access: 'restrict-access',
  credential: 'restrict-access',
  network: 'disconnect-system',
  eviction: 'eliminate-risk',
  placement: 'configure-systems',
};

export interface Executed {
  readonly incident: Pick<Incident, 'id' | 'title' | 'openedAt'>;
  /** The plan with the digest. @throws FirebreakError FB-NOT-FOUND */
  readonly plan: (digest: string | undefined) => Promise<Plan>;
  readonly entries: AsyncIterable<LedgerEntry>;
}

/** The playbook of what was last carried out; of the newest plan where nothing was. @throws FirebreakError FB-NOT-FOUND */
export async function exportPlaybook({ incident, plan: planOf, entries }: Executed): Promise<Playbook> {
  const story = await storyOf(entries);
  const plan = await planOf(story.planDigest);
  return playbookOf(incident, plan, story);
}

export function playbookOf(incident: Executed['incident'], plan: Plan, story: Story): Playbook {
  const id = (kind: string, name: string) => `${kind}--${uuidOf(incident.id, plan.digest, name)}`;
  const steps = plan.steps.map((step) => ({ step, id: id('action', step.id) }));
  const end = id('end', 'end');
  const created = milliseconds(incident.openedAt);
  const modified = story.at === undefined || story.at < created ? created : milliseconds(story.at);
  return {
    type: 'playbook',
    spec_version: 'cacao-2.0',
    id: id('playbook', 'playbook'),
    name: incident.title.slice(0, 200),
    description: `Containment as carried out in the incident ${incident.id}. Verdict of the plan: ${plan.verdict}. Outcome: ${story.outcome ?? 'not carried out'}.`,
    playbook_types: ['mitigation'],
    playbook_activities: [
      ...new Set(plan.steps.map(({ stage }) => activities[stage])),
      ...(steps.length === 0 ? ['step-sequence'] : []),
    ],
    playbook_processing_summary: { manual_playbook: false, extensions: true },
    created_by: firebreakIdentity,
    created,
    modified,
    labels: ['firebreak', 'executed'],
    playbook_variables: {
      __compromised__: {
        type: 'string',
        description: 'What the attacker held, as a query.',
        value: `id in (${plan.compromised.map((node) => quotedInQuery(node.id)).join(', ')})`,
      },
      __protect__: { type: 'string', description: 'What had to stay out of reach, as a query.', value: plan.protect },
    },
    workflow_start: id('start', 'start'),
    workflow: {
      [id('start', 'start')]: { type: 'start', on_completion: steps[0]?.id ?? end },
      ...Object.fromEntries(
        steps.map(({ step, id: own }, at) => [own, stepOf(step, story, steps[at + 1]?.id ?? end)] as const),
      ),
      [end]: { type: 'end' },
    },
    playbook_extensions: { [extensionId]: headOf(incident, plan, story) },
    agent_definitions: {
      [firebreakAgentId]: { ...firebreakAgentObject, category: [...firebreakAgentObject.category] },
    },
    extension_definitions: { [extensionId]: { ...extensionDefinitionObject } },
  };
}

function headOf(incident: Executed['incident'], plan: Plan, { outcome, proof }: Story): PlaybookExtension {
  return {
    incident: incident.id,
    plan_digest: plan.digest,
    outcome: outcome ?? 'not carried out',
    ...(proof === undefined ? {} : { proof: { ...proof, reachable: [...proof.reachable] } }),
  };
}

function stepOf(step: PlanStep, story: Story, next: string): Playbook['workflow'][string] {
  const told = story.steps.get(step.id);
  const said: StepExtension = {
    lever: { action: step.lever.action, params: step.lever.params },
    stage: step.stage,
    target: step.target,
    ...(told?.before === undefined ? {} : { before_state: { sha256: told.before } }),
    ...(told?.after === undefined ? {} : { after_state: { sha256: told.after } }),
    approval: { needed: story.needed.get(step.id) ?? step.approvals, given: [...(told?.approvals ?? [])] },
    ...(told === undefined || told.probes.length === 0 ? {} : { probes: [...told.probes] }),
    reversal: step.reversal,
    outcome: told?.outcome ?? 'not carried out',
  };
  return {
    type: 'action',
    name: step.title.slice(0, 300),
    description: step.why,
    commands: [{ type: 'manual', command: step.title, playbook_activity: activities[step.stage] }],
    agent: firebreakAgentId,
    step_extensions: { [extensionId]: said },
    on_completion: next,
  };
}

/** CACAO wants exactly three digits behind the second. */
function milliseconds(time: string): string {
  return new Date(time).toISOString();
}

/** A version-4 UUID in form, from what it names: the same each time. */
function uuidOf(...names: readonly string[]): string {
  const bytes = createHash('sha256').update(JSON.stringify(names)).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
