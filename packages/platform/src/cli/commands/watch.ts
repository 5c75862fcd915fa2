import type { Execution } from '@firebreak/contract';
import { type Command, Option } from 'commander';
import type { CommandLine } from '../command-line.ts';
import { actingName, atDesk, withDesk, withName, withTarget } from '../desk-options.ts';
import { describeExecution } from '../execution-text.ts';
import { show, yellow } from '../shown.ts';
import { withJson } from '../source-options.ts';

interface WatchOptions {
  readonly reAssert?: boolean;
  readonly alarmOnly?: boolean;
  readonly once?: boolean;
  readonly as?: string;
  readonly json?: boolean;
}

/** `firebreak watch`: whether a containment still holds, looked at until an interrupt. */
export function watchCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  withJson(withName(withTarget(withDesk(program.command('watch <incident>')))))
    .description('keep looking whether a containment holds: every step in effect, nothing protected reachable')
    .option('--re-assert', 'do again what others revert, some times an hour at most')
    .addOption(new Option('--alarm-only', 'only say so').conflicts('reAssert'))
    .option('--once', 'look once and end')
    .action(async (incident: string, options: WatchOptions, command: Command) => {
      const by = actingName(options.as);
      const mode = options.reAssert ? 're-assert' : options.alarmOnly ? 'alarm' : undefined;
      const each = (execution: Execution): void => {
        const { state, watch } = execution;
        if (options.json !== true)
          output.note(state === 'contained' ? show`${state}` : yellow(`${state}: ${watch?.note ?? 'see below'}`));
      };
      const execution = await atDesk(cli, command, { doing: 'Watching', target: true, incident }, (desk) =>
        desk.watch(incident, { by, mode, once: options.once === true, each }),
      );
      await (options.json ? output.json(execution) : output.text(describeExecution(execution)));
      if (execution.state !== 'contained') output.checkFailed();
    });
}
