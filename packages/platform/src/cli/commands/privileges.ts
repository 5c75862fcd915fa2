import { FirebreakError, type Privileges } from '@firebreak/contract';
import type { Command } from 'commander';
import { privilegesOf } from '../../inventory/privileges.ts';
import { reviewItemsFor } from '../../inventory/reviews/items.ts';
import { moment, nowOf, withNow } from '../answer-options.ts';
import { readAuditLog } from '../audit-log.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { actingName, atDesk, withDesk, withName } from '../desk-options.ts';
import { describeReview } from '../review-text.ts';
import { bold, joined, type Shown, show, table, yellow } from '../shown.ts';
import { openSource, repeated, type SourceOptions, withJson, withSource } from '../source-options.ts';

interface PrivilegesOptions extends SourceOptions {
  readonly query: string;
  readonly used?: readonly string[];
  readonly now?: Date;
  readonly review?: string;
  readonly due?: Date;
  readonly server?: string;
  readonly as?: string;
  readonly json?: boolean;
}

const shownRows = 50;

/** `firebreak privileges`: granted versus used, and review campaigns over it. */
export function privilegesCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  withJson(withName(withDesk(withNow(withSource(program.command('privileges'))))))
    .description('granted versus used, with right-sized grants as diffs; with --review open a campaign to sign off')
    .option('--query <query>', 'whose', 'class = identity')
    .option(
      '--used <file>',
      'audit log of the API server (audit.k8s.io/v1, JSON lines), - for standard input; may be repeated',
      repeated,
    )
    .option('--review <title>', 'open a review campaign, in the data directory or on the server')
    .option('--due <time>', 'when the campaign is to be done', moment)
    .action(async (options: PrivilegesOptions, command: Command) => {
      if (options.review !== undefined) {
        const review = await openReview(cli, command, options, options.review);
        await (options.json ? output.json(review) : output.text(describeReview(review)));
        return;
      }
      if (options.due !== undefined) throw new FirebreakError('FB-USAGE', '--due belongs to --review.');
      const { answer } = await ask(cli, options);
      await (options.json ? output.json(answer) : output.text(describePrivileges(answer)));
      output.limited(answer.completeness);
    });
}

async function ask(cli: CommandLine, options: PrivilegesOptions) {
  const source = await openSource(cli, options);
  return atWork(cli, 'Comparing grants with use', async (signal) => {
    const used = [];
    for (const file of options.used ?? []) used.push(await readAuditLog(file, cli.terminal.input, signal));
    const graph = source.graph();
    return { graph, answer: privilegesOf(graph, { query: options.query, now: nowOf(options), used }) };
  });
}

/** A server asks its own estate; without one it is the source that is named. */
async function openReview(cli: CommandLine, command: Command, options: PrivilegesOptions, title: string) {
  const { query, server, from } = options;
  const due = options.due?.toISOString() ?? null;
  const need = { doing: 'Opening the review', mayBegin: true };
  if (server !== undefined) {
    if (from !== undefined || options.used !== undefined)
      throw new FirebreakError('FB-USAGE', 'A server reviews its own estate: leave --from and --used away.');
    return atDesk(cli, command, need, (desk) => desk.openReview({ title, due, query, items: [], by: '' }));
  }
  const by = actingName(options.as);
  const { graph, answer } = await ask(cli, options);
  const items = reviewItemsFor(graph, answer.identities);
  return atDesk(cli, command, need, (desk) => desk.openReview({ title, due, query, items, by }));
}

function describePrivileges({ evidence, identities, counts }: Privileges): Shown {
  const over = identities.filter(({ verdict }) => verdict === 'over-granted' || verdict === 'unused');
  return joined([
    ...(evidence.length === 0
      ? [yellow('No record of use was read: what is granted can be told, what is needed cannot.')]
      : evidence.map(
          ({ source, from, to, events }) =>
            show`Use from ${source}: ${events} events${from === undefined || to === undefined ? '' : `, ${from} to ${to}`}.`,
        )),
    ...(identities.length === 0
      ? []
      : [
          table(
            ['identity', 'owner', 'verdict', 'why'],
            identities.slice(0, shownRows).map(({ id, owner, verdict, why }) => [id, owner ?? '', verdict, why]),
          ),
        ]),
    ...(identities.length > shownRows ? [show`… and ${identities.length - shownRows} more (--json has them all)`] : []),
    ...over.slice(0, shownRows).flatMap(({ id, proposals }) =>
      proposals.map(({ diff, remove, alsoHeldBy }) =>
        joined([
          show`${bold(id)}${remove ? ': can go' : ''}${alsoHeldBy.length === 0 ? '' : `  (held by ${alsoHeldBy.length} more)`}`,
          ...diff
            .trimEnd()
            .split('\n')
            .map((line) => show`  ${line}`),
        ]),
      ),
    ),
    show`${counts.identities} identities: ${counts.overGranted} granted more than they used, ${counts.unused} used nothing, of ${counts.cannotTell} nobody can tell.`,
  ]);
}
