import { type Difference, FirebreakError } from '@firebreak/contract';
import { type Command, Option } from 'commander';
import { scopeOf } from '../../facts/history.ts';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import { deriveGraph } from '../../graph/derive-graph.ts';
import { edgeRules } from '../../graph/edges/index.ts';
import { nodeRules } from '../../graph/nodes/index.ts';
import { differenceOf } from '../../inventory/difference.ts';
import { type AboutOptions, moment, nowOf, withExposure } from '../answer-options.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { type DataOptions, withData } from '../desk-options.ts';
import { green, joined, red, type Shown, show } from '../shown.ts';
import { openSource, repeated, type SourceOptions, wholeNumber, withJson, withSource } from '../source-options.ts';
import type { Source } from '../world.ts';
import { describePath } from './paths.ts';

interface DiffOptions extends SourceOptions, AboutOptions, DataOptions {
  readonly since?: Date;
  readonly against?: readonly string[];
  readonly why: number;
  readonly json?: boolean;
}

const shownPairs = 30;

/** `firebreak diff`: what changed in reach, and in objects. */
export function diffCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  withJson(withExposure(withData(withSource(program.command('diff')))))
    .description('what changed: who gains and who loses reach, and by which way; then objects')
    .option('--since <time>', 'compare with what `collect --record` or the server recorded up to then', moment)
    .addOption(
      new Option('--against <source>', 'compare with another source instead, of an earlier time; may be repeated')
        .argParser(repeated)
        .conflicts('since'),
    )
    .option('--why <number>', 'changes whose path is told', wholeNumber(0, 1000), 5)
    .action(async (options: DiffOptions) => {
      const after = await openSource(cli, options);
      const before = await earlierGraph(cli, after, options);
      const answer = await atWork(cli, 'Comparing', async () =>
        differenceOf(before, after.graph(), {
          identities: options.identities,
          protect: options.protect ?? ['jewel'],
          now: nowOf(options),
          why: options.why,
        }),
      );
      if (options.json) await output.json(answer);
      else await output.text(describeDifference(answer));
      output.limited(answer.completeness);
    });
}

async function earlierGraph(cli: CommandLine, { specs }: Source, options: DiffOptions): Promise<AttackGraph> {
  if (options.against !== undefined) return (await openSource(cli, { from: options.against })).graph();
  if (options.since === undefined) throw new FirebreakError('FB-USAGE', '--since or --against is missing.');
  const { history, close } = await cli.world.openHistory({ data: options.data, database: options.database });
  try {
    const { estate } = await history.at(scopeOf(specs), options.since);
    return deriveGraph(estate, nodeRules, edgeRules);
  } finally {
    await close();
  }
}

function describeDifference({ reach, objects, edges, counts }: Difference): Shown {
  const { added, removed, changed } = objects;
  const pair = (sign: Shown, { identity, asset, because, path }: Difference['reach']['gained'][number]) =>
    joined([
      show`${sign} ${identity.id} → ${asset.id}${because === 'access' ? '' : show`  (the ${because} itself came or went)`}`,
      ...(path === undefined ? [] : [describePath(path)]),
    ]);
  const more = (list: readonly unknown[]) =>
    list.length > shownPairs ? [show`… and ${list.length - shownPairs} more (--json has them all)`] : [];
  const byType = edges.map(({ type, added: plus, removed: minus }) => `${type} +${plus} −${minus}`).join(', ');
  return joined([
    show`${counts.gained} pairs of an identity and what matters are new, ${counts.lost} are gone; score ${counts.scoreBefore} → ${counts.scoreAfter}.`,
    ...reach.gained.slice(0, shownPairs).map((each) => pair(red('+'), each)),
    ...more(reach.gained),
    ...reach.lost.slice(0, shownPairs).map((each) => pair(green('−'), each)),
    ...more(reach.lost),
    show`Objects: ${added.length} added, ${removed.length} removed, ${changed.length} changed. Edges: ${byType === '' ? 'the same' : byType}.`,
    ...changed.slice(0, shownPairs).map(({ id, fields }) => show`  ${id}: ${fields.join(', ')}`),
  ]);
}
