import { FirebreakError } from '@firebreak/contract';
import { Command, CommanderError } from 'commander';
import type { CommandLine } from './command-line.ts';
import { aiToolsCommand } from './commands/ai-tools.ts';
import { approveCommands } from './commands/approve.ts';
import { artifactCommand } from './commands/artifact.ts';
import { blastCommand } from './commands/blast.ts';
import { bomCommand } from './commands/bom.ts';
import { canaryCommand } from './commands/canary.ts';
import { channelsCommand } from './commands/channels.ts';
import { collectCommand } from './commands/collect.ts';
import { completionCommand } from './commands/completion.ts';
import { containCommands } from './commands/contain.ts';
import { detectionCommands } from './commands/detections.ts';
import { didCommand } from './commands/did.ts';
import { diffCommand } from './commands/diff.ts';
import { evidenceCommands } from './commands/evidence.ts';
import { exportCommand } from './commands/export.ts';
import { exportCommands } from './commands/export-graph.ts';
import { exposureCommand } from './commands/exposure.ts';
import { findingsCommand } from './commands/findings.ts';
import { gateCommand } from './commands/gate.ts';
import { huntCommand } from './commands/hunt.ts';
import { identitiesCommand } from './commands/identities.ts';
import { impactCommand } from './commands/impact.ts';
import { ingestCommand } from './commands/ingest.ts';
import { intakeCommand } from './commands/intake.ts';
import { inventoryCommands } from './commands/inventory.ts';
import { lineageCommand } from './commands/lineage.ts';
import { modelCommand } from './commands/model.ts';
import { partiesCommand } from './commands/parties.ts';
import { pathsCommand } from './commands/paths.ts';
import { permissionsCommand } from './commands/permissions.ts';
import { planCommands } from './commands/plan.ts';
import { playbookCommands } from './commands/playbook.ts';
import { privilegesCommand } from './commands/privileges.ts';
import { promptCommand } from './commands/prompt.ts';
import { queueCommands } from './commands/queue.ts';
import { raceCommand } from './commands/race.ts';
import { recoveryCommands } from './commands/recovery.ts';
import { renewCommand } from './commands/renew.ts';
import { requestPathCommand } from './commands/request-path.ts';
import { reviewCommands } from './commands/reviews.ts';
import { rotationCommand } from './commands/rotation.ts';
import { rulesCommand } from './commands/rules.ts';
import { scopeCommand } from './commands/scope.ts';
import { secretsCommand } from './commands/secrets.ts';
import { serveCommand } from './commands/serve.ts';
import { statusCommand } from './commands/status.ts';
import { steerCommands } from './commands/steer.ts';
import { tasksCommand } from './commands/tasks.ts';
import { telemetryCommand } from './commands/telemetry.ts';
import { thirdPartiesCommand } from './commands/third-parties.ts';
import { threatModelCommand } from './commands/threat-model.ts';
import { watchCommand } from './commands/watch.ts';
import { whatIfCommand } from './commands/what-if.ts';
import { witnessCommand } from './commands/witness.ts';
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
  inventoryCommands,
  identitiesCommand,
  aiToolsCommand,
  requestPathCommand,
  exposureCommand,
  channelsCommand,
  privilegesCommand,
  reviewCommands,
  thirdPartiesCommand,
  lineageCommand,
  threatModelCommand,
  whatIfCommand,
  findingsCommand,
  gateCommand,
  artifactCommand,
  modelCommand,
  bomCommand,
  rulesCommand,
  detectionCommands,
  queueCommands,
  tasksCommand,
  promptCommand,
  secretsCommand,
  rotationCommand,
  telemetryCommand,
  canaryCommand,
  diffCommand,
  scopeCommand,
  didCommand,
  huntCommand,
  ingestCommand,
  intakeCommand,
  impactCommand,
  planCommands,
  raceCommand,
  containCommands,
  approveCommands,
  steerCommands,
  renewCommand,
  watchCommand,
  statusCommand,
  recoveryCommands,
  playbookCommands,
  evidenceCommands,
  witnessCommand,
  partiesCommand,
  exportCommand,
  permissionsCommand,
  completionCommand,
];

/** The whole command line as commander has it, for running, for the shells' completion and for docs/cli.md. */
export function programOf(cli: CommandLine): Command {
  const program = new Command('firebreak')
    .description('Incident response for AI infrastructure: the cheapest provable, reversible cut.')
    .version(cli.world.version)
    .exitOverride()
    .showHelpAfterError('(see --help)');
  for (const add of commands) add(program, cli);
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
  const program = programOf({ world, terminal, output });
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
