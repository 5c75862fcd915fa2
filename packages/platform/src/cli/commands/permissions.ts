import type { Command } from 'commander';
import type { CommandLine } from '../command-line.ts';
import { Shown } from '../shown.ts';
import { withJson } from '../source-options.ts';

/** `firebreak permissions`: the exact role that our own credential needs. */
export function permissionsCommand(program: Command, { world, output }: CommandLine): void {
  withJson(program.command('permissions <connector> [actions...]'))
    .description('print the least role that a connector needs to read, and for the actions named (`all` for every one)')
    .action(async (connector: string, named: string[], options: { json?: boolean }) => {
      const own = (await world.actions()).map(({ id }) => id).filter((id) => id.startsWith(`${connector}.`));
      const actions = named.includes('all') ? own : named;
      const role = await world.permissions(connector, actions);
      if (options.json) await output.json({ connector, actions, role });
      else await output.text(new Shown(role.trimEnd()));
    });
}
