import type { Command } from 'commander';
import { inventoryOf } from '../../inventory/query-answer.ts';
import { nowOf, withNow } from '../answer-options.ts';
import type { CommandLine } from '../command-line.ts';
import { show, table } from '../shown.ts';
import { openSource, type SourceOptions, wholeNumber, withJson, withSource } from '../source-options.ts';

interface QueryOptions extends SourceOptions {
  readonly now?: Date;
  readonly limit?: number;
  readonly json?: boolean;
}

/** `firebreak inventory query`: the nodes that a query means. */
export function inventoryCommands(program: Command, cli: CommandLine): void {
  const { output } = cli;
  const inventory = program.command('inventory').description('ask what there is');
  withJson(withNow(withSource(inventory.command('query <expression>'))))
    .description(
      'everything that an expression means, for example "class = identity and idle > 90d and reaches(jewel)"',
    )
    .option('--limit <number>', 'nodes at the most', wholeNumber(1, 1_000_000_000))
    .action(async (expression: string, options: QueryOptions) => {
      const source = await openSource(cli, options);
      const answer = inventoryOf(source.graph(), expression, nowOf(options), options.limit);
      if (options.json) await output.json(answer);
      else
        await output.text(
          ...(answer.nodes.length === 0
            ? []
            : [
                table(
                  ['class', 'id', 'owner', 'last used', 'why it matters'],
                  answer.nodes.map(({ class: kind, id, about, tenure, jewel }) => [
                    kind,
                    id,
                    about?.owner ?? '',
                    tenure?.lastUsed ?? '',
                    jewel ?? '',
                  ]),
                ),
              ]),
          show`${answer.total} ${answer.total === 1 ? 'node' : 'nodes'}: ${answer.query}`,
        );
      output.limited(answer.completeness);
    });
}
