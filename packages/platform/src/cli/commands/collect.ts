import { completeness } from '@firebreak/contract';
import type { Command } from 'commander';
import { type CollectionChanges, scopeOf } from '../../facts/history.ts';
import type { CommandLine } from '../command-line.ts';
import { type DataOptions, withData } from '../desk-options.ts';
import { show, table } from '../shown.ts';
import { openSource, type SourceOptions, withJson, withSource } from '../source-options.ts';
import type { Source } from '../world.ts';

/** `firebreak collect`: what was read and what could not be; `--record` keeps it, for `firebreak diff --since`. */
export function collectCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  withJson(withData(withSource(program.command('collect'))))
    .description('read an estate and say what was found and what could not be read')
    .option('--record', 'keep it in the history of the data directory or database')
    .action(async (options: SourceOptions & DataOptions & { record?: boolean; json?: boolean }) => {
      const source = await openSource(cli, options);
      const graph = source.graph();
      const kinds = new Map<string, number>();
      for (const [index, node] of graph.nodes.entries())
        if (!graph.isHub(index)) kinds.set(node.kind, (kinds.get(node.kind) ?? 0) + 1);
      const recorded = options.record === true ? await record(cli, source, options) : undefined;
      const counts = [...kinds].sort(([a], [b]) => (a < b ? -1 : 1));
      const summary = {
        source: source.specs.join(' '),
        facts: source.estate.size,
        nodes: graph.nodeCount,
        edges: graph.edgeCount,
        counts: Object.fromEntries(counts),
        ...(recorded === undefined ? {} : { recorded }),
        completeness: completeness(source.gaps, 'any'),
      };
      if (options.json) await output.json(summary);
      else
        await output.text(
          table(['kind', 'nodes'], counts),
          show`${summary.facts} facts, ${summary.nodes} nodes, ${summary.edges} attack steps from ${source.specs.join(', ')}`,
          ...(recorded === undefined
            ? []
            : [show`Recorded: ${recorded.added} new, ${recorded.changed} changed, ${recorded.gone} gone.`]),
        );
      output.limited(summary.completeness);
    });
}

async function record(cli: CommandLine, source: Source, where: DataOptions): Promise<CollectionChanges> {
  const { history, now, close } = await cli.world.openHistory({ data: where.data, database: where.database });
  try {
    return await history.record(scopeOf(source.specs), source.estate, now);
  } finally {
    await close();
  }
}
