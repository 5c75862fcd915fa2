import type { SecondParties } from '@firebreak/contract';
import type { Command } from 'commander';
import type { CommandLine } from '../command-line.ts';
import { actingName, atDesk, withDesk, withName } from '../desk-options.ts';
import { joined, type Shown, show, table } from '../shown.ts';
import { withJson } from '../source-options.ts';

interface RemoveOptions {
  readonly reason: string;
  readonly as?: string;
  readonly json?: boolean;
}

/** `firebreak parties`: who else vouches for the log that is kept here. They are named when the server starts. */
export function partiesCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  const parties = program
    .command('parties')
    .description(
      'witnesses and time stamping authorities of the log (named by serve --witness, --timestamp-authority)',
    );

  withJson(withDesk(parties.command('list', { isDefault: true })))
    .description('who they are, and what they last said')
    .action(async ({ json }: { readonly json?: boolean }, command: Command) => {
      const found = await atDesk(cli, command, { doing: 'Looking' }, (desk) => desk.parties.list());
      await (json ? output.json(found) : output.text(described(found)));
    });

  withJson(withName(withDesk(parties.command('remove <party>'))))
    .description('ask one no more: the name or key of a witness, the address of an authority; the log says who did it')
    .requiredOption('--reason <text>', 'why; it is in the log')
    .action(async (party: string, { as, reason, json }: RemoveOptions, command: Command) => {
      const by = actingName(as);
      const left = await atDesk(cli, command, { doing: 'Removing' }, (desk) => desk.parties.remove(party, reason, by));
      await (json
        ? output.json(left)
        : output.text(described(left), show`A server that is started with it again asks it again.`));
    });
}

function described({ parties, quorum }: SecondParties): Shown {
  if (parties.length === 0) return show`Nobody else vouches for the log.`;
  return joined([
    table(
      ['party', 'kind', 'address', 'last said'],
      parties.map(({ name, kind, url, seenAt, size, reason }) => [
        name,
        kind,
        url,
        seenAt === null ? (reason ?? 'not asked yet') : `saw ${size} entries at ${seenAt}`,
      ]),
    ),
    show`${quorum} of the witnesses must have cosigned before an incident file verifies`,
  ]);
}
