import { completeness } from '@firebreak/contract';
import type { Command } from 'commander';
import type { CommandLine } from '../command-line.ts';
import { show, table } from '../shown.ts';
import { openSource, type SourceOptions, withJson, withSource } from '../source-options.ts';

/** `firebreak collect`: what was read and what could not be. */
export function collectCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  withJson(withSource(program.command('collect')))
    .description('read an estate and say what was found and what could not be read')
    .action(async (options: SourceOptions & { json?: boolean }) => {
      const source = await openSource(cli, options);
      const graph = source.graph();
      const kinds = new Map<string, number>();
      for (const [index, node] of graph.nodes.entries())
        if (!graph.isHub(index)) kinds.set(node.kind, (kinds.get(node.kind) ?? 0) + 1);
      const counts = [...kinds].sort(([a], [b]) => (a < b ? -1 : 1));
      const summary = {
        source: source.specs.join(' '),
        facts: source.estate.size,
        nodes: graph.nodeCount,
        edges: graph.edgeCount,
        counts: Object.fromEntries(counts),
        completeness: completeness(source.gaps, 'any'),
      };
      if (options.json) await output.json(summary);
      else
        await output.text(
          table(['kind', 'nodes'], counts),
          show`${summary.facts} facts, ${summary.nodes} nodes, ${summary.edges} attack steps from ${source.specs.join(', ')}`,
        );
      output.limited(summary.completeness);
    });
}
