import type { Command } from 'commander';
import { printText } from '../output.ts';
import type { World } from '../world.ts';

/** `firebreak permissions`: the exact role that our own credential needs. */
export function permissionsCommand(program: Command, world: World): void {
  program
    .command('permissions <connector> [actions...]')
    .description('print the least role that a connector needs to read, and for the actions named (`all` for every one)')
    .action(async (connector: string, actions: string[]) => {
      const wanted = actions.includes('all') ? world.actions.map((action) => action.id) : actions;
      await printText(world.permissions(connector, wanted));
    });
}
