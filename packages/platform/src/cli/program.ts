import { FirebreakError } from '@firebreak/contract';
import { Command, CommanderError } from 'commander';
import type { CommandLine } from './command-line.ts';
import { blastCommand } from './commands/blast.ts';
import { collectCommand } from './commands/collect.ts';
import { completionCommand } from './commands/completion.ts';
import { containCommands } from './commands/contain.ts';
import { evidenceCommands } from './commands/evidence.ts';
import { exportCommands } from './commands/export-graph.ts';
import { pathsCommand } from './commands/paths.ts';
import { permissionsCommand } from './commands/permissions.ts';
import { planCommands } from './commands/plan.ts';
import { serveCommand } from './commands/serve.ts';
import { statusCommand } from './commands/status.ts';
import { exitCodes, Output } from './output.ts';
import { processTerminal, type Terminal } from './terminal.ts';
import type { World } from './world.ts';

/** The commands, in the order of the help and of docs/cli.md. */
const commands = [
  serveCommand,
  collectCommand,
  exportCommands,
  blastCommand,
  pathsCommand,
  planCommands,
  containCommands,
  statusCommand,
  evidenceCommands,
  permissionsCommand,
  completionCommand,
];

/** Runs one command. @returns the exit code: 0 done, 1 a check failed, 2 usage, 3 the answer is limited. */
export async function runCommandLine(
  argv: readonly string[],
  world: World,
  terminal: Terminal = processTerminal(),
): Promise<number> {
  const output = new Output(terminal);
  const json = argv.includes('--json') || argv.includes('--jsonl');
  const program = commanderProgram({ world, terminal, output }).configureOutput({
    writeOut: (text) => terminal.out.write(text),
    writeErr: (text) => json || terminal.err.write(text),
  });
  for (const command of commands) command(program, { world, terminal, output });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    output.mustHaveArrived();
  } catch (error) {
    if (!(error instanceof CommanderError)) output.fail(error, json);
    else if (error.exitCode === 0) return exitCodes.done;
    // commander has told a person already what is wrong with the words of the command
    else if (json) output.fail(new FirebreakError('FB-USAGE', error.message.replace(/^error: /, '')), true);
    else return exitCodes.usage;
  }
  return output.exitCode;
}
