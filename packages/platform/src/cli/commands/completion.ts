import { Argument, type Command } from 'commander';
import type { CommandLine } from '../command-line.ts';
import { completionScript, type Shell, shells } from '../completion.ts';
import { Shown } from '../shown.ts';

/** `firebreak completion`: what the shell needs to complete commands and options. */
export function completionCommand(program: Command, { output }: CommandLine): void {
  program
    .command('completion')
    .description('print the completion script of a shell, for example: source <(firebreak completion bash)')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .action((shell: Shell) => output.text(new Shown(completionScript(program, shell).trimEnd())));
}
