import type { Blast } from '@firebreak/contract';
import type { Command } from 'commander';
import { blastOf } from '../../graph/blast.ts';
import type { CommandLine } from '../command-line.ts';
import { joined, show, table } from '../shown.ts';
import { openSource, repeated, type SourceOptions, withJson, withSource } from '../source-options.ts';
import { startingPoints } from '../starting-points.ts';

const shownJewels = 50;
const shownChokepoints = 10;

/** `firebreak blast`: everything that the compromised nodes can reach. */
export function blastCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  withJson(withSource(program.command('blast')))
    .description('everything that the compromised nodes can reach')
    .requiredOption('--compromised <node>', 'what the attacker holds; may be repeated', repeated)
    .action(async (options: SourceOptions & { compromised: string[]; json?: boolean }) => {
      const source = await openSource(cli, options);
      const graph = source.graph();
      const blast = blastOf(graph, startingPoints(graph, options.compromised, output));
      if (options.json) await output.json(blast);
      else await output.text(describeBlast(blast));
      output.limited(blast.completeness);
    });
}

function describeBlast({ counts, jewels, chokepoints }: Blast) {
  return joined([
    show`${counts.reached} of ${counts.nodes} nodes are within reach, ${counts.jewels} crown jewels among them.`,
    ...(jewels.length === 0
      ? []
      : [
          table(
            ['crown jewel', 'why it matters'],
            jewels.slice(0, shownJewels).map(({ id, jewel }) => [id, jewel]),
          ),
          ...(jewels.length > shownJewels
            ? [show`… and ${jewels.length - shownJewels} more (--json has them all)`]
            : []),
        ]),
    ...(chokepoints.length === 0
      ? []
      : [
          show`Chokepoints: without this node the attacker loses so many jewels`,
          table(
            ['chokepoint', 'guards'],
            chokepoints.slice(0, shownChokepoints).map(({ id, guards }) => [id, guards]),
          ),
        ]),
  ]);
}
