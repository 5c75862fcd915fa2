import type { AttackPath } from '@firebreak/contract';
import type { Command } from 'commander';
import { pathsFrom } from '../../graph/blast.ts';
import type { CommandLine } from '../command-line.ts';
import { bold, cyan, dim, joined, type Shown, show } from '../shown.ts';
import { openSource, type SourceOptions, wholeNumber, withJson, withSource } from '../source-options.ts';
import { startingPoints } from '../starting-points.ts';

/** `firebreak paths`: the best ways from a start to a goal, or to the crown jewels. */
export function pathsCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  withJson(withSource(program.command('paths')))
    .description('the most likely ways from a node to a goal, or to the crown jewels')
    .requiredOption('--start <node>', 'what the attacker holds')
    .option('--goal <node>', 'what they are after; every crown jewel when left out')
    .option('--limit <number>', 'paths at the most', wholeNumber(1, 10_000), 10)
    .action(async (options: SourceOptions & { start: string; goal?: string; limit: number; json?: boolean }) => {
      const source = await openSource(cli, options);
      const graph = source.graph();
      const [start = -1] = startingPoints(graph, [options.start], output);
      const goal = options.goal === undefined ? undefined : graph.resolve(options.goal);
      const answer = pathsFrom(graph, start, goal, options.limit);
      if (options.json) await output.json(answer);
      else if (answer.paths.length > 0) await output.text(joined(answer.paths.map(describePath), '\n\n'));
      else if (answer.goal === undefined)
        await output.text(show`Nothing that matters can be reached from ${answer.start.id}.`);
      else await output.text(show`${answer.goal.id} cannot be reached from ${answer.start.id}.`);
      output.limited(answer.completeness);
    });
}

/** A path as a person reads it, one step a line. */
export function describePath(path: AttackPath): Shown {
  const head = path.jewel === undefined ? bold(path.goal.id) : show`${bold(path.goal.id)}  ★ ${path.jewel}`;
  const steps = path.steps.map(({ type, from, with: others = [], to, group, what }, index) => {
    const holdings = joined(
      [from, ...others].map(({ id }) => show`${id}`),
      ' + ',
    );
    const through = group === undefined ? '' : dim(show`  (${group})`);
    return show`  ${index + 1}. ${cyan(type)}  ${holdings} → ${to.id}${through}\n     ${dim(what)}`;
  });
  return joined([head, ...steps]);
}
