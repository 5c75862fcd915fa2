import type { Command } from 'commander';
import { atDesk, type DataOptions, withData } from '../data-options.ts';
import { printJson, printText, table } from '../output.ts';
import type { World } from '../world.ts';
import { describeExecution } from './contain.ts';

/** `firebreak status`: incidents, or one of them. */
export function statusCommand(program: Command, world: World): void {
  withData(program.command('status [incident]'))
    .description('where incidents stand')
    .option('--json', 'one JSON document')
    .action(async (id: string | undefined, options: DataOptions) => {
      await atDesk(world, options, async (desk) => {
        if (id === undefined) {
          const incidents = await desk.incidents();
          if (options.json) await printJson({ incidents });
          else
            await printText(
              table(
                ['incident', 'state', 'opened', 'title', 'note'],
                incidents.map((each) => [each.id, each.state, each.openedAt, each.title, each.note]),
              ),
            );
          return;
        }
        const incident = await desk.incident(id);
        const execution = await desk.execution(id);
        if (options.json) await printJson({ incident, execution });
        else
          await printText(
            `${incident.title}: ${incident.state}. ${incident.note}${execution === null ? '' : `\n${describeExecution(execution)}`}`,
          );
      });
    });
}
