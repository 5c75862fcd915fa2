/**
 * What a schema cannot say of a playbook: that what it names is there, that its workflow ends, that we know what it asks for. Pure. Every
 * problem names its step.
 *
 * What must stay true: a playbook without an error can be walked to its end (way.ts). A circle is an error, except through a
 * while-condition, whose body is taken once: levers are idempotent, so a second round would change nothing.
 */
import type { ErrorCode, PlaybookProblem } from '@firebreak/contract';
import { agentTypes, commandTypes, type Playbook, type WorkflowStep } from './cacao.ts';
import { extensionId, playbookExtensionSchema, stepExtensionSchema } from './extension.ts';
import { textsWithin, usedIn } from './variables.ts';
import { linksOf, nextOf } from './workflow-links.ts';

/** Problems of one playbook, at the most. */
const most = 200;

export function checkWorkflow(playbook: Playbook, now: Date): PlaybookProblem[] {
  return [
    ...headProblems(playbook, now),
    ...definitionProblems(playbook),
    ...Object.entries(playbook.workflow).flatMap(([id, step]) => [
      ...linkProblems(playbook, id, step),
      ...contentProblems(playbook, id, step),
    ]),
    ...wayProblems(playbook),
  ].slice(0, most);
}

function error(code: ErrorCode, where: string, what: string): PlaybookProblem {
  return { code, weight: 'error', where, what };
}

function warning(code: ErrorCode, where: string, what: string): PlaybookProblem {
  return { code, weight: 'warning', where, what };
}

function headProblems(playbook: Playbook, now: Date): PlaybookProblem[] {
  const { created, modified, revoked, valid_from: from, valid_until: until } = playbook;
  const problems: PlaybookProblem[] = [];
  const at = (time: string) => new Date(time).getTime();
  if (at(modified) < at(created))
    problems.push(error('FB-PLAYBOOK-INVALID', 'modified', 'It was changed before it was created.'));
  if (revoked === true) problems.push(error('FB-PLAYBOOK-EXPIRED', 'revoked', 'Its creator revoked it.'));
  else {
    if (from !== undefined && until !== undefined && at(until) <= at(from))
      problems.push(error('FB-PLAYBOOK-INVALID', 'valid_until', 'It ends before it begins.'));
    if (from !== undefined && at(from) > now.getTime())
      problems.push(error('FB-PLAYBOOK-EXPIRED', 'valid_from', `It is valid from ${from}.`));
    if (until !== undefined && at(until) <= now.getTime())
      problems.push(error('FB-PLAYBOOK-EXPIRED', 'valid_until', `It was valid until ${until}.`));
  }
  if ((playbook.playbook_types?.length ?? 0) > 0 && playbook.playbook_activities === undefined)
    problems.push(
      warning('FB-PLAYBOOK-INVALID', 'playbook_activities', 'A playbook that has a type names its activities.'),
    );
  for (const marking of playbook.markings ?? [])
    if (playbook.data_marking_definitions?.[marking] === undefined)
      problems.push(error('FB-PLAYBOOK-REFERENCE', 'markings', `There is no data marking ${marking}.`));
  for (const { name, ...rest } of playbook.external_references ?? [])
    if (Object.keys(rest).length === 0)
      problems.push(warning('FB-PLAYBOOK-INVALID', 'external_references', `"${name.slice(0, 80)}" leads nowhere.`));
  return problems;
}

function definitionProblems(playbook: Playbook): PlaybookProblem[] {
  const problems: PlaybookProblem[] = [];
  for (const [where, definitions] of [
    ['agent_definitions', playbook.agent_definitions],
    ['target_definitions', playbook.target_definitions],
  ] as const)
    for (const [id, { type }] of Object.entries(definitions ?? {})) {
      if (!agentTypes.has(type))
        problems.push(error('FB-PLAYBOOK-COMMAND-UNKNOWN', id, `${where} has the unknown type ${type.slice(0, 60)}.`));
      else if (!id.startsWith(`${type}--`))
        problems.push(error('FB-PLAYBOOK-REFERENCE', id, `Its id is not that of its type, ${type}.`));
    }
  problems.push(...extensionProblems(playbook, 'playbook_extensions', playbook.playbook_extensions));
  return problems;
}

