import { type RotationItem, type RotationState, rotationStates } from '@firebreak/contract';
import { Argument, type Command, Option } from 'commander';
import type { CommandLine } from '../command-line.ts';
import { actingName, atDesk, withDesk, withName } from '../desk-options.ts';
import { joined, show, table } from '../shown.ts';
import { withJson } from '../source-options.ts';

interface ListOptions {
  readonly state?: RotationState;
  readonly json?: boolean;
}

interface DecideOptions {
  readonly reason: string;
  readonly as?: string;
  readonly json?: boolean;
}

const shownId = 12;
const shownPlaces = 3;

/** `firebreak rotation`: secrets that stood in prompts, answers and tool calls, and what became of them. */
export function rotationCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  const rotation = program.command('rotation').description('secrets that stood in texts, to be rotated');

  withJson(withDesk(rotation.command('list', { isDefault: true })))
    .description('what is to be rotated, with where it stood and what it opens; never the secret')
    .addOption(new Option('--state <state>', 'only these').choices(rotationStates))
    .action(async ({ state, json }: ListOptions, command: Command) => {
      const items = await atDesk(cli, command, { doing: 'Looking' }, (desk) => desk.rotation(state));
      await (json ? output.json({ items }) : output.text(described(items)));
    });

  withJson(withName(withDesk(rotation.command('decide <item>'))))
    .addArgument(new Argument('<state>', 'what became of it').choices(rotationStates))
    .description('say that a secret was rotated, or why it need not be; or open it again')
    .requiredOption('--reason <text>', 'why, or by what ticket')
    .action(async (start: string, state: RotationState, options: DecideOptions, command: Command) => {
      const by = actingName(options.as);
      const item = await atDesk(cli, command, { doing: 'Deciding' }, async (desk) => {
        const all = await desk.rotation(undefined);
        const meant = all.filter(({ id }) => id.startsWith(start));
        const id = meant.length === 1 ? (meant[0]?.id ?? start) : start;
        return desk.decideRotation({ id, state, reason: options.reason, by });
      });
      await (options.json ? output.json(item) : output.text(described([item])));
    });
}

function described(items: readonly RotationItem[]) {
  if (items.length === 0) return show`No secret was found in a text.`;
  return joined([
    table(
      ['item', 'state', 'what', 'opens', 'seen', 'where', 'rotate at'],
      items.map(({ id, state, title, opens, count, last, places, rotate }) => [
        id.slice(0, shownId),
        state,
        title,
        opens.join('\n'),
        `${count}×, last ${last}`,
        places
          .slice(0, shownPlaces)
          .map(({ event, path, start, end }) => `${event}: ${path}, ${start}–${end}`)
          .join('\n'),
        rotate,
      ]),
    ),
    show`${items.filter(({ state }) => state === 'open').length} open`,
  ]);
}
