/** What a playbook says, for people who have no estate at hand. Nothing of it is judged here. */
import { FirebreakError } from '@firebreak/contract';
import type { Playbook, WorkflowStep } from './cacao.ts';
import {
  extensionId,
  type PlaybookExtension,
  playbookExtensionSchema,
  type StepExtension,
  stepExtensionSchema,
} from './extension.ts';
import { readPlaybook } from './read-playbook.ts';
import { linksOf } from './workflow-links.ts';

export interface ToldPlaybook {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly variables: readonly { readonly name: string; readonly description: string; readonly value: string | null }[];
  /** In the order in which a reader comes to them, ends left out. */
  readonly steps: readonly {
    readonly step: string;
    readonly type: string;
    readonly name: string;
    readonly says: string;
  }[];
  readonly runbook: PlaybookExtension;
}

/** @throws FirebreakError FB-PLAYBOOK-INVALID */
export function tellPlaybook(text: string): ToldPlaybook {
  const { playbook, problems } = readPlaybook(text);
  if (playbook === undefined) {
    const [first] = problems;
    throw new FirebreakError(
      'FB-PLAYBOOK-INVALID',
      `${first?.where ?? 'the document'}: ${first?.what ?? 'wrong form.'}`,
    );
  }
  const runbook = playbookExtensionSchema.safeParse(playbook.playbook_extensions?.[extensionId] ?? {});
  return {
    id: playbook.id,
    name: playbook.name,
    description: playbook.description ?? '',
    variables: Object.entries(playbook.playbook_variables ?? {}).map(([name, { description = '', value = null }]) => ({
      name,
      description,
      value,
    })),
    steps: inReadingOrder(playbook).flatMap(([step, said]) =>
      said.type === 'end' || said.type === 'start'
        ? []
        : [{ step, type: said.type, name: said.name ?? step, says: saysOf(said) }],
    ),
    runbook: runbook.success ? runbook.data : {},
  };
}

/** Branches before what follows them. */
function inReadingOrder({ workflow, workflow_start: start }: Playbook): [string, WorkflowStep][] {
  const seen = new Set<string>();
  const order: [string, WorkflowStep][] = [];
  const next = [start];
  for (let id = next.pop(); id !== undefined; id = next.pop()) {
    const step = workflow[id];
    if (step === undefined || seen.has(id)) continue;
    seen.add(id);
    order.push([id, step]);
    next.push(
      ...linksOf(step)
        .map(({ to }) => to)
        .reverse(),
    );
  }
  return order;
}

function saysOf(step: WorkflowStep): string {
  switch (step.type) {
    case 'action': {
      const said = stepExtensionSchema.safeParse(step.step_extensions?.[extensionId] ?? {}).data;
      const pulls =
        said?.cut !== undefined
          ? `the ${said.cut.variant ?? 'cheapest'} provable cut`
          : said?.lever !== undefined
            ? `${said.lever.action} ${whereOf(said)}`
            : undefined;
      const texts = step.commands.map(({ type, command = '' }) =>
        type === 'manual' ? command : `${type}: ${command}`,
      );
      return [...texts, ...(pulls === undefined ? [] : [`[${pulls}]`])].join('\n');
    }
    case 'playbook-action':
      return `runs ${step.playbook_id}`;
    case 'if-condition':
    case 'while-condition':
      return step.condition;
    case 'switch-condition':
      return `${step.switch}: ${Object.keys(step.cases).join(', ')}`;
    case 'parallel':
      return `${step.next_steps.length} branches`;
    default:
      return '';
  }
}

function whereOf({ lever, select, from }: StepExtension): string {
  if (from !== undefined) return `against ${from}`;
  return `on ${select ?? JSON.stringify(lever?.params)}`;
}
