import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { Output } from './output.ts';
import { everyCommand, programOf } from './program.ts';
import { bareWorld, run, testTerminal } from './testing/run.ts';

const script = async (shell: string) => (await run(bareWorld({}), ['completion', shell])).out;

/** What bash offers for the last of these words. */
async function offered(...words: string[]): Promise<string[]> {
  const ask = `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _firebreak; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const out = execFileSync('bash', ['-u', '-c', `${await script('bash')}\n${ask}`, 'bash', 'firebreak', ...words], {
    encoding: 'utf8',
  });
  return out.split('\n').filter((line) => line !== '');
}

test.each<[string[], string[]]>([
  [['pl'], ['plan', 'playbook']],
  [
    ['artifact', ''],
    ['scan', '--help'],
  ],
  [['plan', 'ch'], ['check']],
  [['plan', 'check', '--f'], ['--from']],
  [['contain', 'plan.json', '--app'], ['--approve']],
  [['nodes', '--convention', ''], ['kubehound']],
  [['completion', 'z'], ['zsh']],
  [['status', '--approve'], []],
])('after %j bash offers %j', async (words, wanted) => {
  expect(await offered(...words)).toEqual(wanted);
});

test.each(['bash', 'zsh', 'fish'])('%s knows every command and every option', async (shell) => {
  const text = await script(shell);
  const terminal = testTerminal();
  const program = await programOf({ world: bareWorld({}), terminal, output: new Output(terminal) });
  for (const command of everyCommand(program).slice(1)) {
    expect(text).toContain(command.name());
    for (const { long } of command.options) expect(text).toContain(shell === 'fish' ? `-l ${long?.slice(2)} ` : long);
  }
});

test('zsh loads what bash understands, fish has one statement a line', async () => {
  expect(await script('zsh')).toMatch(
    /^#compdef firebreak\nautoload -U \+X bashcompinit && bashcompinit\n_firebreak\(\)/,
  );
  for (const line of (await script('fish')).trimEnd().split('\n'))
    expect(line).toMatch(
      /^complete -c firebreak( -n '[^']*')?( -f -a [\w-]+| -l [\w-]+)( -d '[^']*')( -x -a '[^']*')?$/,
    );
});
