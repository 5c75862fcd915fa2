import type { Command } from 'commander';
import { blastOf } from '../../graph/blast.ts';
import { printJson, printText, reportCompleteness, table } from '../output.ts';
import { openSource, repeated, type SourceOptions, withSource } from '../source-options.ts';
import type { World } from '../world.ts';

/** `firebreak blast`: everything that the compromised nodes can reach. */
export function blastCommand(program: Command, world: World): void {
  withSource(program.command('blast'))
    .description('everything that the compromised nodes can reach')
    .requiredOption('--compromised <node>', 'what the attacker holds; may be repeated', repeated)
    .option('--json', 'one JSON document')
    .action(async (options: SourceOptions & { compromised: string[]; json?: boolean }) => {
      const source = await openSource(world, options);
      const graph = source.graph();
      const blast = blastOf(
        graph,
        options.compromised.map((text) => graph.resolve(text)),
      );
      if (options.json) await printJson(blast);
      else {
        const { counts } = blast;
        await printText(
          `${counts.reached} of ${counts.nodes} nodes are within reach, ${counts.jewels} crown jewels among them.`,
        );
        if (blast.jewels.length > 0) {
          await printText(
            table(
              ['crown jewel', 'why it matters'],
              blast.jewels.slice(0, 50).map((node) => [node.id, node.jewel]),
            ),
          );
        }
        if (blast.chokepoints.length > 0) {
          await printText('Chokepoints: without this node the attacker loses so many jewels');
          await printText(
            table(
              ['chokepoint', 'guards'],
              blast.chokepoints.slice(0, 10).map((node) => [node.id, node.guards]),
            ),
          );
        }
      }
      reportCompleteness(blast.completeness);
    });
}
