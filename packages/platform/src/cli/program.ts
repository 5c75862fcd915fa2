import { Command, CommanderError } from 'commander';
import { blastCommand } from './commands/blast.ts';
import { collectCommand } from './commands/collect.ts';
import { containCommands } from './commands/contain.ts';
import { evidenceCommands } from './commands/evidence.ts';
import { exportCommands } from './commands/export-graph.ts';
import { pathsCommand } from './commands/paths.ts';
import { permissionsCommand } from './commands/permissions.ts';
import { planCommands } from './commands/plan.ts';
import { serveCommand } from './commands/serve.ts';
import { statusCommand } from './commands/status.ts';
import { exitCodes, reportError } from './output.ts';
import type { World } from './world.ts';

/** The command line. Returns when the command has ended; the exit code is in `process.exitCode`. */
export async function runCommandLine(argv: readonly string[], world: World): Promise<void> {
  const program = new Command('firebreak')
    .description('Incident response for AI infrastructure: the cheapest provable, reversible cut.')
    .version(world.version)
    .exitOverride()
    .showHelpAfterError('(see --help)');
  collectCommand(program, world);
  exportCommands(program, world);
  blastCommand(program, world);
  pathsCommand(program, world);
  planCommands(program, world);
  containCommands(program, world);
  statusCommand(program, world);
  evidenceCommands(program, world);
  permissionsCommand(program, world);
  serveCommand(program, world);

  const json = argv.some((argument) => argument === '--json' || argument === '--jsonl');
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    // commander has already said what is wrong with the words of the command.
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    else reportError(error, json);
  }
}
