import type { Identities, IdentityFinding } from '@firebreak/contract';
import { type Command, InvalidArgumentError } from 'commander';
import { identitiesOf } from '../../inventory/identities.ts';
import { spanOf } from '../../inventory/query/parse.ts';
import { nowOf, withNow } from '../answer-options.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { joined, type Shown, show, table } from '../shown.ts';
import { openSource, type SourceOptions, withJson, withSource } from '../source-options.ts';

interface IdentitiesOptions extends SourceOptions {
  readonly query?: string;
  readonly stale?: number;
  readonly unused?: boolean;
  readonly unattached?: boolean;
  readonly expired?: boolean;
  readonly shared?: boolean;
  readonly severalFunctions?: boolean;
  readonly static?: boolean;
  readonly standing?: boolean;
  readonly outlivesWorkload?: boolean;
  readonly now?: Date;
  readonly json?: boolean;
}

const shownRows = 50;

/** `firebreak identities`: machine identities and credentials, and what is wrong with them. */
export function identitiesCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  withJson(withNow(withSource(program.command('identities'))))
    .description('machine identities and credentials: owner, age, expiry, last use, what uses them, what they reach')
    .option('--query <query>', 'which are looked at (default: class in (identity, credential))')
    .option('--stale <duration>', 'only those without use for so long, for example 90d', duration)
    .option('--unused', 'only those of which their system keeps record of use, and has none')
    .option('--unattached', 'only those that nothing in the estate runs with and of which no use is on record')
    .option('--expired', 'only those past their end')
    .option('--shared', 'only those that several workloads run with')
    .option(
      '--several-functions',
      'only those that serve several of training, inference, retrieval, agents, tools, administration',
    )
    .option('--static', 'only those that are valid until somebody takes them away')
    .option('--standing', 'only those whose access is there whether needed or not')
    .option('--outlives-workload', 'only static ones that nothing runs with any more')
    .action(async (options: IdentitiesOptions) => {
      const source = await openSource(cli, options);
      const answer = await atWork(cli, 'Looking at identities', async () =>
        identitiesOf(source.graph(), {
          now: nowOf(options),
          only: wanted(options),
          ...(options.query === undefined ? {} : { query: options.query }),
          ...(options.stale === undefined ? {} : { staleAfter: options.stale }),
        }),
      );
      if (options.json) await output.json(answer);
      else await output.text(describeIdentities(answer));
      output.limited(answer.completeness);
    });
}

function wanted(options: IdentitiesOptions): IdentityFinding[] {
  const findings: Record<IdentityFinding, unknown> = {
    stale: options.stale !== undefined,
    unused: options.unused,
    unattached: options.unattached,
    expired: options.expired,
    shared: options.shared,
    'several-functions': options.severalFunctions,
    static: options.static,
    standing: options.standing,
    'outlives-workload': options.outlivesWorkload,
  };
  return (Object.keys(findings) as IdentityFinding[]).filter((finding) => findings[finding] === true);
}

function describeIdentities({ identities, counts }: Identities): Shown {
  const { total, lastUseKnown, ageKnown, expiryKnown } = counts;
  return joined([
    ...(identities.length === 0
      ? []
      : [
          table(
            ['identity', 'owner', 'days old', 'idle', 'left', 'used by', 'reaches', 'findings'],
            identities
              .slice(0, shownRows)
              .map(({ id, owner, tenure, days, usedBy, reaches, findings }) => [
                id,
                owner ?? '',
                days.age ?? '',
                tenure?.lastUsed === 'never' ? 'never used' : (days.idle ?? ''),
                days.left ?? '',
                usedBy.length,
                reaches,
                findings.map(({ finding }) => finding).join(', '),
              ]),
          ),
        ]),
    ...(identities.length > shownRows ? [show`… and ${identities.length - shownRows} more (--json has them all)`] : []),
    show`${identities.length} of ${total}. Known: the last use of ${lastUseKnown}, the age of ${ageKnown}, the expiry of ${expiryKnown}.`,
  ]);
}

function duration(text: string): number {
  const span = spanOf(text);
  if (span === undefined || span < 0) throw new InvalidArgumentError('It is no duration such as 90d, 12h or 2w.');
  return span;
}
