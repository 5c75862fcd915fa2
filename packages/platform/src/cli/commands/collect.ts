import { completeness } from '@firebreak/contract';
import type { Command } from 'commander';
import { printJson, printText, reportCompleteness, table } from '../output.ts';
import { openSource, type SourceOptions, withSource } from '../source-options.ts';
import type { World } from '../world.ts';

/** `firebreak collect`: what was read and what could not be. */
export function collectCommand(program: Command, world: World): void {
  withSource(program.command('collect'))
    .description('read an estate and say what was found and what could not be read')
    .option('--json', 'one JSON document')
    .action(async (options: SourceOptions & { json?: boolean }) => {
      const source = await openSource(world, options);
      const graph = source.graph();
      const kinds = new Map<string, number>();
      for (const node of graph.nodes)
        if (node.kind !== 'Group' || !node.id.startsWith('group:'))
          kinds.set(node.kind, (kinds.get(node.kind) ?? 0) + 1);
      const counts = Object.fromEntries([...kinds].sort(([a], [b]) => (a < b ? -1 : 1)));
      const answer = completeness(source.gaps, 'any');
      const summary = {
        source: source.spec,
        facts: source.estate.size,
        nodes: graph.nodeCount,
        edges: graph.edgeCount,
        counts,
        completeness: answer,
      };
      if (options.json) await printJson(summary);
      else {
        await printText(table(['kind', 'nodes'], Object.entries(counts)));
        await printText(
          `${summary.facts} facts, ${summary.nodes} nodes, ${summary.edges} attack steps from ${source.spec}`,
        );
      }
      reportCompleteness(answer);
    });
}
