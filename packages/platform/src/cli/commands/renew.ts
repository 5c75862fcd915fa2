import type { Command } from 'commander';
import type { CommandLine } from '../command-line.ts';
import { actingName, atDesk, withDesk, withName, withTarget } from '../desk-options.ts';
import { describeExecution } from '../execution-text.ts';
import { leaseLength } from '../lease-options.ts';
import { repeated, withJson } from '../source-options.ts';

interface RenewOptions {
  readonly for?: number;
  readonly step?: readonly string[];
  readonly as?: string;
  readonly json?: boolean;
}

/** `firebreak renew`: what expires shall expire later. */
export function renewCommand(program: Command, cli: CommandLine): void {
  withJson(withName(withTarget(withDesk(program.command('renew <incident>')))))
    .description('let a containment that expires stand longer, counted from now')
    .option('--for <duration>', 'for so long, such as 4h (default: as long as it was to stand at first)', leaseLength)
    .option('--step <step>', 'only this step, which has a time of its own; may be repeated', repeated)
    .action(async (incident: string, options: RenewOptions, command: Command) => {
      const by = actingName(options.as);
      const execution = await atDesk(cli, command, { doing: 'Renewing', target: true, incident }, (desk) =>
        desk.renew(incident, { by, forMs: options.for, steps: options.step }),
      );
      await (options.json ? cli.output.json(execution) : cli.output.text(describeExecution(execution)));
    });
}
