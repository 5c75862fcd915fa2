import type { Exposure } from '@firebreak/contract';
import type { Command } from 'commander';
import { exposureOf } from '../../inventory/exposure.ts';
import { type AboutOptions, chosenNodes, withExposure } from '../answer-options.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { joined, type Shown, show, table } from '../shown.ts';
import { openSource, type SourceOptions, wholeNumber, withJson, withSource } from '../source-options.ts';
import { describePath } from './paths.ts';

const shownRows = 20;

/** `firebreak exposure`: who reaches what matters, ranked by reach × business impact. */
export function exposureCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  withJson(withExposure(withSource(program.command('exposure'))))
    .description('which identities reach what matters, ranked by reach × business impact, and why')
    .option('--why <number>', 'worst identities whose best path is told', wholeNumber(0, 1000), 5)
    .action(async (options: SourceOptions & AboutOptions & { why: number; json?: boolean }) => {
      const source = await openSource(cli, options);
      const answer = await atWork(cli, 'Asking who reaches what', async () => {
        const graph = source.graph();
        return exposureOf(graph, { ...chosenNodes(graph, options), why: options.why });
      });
      if (options.json) await output.json(answer);
      else await output.text(describeExposure(answer));
      output.limited(answer.completeness);
    });
}

function describeExposure({ identities, protected: assets, why, counts }: Exposure): Shown {
  const exposed = assets.filter(({ reachedBy }) => reachedBy > 0);
  return joined([
    show`${counts.exposing} of ${counts.identities} identities reach ${counts.exposed} of ${counts.protected} assets that matter.`,
    ...(identities.length === 0
      ? []
      : [
          table(
            ['identity', 'owner', 'reaches', 'score'],
            identities
              .slice(0, shownRows)
              .map(({ id, owner, reaches, score }) => [id, owner ?? '', reaches.length, score]),
          ),
          table(
            ['what matters', 'impact', 'reached by', 'score'],
            exposed
              .slice(0, shownRows)
              .map(({ id, impact, reachedBy, score }) => [
                id,
                show`${impact.value} (${impact.from})`,
                reachedBy,
                score,
              ]),
          ),
        ]),
    ...(Math.max(identities.length, exposed.length) > shownRows ? [show`… and more (--json has them all)`] : []),
    ...why.map((path) => show`\n${path.start.id} →\n${describePath(path)}`),
  ]);
}
