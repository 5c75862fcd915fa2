import type { WhatIf } from '@firebreak/contract';
import type { Command } from 'commander';
import { whatIf } from '../../inventory/what-if.ts';
import { type AboutOptions, chosenNodes, withExposure } from '../answer-options.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { joined, type Shown, show, table } from '../shown.ts';
import { openSource, repeated, type SourceOptions, wholeNumber, withJson, withSource } from '../source-options.ts';
import { describePath } from './paths.ts';

const shownRows = 20;

/** `firebreak whatif`: exposure before and after something is taken away. */
export function whatIfCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  withJson(withExposure(withSource(program.command('whatif'))))
    .description('exposure before and after an edge, a grant, a node or a step is taken away')
    .requiredOption(
      '--toggle <what>',
      'an edge as `edges` prints it, the id of a fact or node, or a lever (`action name=value …` or its key); may be repeated',
      repeated,
    )
    .option('--left <number>', 'identities of which a path that is left is told', wholeNumber(0, 1000), 3)
    .action(async (options: SourceOptions & AboutOptions & { toggle: string[]; left: number; json?: boolean }) => {
      const source = await openSource(cli, options);
      const answer = await atWork(cli, 'Asking what would be left', async () => {
        const graph = source.graph();
        return whatIf(graph, { ...chosenNodes(graph, options), toggles: options.toggle, left: options.left });
      });
      if (options.json) await output.json(answer);
      else await output.text(describeWhatIf(answer));
      output.limited(answer.completeness);
    });
}

function describeWhatIf({ toggled, before, after, relieved, left }: WhatIf): Shown {
  return joined([
    ...toggled.map(({ toggle, is, edges }) => show`without ${is} ${toggle} (${edges} edges)`),
    table(
      ['exposure', 'before', 'after'],
      [
        ['identities that reach what matters', before.exposing, after.exposing],
        ['assets within reach', before.exposed, after.exposed],
        ['pairs', before.pairs, after.pairs],
        ['score', before.score, after.score],
      ],
    ),
    ...(relieved.length === 0
      ? [show`Nobody loses anything by it.`]
      : [
          table(
            ['no longer reaches', 'so many', 'still', 'score'],
            relieved.slice(0, shownRows).map(({ id, loses, keeps, score }) => [id, loses.length, keeps, score]),
          ),
        ]),
    ...(relieved.length > shownRows ? [show`… and ${relieved.length - shownRows} more (--json has them all)`] : []),
    ...left.map((path) => show`\nstill: ${path.start.id} →\n${describePath(path)}`),
  ]);
}
