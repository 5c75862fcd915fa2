import { FirebreakError } from '@firebreak/contract';
import { Command, CommanderError } from 'commander';
import type { CommandLine } from './command-line.ts';
import { commandFiles } from './commands/index.ts';
import { exitCodes, Output } from './output.ts';
import { processTerminal, type Terminal } from './terminal.ts';
import type { World } from './world.ts';

/**
 * The command line as commander has it: with what was asked for, or, where that is not known or nothing was, with every command, as
 * the help, the shells' completion and docs/cli.md want it.
 */
export async function programOf(cli: CommandLine, asked: readonly string[] = []): Promise<Command> {
  const program = new Command('firebreak')
    .description('Incident response for AI infrastructure: the cheapest provable, reversible cut.')
    .version(cli.world.version)
    .exitOverride()
    .showHelpAfterError('(see --help)');
  const [name] = asked;
  if (name === '--version' || name === '-V') return program;
  const file = commandFiles.find(({ names, aboutAll }) => !aboutAll && name !== undefined && names.includes(name));
  // All at once: reading files waits, and the order is the table's.
  const adders = await Promise.all((file === undefined ? commandFiles : [file]).map(({ load }) => load()));
  for (const add of adders) add(program, cli);
  return program;
}

/** Runs one command. @returns the exit code: 0 done, 1 a check failed, 2 usage, 3 the answer is limited. */
export async function runCommandLine(
  argv: readonly string[],
  world: World,
  terminal: Terminal = processTerminal(),
): Promise<number> {
  const output = new Output(terminal);
  const json = argv.includes('--json') || argv.includes('--jsonl');
  const program = await programOf({ world, terminal, output }, argv);
  for (const command of everyCommand(program))
    command.configureOutput({
      writeOut: (text) => void terminal.out.write(text),
      writeErr: (text) => void (json || terminal.err.write(text)),
    });
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

/** A command and all below it, in the order of the help. */
export function everyCommand(command: Command): Command[] {
  return [command, ...command.commands.flatMap(everyCommand)];
}
