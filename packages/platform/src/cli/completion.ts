/** Completion scripts for the shells, written from the commands themselves. Options that want a value fall back to files. */
import type { Command } from 'commander';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** What can be said at one place of a command line. */
interface Place {
  /** The commands before the cursor, `plan check`; empty at the start. */
  readonly path: string;
  /** Commands below, and the words that an argument is chosen from. */
  readonly words: readonly { readonly word: string; readonly about: string }[];
  readonly options: readonly { readonly flag: string; readonly about: string; readonly values: readonly string[] }[];
}

export function completionScript(program: Command, shell: Shell): string {
  const places = placesOf(program, '');
  switch (shell) {
    case 'bash':
      return bashScript(program.name(), places);
    case 'zsh':
      return `#compdef ${program.name()}\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(program.name(), places)}`;
    case 'fish':
      return fishScript(program.name(), places);
  }
}

function placesOf(command: Command, path: string): Place[] {
  const options = command.options.flatMap(({ long, description, argChoices = [] }) =>
    long === null || long === undefined ? [] : [{ flag: long, about: description, values: argChoices }],
  );
  const chosen = command.registeredArguments.flatMap(({ argChoices = [], description }) =>
    argChoices.map((word) => ({ word, about: description })),
  );
  const below = command.commands.map((child) => ({ word: child.name(), about: child.description() }));
  return [
    { path, words: [...below, ...chosen], options: [...options, { flag: '--help', about: 'help', values: [] }] },
    ...command.commands.flatMap((child) => placesOf(child, `${path} ${child.name()}`.trim())),
  ];
}

function bashScript(name: string, places: readonly Place[]): string {
  const paths = places.map(({ path }) => path).filter((path) => path !== '');
  const cases = places.map(({ path, words, options }) => {
    const offered = [...words.map(({ word }) => word), ...options.map(({ flag }) => flag)];
    return `    ${literal(path)}) offered=${literal(offered.join(' '))} ;;`;
  });
  const values = places.flatMap(({ options }) => options).filter((option) => option.values.length > 0);
  const choices = new Map(values.map(({ flag, values: of }) => [flag, of.join(' ')]));
  return `_${name}() {
  local word path= offered= current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in ${paths.map(literal).join(' | ')}) path="\${path:+$path }$word" ;; esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  case "$previous" in
${[...choices].map(([flag, of]) => `    ${flag}) offered=${literal(of)} ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$offered" -- "$current"))
}
complete -o default -F _${name} ${name}
`;
}

function fishScript(name: string, places: readonly Place[]): string {
  const lines = places.flatMap(({ path, words, options }) => {
    const below = words.map(({ word }) => word).join(' ');
    const here = [
      ...path
        .split(' ')
        .filter((word) => word !== '')
        .map((word) => `__fish_seen_subcommand_from ${word}`),
      ...(below === '' ? [] : [`not __fish_seen_subcommand_from ${below}`]),
    ].join('; and ');
    const rule = `complete -c ${name}${here === '' ? '' : ` -n ${literal(here)}`}`;
    return [
      ...words.map(({ word, about }) => `${rule} -f -a ${word} -d ${literal(about)}`),
      ...options.map(({ flag, about, values }) => {
        const argument = values.length === 0 ? '' : ` -x -a ${literal(values.join(' '))}`;
        return `${rule} -l ${flag.slice(2)} -d ${literal(about)}${argument}`;
      }),
    ];
  });
  return `${lines.join('\n')}\n`;
}

/** For all three shells: single quotes take everything but themselves; our words have none but in descriptions. */
function literal(text: string): string {
  return `'${text.replaceAll("'", '’')}'`;
}