function extensionProblems(
  playbook: Playbook,
  where: string,
  extensions: Playbook['playbook_extensions'],
): PlaybookProblem[] {
  return Object.entries(extensions ?? {}).flatMap(([id, said]) => {
    const problems: PlaybookProblem[] = [];
    if (playbook.extension_definitions?.[id] === undefined)
      problems.push(error('FB-PLAYBOOK-REFERENCE', where, `There is no definition of the extension ${id}.`));
    if (id !== extensionId)
      problems.push(warning('FB-PLAYBOOK-IGNORED', where, `The extension ${id} is not known here.`));
    else {
      const schema = where === 'playbook_extensions' ? playbookExtensionSchema : stepExtensionSchema;
      const parsed = schema.safeParse(said);
      for (const { path, message } of parsed.error?.issues.slice(0, 5) ?? [])
        problems.push(error('FB-PLAYBOOK-EXTENSION', where, `${path.join('.') || 'Our extension'}: ${message}.`));
    }
    return problems;
  });
}

function linkProblems(playbook: Playbook, id: string, step: WorkflowStep): PlaybookProblem[] {
  const problems: PlaybookProblem[] = [];
  const has = (to: string) => Object.hasOwn(playbook.workflow, to);
  if (!id.startsWith(`${step.type}--`))
    problems.push(error('FB-PLAYBOOK-REFERENCE', id, `Its id is not that of its type, ${step.type}.`));
  for (const { by, to } of linksOf(step))
    if (!has(to))
      problems.push(error('FB-PLAYBOOK-REFERENCE', id, `${by} names ${to}, which the workflow does not hold.`));
  const { on_completion: always, on_success: well, on_failure: badly } = step;
  if (always !== undefined && (well !== undefined || badly !== undefined))
    problems.push(error('FB-PLAYBOOK-INVALID', id, 'on_completion excludes on_success and on_failure.'));
  if (step.type === 'end') {
    if (nextOf(step) !== undefined || badly !== undefined)
      problems.push(error('FB-PLAYBOOK-INVALID', id, 'An end leads nowhere.'));
  } else if (nextOf(step) === undefined)
    problems.push(
      error('FB-PLAYBOOK-REFERENCE', id, 'It says by neither on_completion nor on_success where it goes on.'),
    );
  if (step.type === 'switch-condition' && Object.keys(step.cases).length === 0)
    problems.push(error('FB-PLAYBOOK-INVALID', id, 'It has no case.'));
  return problems;
}

function contentProblems(playbook: Playbook, id: string, step: WorkflowStep): PlaybookProblem[] {
  const problems = extensionProblems(playbook, id, step.step_extensions);
  const declared = new Set([
    ...Object.keys(playbook.playbook_variables ?? {}),
    ...Object.keys(step.step_variables ?? {}),
  ]);
  const { name: _, description: __, step_variables: ___, ...spoken } = step;
  const used = new Set([...textsWithin(spoken)].flatMap(usedIn));
  if (step.type === 'action' || step.type === 'playbook-action')
    for (const name of [...(step.in_args ?? []), ...(step.out_args ?? [])]) used.add(name.replace(/:value$/, ''));
  for (const name of used)
    if (!declared.has(name)) problems.push(error('FB-PLAYBOOK-VARIABLE', id, `${name} is not declared.`));
  if ((step.delay ?? 0) > 0 || step.timeout !== undefined)
    problems.push(
      warning('FB-PLAYBOOK-IGNORED', id, 'Delays and time limits of steps are not kept: each lever has its own.'),
    );
  if (step.type === 'playbook-action')
    problems.push(
      step.playbook_id === playbook.id
        ? error('FB-PLAYBOOK-LOOP', id, 'The playbook runs itself.')
        : warning(
            'FB-PLAYBOOK-IGNORED',
            id,
            `The playbook ${step.playbook_id} is not run from here: a person runs it.`,
          ),
    );
  if (step.type === 'action') problems.push(...actionProblems(playbook, id, step));
  return problems;
}

