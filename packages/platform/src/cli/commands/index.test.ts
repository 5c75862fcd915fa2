/** The table of commands says what its files add. */
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { Output } from '../output.ts';
import { everyCommand, programOf } from '../program.ts';
import { bareWorld, testTerminal } from '../testing/run.ts';
import { commandFiles } from './index.ts';

const terminal = testTerminal();
const cli = { world: bareWorld({}), terminal, output: new Output(terminal) };
const namesOf = (program: Command) => program.commands.flatMap((command) => [command.name(), ...command.aliases()]);

test.each(commandFiles)('$names are what their file adds', async ({ names, load }) => {
  const program = new Command('firebreak');
  (await load())(program, cli);
  expect(namesOf(program)).toEqual(names);
});

test('with a command that is known only its file is read, else all of them', async () => {
  expect(namesOf(await programOf(cli, ['undo', '--help']))).toEqual(['contain', 'undo']);
  expect(namesOf(await programOf(cli, ['--version']))).toEqual([]);
  const all = commandFiles.flatMap(({ names }) => names);
  for (const asked of [[], ['--help'], ['help', 'undo'], ['--help', 'undo'], ['unknown'], ['completion', 'bash']])
    expect(namesOf(await programOf(cli, asked))).toEqual(all);
  expect(everyCommand(await programOf(cli)).length).toBeGreaterThan(all.length);
});
