import { type Execution, FirebreakError } from '@firebreak/contract';
import { type Command, Option } from 'commander';
import type { DryRunStep } from '../../execution/runner.ts';
import type { CommandLine } from '../command-line.ts';
import { actingName, atDesk, withDesk, withName, withPolicies, withTarget } from '../desk-options.ts';
import { describeExecution } from '../execution-text.ts';
import { leaseWish } from '../lease-options.ts';
import { readSealedPlan } from '../plan-file.ts';
import { bold, joined, red, type Shown, show } from '../shown.ts';
import { repeated, withJson } from '../source-options.ts';

interface ContainCommandOptions {
  readonly approve?: boolean;
  readonly as?: string;
  readonly second?: string;
  readonly title: string;
  readonly expires?: readonly string[];
  readonly reAssert?: boolean;
  readonly json?: boolean;
}

interface UndoOptions {
  readonly as?: string;
  readonly force?: boolean;
  readonly merge?: boolean;
  readonly json?: boolean;
}

/** `firebreak contain` and `firebreak undo`: the only commands that change a cluster. */
export function containCommands(program: Command, cli: CommandLine): void {
  const { output } = cli;

  withJson(withPolicies(withName(withTarget(withDesk(program.command('contain <plan>'))))))
    .description('show the exact requests of a plan; with --approve carry it out and prove it')
    .option('--approve', 'approve the plan by its digest and carry it out')
    .addOption(new Option('--second <name>', 'the second person, for drastic steps').conflicts('server'))
    .option('--title <text>', 'title of the incident', 'Containment from the command line')
    .option(
      '--expires <duration>',
      'undo it by itself after so long (4h), or a step of it (s3=30m); may be repeated',
      repeated,
    )
    .option('--re-assert', 'let the watch do again what others revert')
    .action(async (file: string, options: ContainCommandOptions, command: Command) => {
      const plan = await readSealedPlan(file, cli.terminal);
      if (options.approve !== true) {
        const need = { doing: 'Reading what the steps would change', target: true, mayBegin: true };
        const steps = await atDesk(cli, command, need, (desk) => desk.preview(plan));
        await (options.json ? output.json({ steps }) : output.text(describeDryRun(steps, plan.digest)));
        if (steps.some(({ problem }) => problem !== null)) output.checkFailed();
        return;
      }
      const by = actingName(options.as);
      const second = options.second === undefined ? undefined : actingName(options.second);
      if (second?.toLowerCase() === by.toLowerCase())
        throw new FirebreakError('FB-APPROVAL-SECOND-PERSON', `${by} cannot be the second person as well.`);
      const need = { doing: 'Containing', target: true, mayBegin: true };
      const execution = await atDesk(cli, command, need, (desk) =>
        desk.contain(plan, {
          title: options.title,
          by,
          second,
          lease: leaseWish(options.expires ?? []),
          watch: options.reAssert ? 're-assert' : undefined,
        }),
      );
      await (options.json ? output.json(execution) : output.text(describeExecution(execution)));
      if (execution.expiresAt !== undefined || execution.steps.some(({ expiresAt }) => expiresAt !== undefined))
        output.note(
          show`What expires is undone while \`firebreak serve\` or \`firebreak watch\` runs on these incidents.`,
        );
      const missing = missingApproval(execution);
      if (missing !== undefined) output.fail(missing, options.json === true);
      else if (execution.state !== 'contained') output.checkFailed();
    });

  withJson(withName(withTarget(withDesk(program.command('undo <incident>')))))
    .description('take back every step that was done, last first')
    .option('--force', 'overwrite what others changed since')
    .addOption(
      new Option('--merge', 'take back what nobody else changed since, leave the rest and name it').conflicts('force'),
    )
    .action(async (incident: string, options: UndoOptions, command: Command) => {
      const by = actingName(options.as);
      const execution = await atDesk(cli, command, { doing: 'Undoing', target: true, incident }, (desk) =>
        desk.undo(incident, { by, force: options.force === true, merge: options.merge === true }),
      );
      await (options.json ? output.json(execution) : output.text(describeExecution(execution)));
      if (execution.state !== 'undone') output.checkFailed();
    });
}

/** Why an execution waits, as the error that it is for who wanted it carried out. */
export function missingApproval({ state, steps }: Execution): FirebreakError | undefined {
  const next = steps.find((step) => step.state === 'waiting');
  if (state !== 'waiting-approval' || next === undefined) return undefined;
  const code = next.approvals.length === 0 ? 'FB-APPROVAL-NEEDED' : 'FB-APPROVAL-SECOND-PERSON';
  const count = `${next.approvals.length} of ${next.approvalsNeeded}`;
  return new FirebreakError(code, `Step ${next.ordinal} waits: ${count} approvals. Nothing of it was done.`);
}

export function describeDryRun(steps: readonly DryRunStep[], digest: string): Shown {
  return joined([
    ...steps.map(({ title, changes, problem }) =>
      joined([
        problem === null ? bold(title) : show`${bold(title)}  ${red(problem)}`,
        ...changes.map(({ request, body }) =>
          body === undefined ? show`  ${request}` : show`  ${request}\n    ${JSON.stringify(body)}`,
        ),
      ]),
    ),
    show`Nothing was changed. To carry it out: --approve (digest ${digest})`,
  ]);
}