function actionProblems(
  playbook: Playbook,
  id: string,
  step: Extract<WorkflowStep, { type: 'action' }>,
): PlaybookProblem[] {
  const problems: PlaybookProblem[] = [];
  if (playbook.agent_definitions?.[step.agent] === undefined)
    problems.push(error('FB-PLAYBOOK-REFERENCE', id, `There is no agent ${step.agent}.`));
  for (const target of step.targets ?? [])
    if (playbook.target_definitions?.[target] === undefined)
      problems.push(error('FB-PLAYBOOK-REFERENCE', id, `There is no target ${target}.`));
  for (const command of step.commands) {
    if (!commandTypes.has(command.type))
      problems.push(
        error('FB-PLAYBOOK-COMMAND-UNKNOWN', id, `It has a command of the unknown type ${command.type.slice(0, 60)}.`),
      );
    else if (command.type === 'manual' && command.command === undefined && command.command_b64 === undefined)
      problems.push(error('FB-PLAYBOOK-INVALID', id, 'It has a command by hand that says nothing.'));
    else if (command.type !== 'manual' && step.step_extensions?.[extensionId] === undefined)
      problems.push(
        warning(
          'FB-PLAYBOOK-IGNORED',
          id,
          `Its command of the type ${command.type} is not run: a person does it by hand.`,
        ),
      );
  }
  return problems;
}

function wayProblems(playbook: Playbook): PlaybookProblem[] {
  const { workflow, workflow_start: start, workflow_exception: exception } = playbook;
  const problems: PlaybookProblem[] = [];
  const first = workflow[start];
  if (first?.type !== 'start')
    problems.push(error('FB-PLAYBOOK-REFERENCE', 'workflow_start', `${start} is no start step of the workflow.`));
  if (exception !== undefined && workflow[exception] === undefined)
    problems.push(error('FB-PLAYBOOK-REFERENCE', 'workflow_exception', `The workflow does not hold ${exception}.`));
  const reached = reachedFrom(playbook, [start, ...(exception === undefined ? [] : [exception])]);
  const lost = Object.keys(workflow).filter((id) => !reached.has(id));
  for (const id of lost) problems.push(warning('FB-PLAYBOOK-IGNORED', id, 'Nothing leads to it.'));
  if (![...reached].some((id) => workflow[id]?.type === 'end'))
    problems.push(error('FB-PLAYBOOK-REFERENCE', 'workflow', 'Its start leads to no end.'));
  for (const circle of circles(playbook))
    problems.push(
      error('FB-PLAYBOOK-LOOP', circle[0] as string, `It goes round: ${[...circle, circle[0]].join(' → ')}.`),
    );
  return problems;
}

function reachedFrom({ workflow }: Playbook, starts: readonly string[]): ReadonlySet<string> {
  const reached = new Set(starts.filter((id) => workflow[id] !== undefined));
  const next = [...reached];
  for (let id = next.pop(); id !== undefined; id = next.pop())
    for (const { to } of linksOf(workflow[id] as WorkflowStep))
      if (!reached.has(to) && workflow[to] !== undefined) {
        reached.add(to);
        next.push(to);
      }
  return reached;
}

/**
 * One circle for each way back that a walk meets. The way into the body of a while-condition is left out: what leads from there back to it
 * is what a loop is for, and bounded. A way round by what follows the loop is a circle like any other.
 */
function circles({ workflow }: Playbook): string[][] {
  const found: string[][] = [];
  const settled = new Set<string>();
  for (const start of Object.keys(workflow)) {
    if (settled.has(start)) continue;
    const path: { readonly id: string; readonly onward: string[] }[] = [];
    const on = new Map<string, number>();
    const enter = (id: string) => {
      on.set(id, path.length);
      path.push({ id, onward: onwardFrom(workflow[id] as WorkflowStep) });
    };
    enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const to = top.onward.pop();
      if (to === undefined) {
        settled.add(top.id);
        on.delete(top.id);
        path.pop();
        continue;
      }
      if (workflow[to] === undefined || settled.has(to)) continue;
      const at = on.get(to);
      if (at === undefined) enter(to);
      else found.push(path.slice(at).map(({ id }) => id));
    }
  }
  return found;
}

function onwardFrom(step: WorkflowStep): string[] {
  return linksOf(step)
    .filter(({ branch }) => !branch || step.type !== 'while-condition')
    .map(({ to }) => to);
}
