import type { Command } from 'commander';
import type { CommandLine } from '../command-line.ts';
import { exportFileCommand, verifyFileCommand } from './evidence-file.ts';
import { vaultCommands } from './evidence-vault.ts';

/** `firebreak evidence`: what is taken and kept, and the file that convinces an outsider. */
export function evidenceCommands(program: Command, cli: CommandLine): void {
  const evidence = program.command('evidence').description('take and keep evidence; export and verify it');
  vaultCommands(evidence, cli);
  exportFileCommand(evidence, cli);
  verifyFileCommand(evidence, cli);
}
