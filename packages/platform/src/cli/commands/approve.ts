import { type BreakGlass, breakGlassVerdicts, FirebreakError, type Plan } from '@firebreak/contract';
import { Argument, type Command } from 'commander';
import type { CommandLine } from '../command-line.ts';
import { actingName, atDesk, withDesk, withName, withPolicies, withTarget } from '../desk-options.ts';
import { describeExecution } from '../execution-text.ts';
import { bold, joined, type Shown, show, table, yellow } from '../shown.ts';
import { repeated, withJson } from '../source-options.ts';

interface ApproveOptions {
  readonly digest?: string;
  readonly step?: readonly string[];
  readonly breakGlass?: string;
  readonly as?: string;
  readonly json?: boolean;
}

interface LinkOptions {
  readonly for?: string;
  readonly step?: readonly string[];
  readonly ttl: number;
  readonly json?: boolean;
}

interface ReviewOptions {
  readonly note: string;
  readonly as?: string;
  readonly json?: boolean;
}

/** `firebreak approve`, `approve-link` and `break-glass`: who lets steps begin, and what becomes of who was not let. */
export function approveCommands(program: Command, cli: CommandLine): void {
  const { output } = cli;

  withJson(withPolicies(withName(withTarget(withDesk(program.command('approve <incident>'))))))
    .description('show what waits for approval; with --digest approve it, as the second person too')
    .option('--digest <sha256>', 'digest of the plan that is approved, as it was shown')
    .option('--step <id>', 'only this step; may be repeated', repeated)
    .option('--break-glass <reason>', 'approve although the policy does not permit it; somebody else reviews that')
    .action(async (incident: string, options: ApproveOptions, command: Command) => {
      const { digest, step: steps, breakGlass } = options;
      if (digest === undefined) {
        const plan = await atDesk(cli, command, { doing: 'Looking' }, (desk) => desk.plan(incident));
        await (options.json ? output.json(plan) : output.text(describeWaiting(plan, steps)));
        return;
      }
      const by = actingName(options.as);
      const need = { doing: 'Containing', target: true, incident };
      const execution = await atDesk(cli, command, need, (desk) =>
        desk.approve(incident, { digest, steps, by, ...(breakGlass === undefined ? {} : { breakGlass }) }),
      );
      await (options.json ? output.json(execution) : output.text(describeExecution(execution)));
      if (execution.state !== 'contained' && execution.state !== 'waiting-approval') output.checkFailed();
    });

  withJson(withDesk(program.command('approve-link <incident>')))
    .description('a one-time link with which one person approves the plan from chat or mail; needs a server')
    .option('--for <name>', 'for whom (default: yourself); only an admin makes one for somebody else')
    .option('--step <id>', 'only this step; may be repeated', repeated)
    .option('--ttl <duration>', 'how long it counts, for example 15m or 2h', minutesOf, 15)
    .action(async (incident: string, { for: person, step: steps, ttl, json }: LinkOptions, command: Command) => {
      const made = await atDesk(cli, command, { doing: 'Making the link' }, (desk) =>
        desk.makeApprovalLink(incident, { person, steps, minutes: ttl }),
      );
      await (json
        ? output.json(made)
        : output.text(
            joined([
              show`${made.link}`,
              show`For ${made.person}, once, until ${made.expiresAt}; plan ${made.digest}. Whoever has it can use it.`,
            ]),
          ));
    });

  const glass = program.command('break-glass').description('approvals against the policy');
  withJson(withDesk(glass.command('show')))
    .description('all of them, newest first, and who signed them off')
    .action(async ({ json }: { json?: boolean }, command: Command) => {
      const all = await atDesk(cli, command, { doing: 'Looking' }, (desk) => desk.breakGlasses());
      await (json ? output.json({ breakGlasses: all }) : output.text(describeBreakGlasses(all)));
      if (all.some(({ review }) => review === null)) output.checkFailed();
    });

  withJson(withName(withDesk(glass.command('review <id>'))))
    .addArgument(new Argument('<verdict>', 'whether it was right').choices(breakGlassVerdicts))
    .requiredOption('--note <text>', 'why')
    .description('sign one off; never one’s own')
    .action(
      async (id: string, verdict: (typeof breakGlassVerdicts)[number], options: ReviewOptions, command: Command) => {
        const by = actingName(options.as);
        const reviewed = await atDesk(cli, command, { doing: 'Signing off' }, (desk) =>
          desk.reviewBreakGlass({ id, verdict, note: options.note, by }),
        );
        await (options.json ? output.json(reviewed) : output.text(describeBreakGlasses([reviewed])));
      },
    );
}

const mostMinutes = 24 * 60;

/** @throws FirebreakError FB-USAGE */
function minutesOf(text: string): number {
  const [, number = '', unit] = /^(\d{1,4})(m|h)$/.exec(text) ?? [];
  const minutes = Number(number) * (unit === 'h' ? 60 : 1);
  if (!(minutes >= 1 && minutes <= mostMinutes))
    throw new FirebreakError('FB-USAGE', `--ttl is a time such as 15m or 2h, a day at the most, not ${text}.`);
  return minutes;
}

function describeWaiting({ digest, steps }: Plan, chosen: readonly string[] | undefined): Shown {
  const shown = steps.filter(({ id }) => chosen === undefined || chosen.includes(id));
  return joined([
    ...shown.map(({ id, title, drastic, reversal }) =>
      joined([
        drastic ? show`${bold(id)}  ${title}  ${yellow('drastic: two people')}` : show`${bold(id)}  ${title}`,
        show`    undo: ${reversal.how}`,
      ]),
    ),
    show`Nothing was approved. To approve it: --digest ${digest}`,
  ]);
}

function describeBreakGlasses(all: readonly BreakGlass[]): Shown {
  if (all.length === 0) return show`Nobody has broken glass.`;
  return table(
    ['id', 'when', 'who', 'incident', 'steps', 'reason', 'signed off'],
    all.map(({ id, at, by, role, incident, steps, reason, review }) => [
      id,
      at,
      `${by} (${role})`,
      incident,
      steps.join(' '),
      reason,
      review === null ? yellow('not yet') : show`${review.verdict} by ${review.by}: ${review.note}`,
    ]),
  );
}
