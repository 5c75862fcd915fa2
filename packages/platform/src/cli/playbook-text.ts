/** Playbooks in words. All of a playbook is foreign text. */
import type { PlaybookProblem, PlaybookReport, PlaybookRun, PlaybookStep } from '@firebreak/contract';
import type { ToldPlaybook } from '../playbooks/tell.ts';
import { bold, dim, green, joined, red, type Shown, show, yellow } from './shown.ts';

export function describeReport({ ok, name, digest, steps, problems, signatures }: PlaybookReport): Shown {
  return joined([
    ...problems.map(describeProblem),
    ...signatures.map(({ signee, verdict, detail }) => {
      const mark = verdict === 'valid' ? green(verdict) : verdict === 'invalid' ? red(verdict) : yellow(verdict);
      return show`signature of ${signee}: ${mark}. ${detail}`;
    }),
    show`${ok ? green('valid') : red('NOT VALID')}: ${name ?? 'no playbook'}, ${steps} steps${digest === null ? '' : show`, digest ${digest}`}`,
  ]);
}

function describeProblem({ code, weight, where, what }: PlaybookProblem): Shown {
  return show`${weight === 'error' ? red(code) : yellow(code)} ${where}: ${what}`;
}

const marks: Readonly<Record<PlaybookStep['becomes'], string>> = {
  levers: 'pulls',
  cut: 'cuts',
  manual: 'by hand',
  nothing: 'nothing to do',
};

export function describeRun({ playbook, steps, notes, problems, plan }: PlaybookRun): Shown {
  return joined([
    bold(playbook.name),
    ...steps.map((step) => describeStep(step)),
    ...notes.map((note) => dim(note)),
    ...problems.filter(({ weight }) => weight === 'warning').map(describeProblem),
    show`Plan ${plan.digest}: ${plan.steps.length} steps, verdict ${plan.verdict}, cost ${plan.totalCost}.`,
    ...(plan.verdict === 'partial'
      ? [
          yellow(
            'It is no complete cut: something protected stays within reach, and it will not be called contained while that is so.',
          ),
        ]
      : []),
  ]);
}

function describeStep({ step, name, becomes, text, levers, notRun, confirm }: PlaybookStep): Shown {
  const mark = notRun === null ? marks[becomes] : `by hand (${notRun} is not run)`;
  return joined([
    show`${bold(name)}  ${dim(mark)}${confirm ? show`  ${yellow('to be confirmed')} ${dim(step)}` : ''}`,
    ...(levers.length > 0 ? levers.map(({ title }) => show`  ${title}`) : linesOf(text, '  ')),
  ]);
}

export function describePlaybook({ name, description, variables, steps, runbook }: ToldPlaybook): Shown {
  const list = (title: string, lines: readonly Shown[]) => (lines.length === 0 ? [] : [bold(title), ...lines]);
  return joined([
    bold(name),
    show`${description}`,
    ...list(
      'Variables',
      variables.map(
        (each) => show`  ${each.name}${each.value === null ? '' : show` = ${each.value}`}  ${dim(each.description)}`,
      ),
    ),
    ...list(
      'Signals',
      (runbook.signals ?? []).map(({ what, where }) => show`  ${what}  ${dim(where)}`),
    ),
    ...list(
      'Steps',
      steps.map((each) => joined([show`  ${each.name}  ${dim(each.type)}`, ...linesOf(each.says, '    ')])),
    ),
    ...list(
      'Evidence',
      (runbook.evidence ?? []).map((line) => show`  ${line}`),
    ),
    ...list(
      'Way back',
      (runbook.rollback ?? []).map((line) => show`  ${line}`),
    ),
    ...(runbook.messages ?? []).flatMap(({ audience, subject, markdown }) => [
      bold(`Message to ${audience}: ${subject}`),
      ...linesOf(markdown, '  '),
    ]),
  ]);
}

/** A text of several lines, each shown as what it is. */
function linesOf(text: string, before: string): Shown[] {
  return text.split('\n').map((line) => show`${before}${line}`);
}
