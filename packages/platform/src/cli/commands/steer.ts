import type { Command } from 'commander';
import type { CommandLine } from '../command-line.ts';
import { actingName, atDesk, withDesk, withName, withTarget } from '../desk-options.ts';
import { describeExecution } from '../execution-text.ts';
import { withJson } from '../source-options.ts';

const ways = [
  { name: 'pause', doing: 'Pausing', what: 'let no further step begin; the one under way is finished' },
  { name: 'resume', doing: 'Resuming', what: 'go on with what was paused' },
  {
    name: 'abort',
    doing: 'Ending',
    what: 'end what runs after the step under way; what was done stands and can be undone',
  },
] as const;

/** `firebreak pause`, `resume` and `abort`: what runs is held, goes on, or ends where it is. */
export function steerCommands(program: Command, cli: CommandLine): void {
  for (const { name, doing, what } of ways) {
    withJson(withName(withTarget(withDesk(program.command(`${name} <incident>`)))))
      .description(what)
      .action(async (incident: string, options: { as?: string; json?: boolean }, command: Command) => {
        const by = actingName(options.as);
        const execution = await atDesk(cli, command, { doing, target: true, incident }, (desk) =>
          desk.steer(incident, { how: name, by }),
        );
        await (options.json ? cli.output.json(execution) : cli.output.text(describeExecution(execution)));
      });
  }
}
