/** Completion scripts for the shells, written from the commands themselves. Options that want a value fall back to files. */
import type { Command } from 'commander';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

interface Words {
  /** The commands before the cursor, `plan check`; empty at the start. */
  readonly path: string;
  readonly commands: readonly Command[];
  readonly options: readonly { readonly flag: string; readonly about: string; readonly values: readonly string[] }[];
}

export function completionScript(program: Command, shell: Shell): string {
  const words = wordsOf(program, '');
  switch (shell) {
    case 'bash':
      return bashScript(program.name(), words);
    case 'zsh':
      return `#compdef ${program.name()}\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(program.name(), words)}`;
    case 'fish':
      return fishScript(program.name(), words);
  }
}

function wordsOf(command: Command, path: string): Words[] {
  const options = command.options.flatMap(({ long, description, argChoices = [] }) =>
    long === null || long === undefined ? [] : [{ flag: long, about: description, values: argChoices }],
  );
  const below = command.commands.flatMap((child) => wordsOf(child, `${path} ${child.name()}`.trim()));
  return [
    { path, commands: command.commands, options: [...options, { flag: '--help', about: 'help', values: [] }] },
    ...below,
  ];
}

function bashScript(name: string, words: readonly Words[]): string {
  const paths = words.map(({ path }) => path).filter((path) => path !== '');
  const cases = words.map(({ path, commands, options }) => {
    const offered = [...commands.map((command) => command.name()), ...options.map(({ flag }) => flag)];
    return `    ${quoted(path)}) offered=${quoted(offered.join(' '))} ;;`;
  });
  const values = words.flatMap(({ options }) => options).filter((option) => option.values.length > 0);
  const choices = new Map(values.map(({ flag, values: of }) => [flag, of.join(' ')]));
  return `_${name}() {
  local word path= offered= current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in ${paths.map(quoted).join(' | ')}) path="\${path:+$path }$word" ;; esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  case "$previous" in
${[...choices].map(([flag, of]) => `    ${flag}) offered=${quoted(of)} ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$offered" -- "$current"))
}
complete -o default -F _${name} ${name}
`;
}

function fishScript(name: string, words: readonly Words[]): string {
  const lines = words.flatMap(({ path, commands, options }) => {
    const below = commands.map((command) => command.name()).join(' ');
    const here = [
      ...path
        .split(' ')
        .filter((word) => word !== '')
        .map((word) => `__fish_seen_subcommand_from ${word}`),
      ...(below === '' ? [] : [`not __fish_seen_subcommand_from ${below}`]),
    ].join('; and ');
    const rule = `complete -c ${name}${here === '' ? '' : ` -n ${quoted(here)}`}`;
    return [
      ...commands.map((command) => `${rule} -f -a ${command.name()} -d ${quoted(command.description())}`),
      ...options.map(({ flag, about, values }) => {
        const argument = values.length === 0 ? '' : ` -x -a ${quoted(values.join(' '))}`;
        return `${rule} -l ${flag.slice(2)} -d ${quoted(about)}${argument}`;
      }),
    ];
  });
  return `${lines.join('\n')}\n`;
}

/** For all three shells: single quotes take everything but themselves; our words have none but in descriptions. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", '’')}'`;
}
