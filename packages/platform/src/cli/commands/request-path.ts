import type { RequestPath } from '@firebreak/contract';
import type { Command } from 'commander';
import { requestPath } from '../../inventory/request-path.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { bold, cyan, dim, joined, type Shown, show, table } from '../shown.ts';
import { openSource, type SourceOptions, withJson, withSource } from '../source-options.ts';

const shownActors = 20;

/** `firebreak request-path`: from a user's request to what it touches, and who can influence it on the way. */
export function requestPathCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  withJson(withSource(program.command('request-path <endpoint>')))
    .description('where a request to an endpoint goes, and every credential and identity that can influence it there')
    .action(async (endpoint: string, options: SourceOptions & { json?: boolean }) => {
      const source = await openSource(cli, options);
      const answer = await atWork(cli, 'Following the request', async () => {
        const graph = source.graph();
        return requestPath(graph, graph.resolve(endpoint));
      });
      if (options.json) await output.json(answer);
      else await output.text(describeRequestPath(answer));
      output.limited(answer.completeness);
    });
}

function describeRequestPath({ stations, hops, actors }: RequestPath): Shown {
  return joined([
    ...stations.map(({ id, station, hops: distance, runsAs, influences }) => {
      const indent = '  '.repeat(distance);
      const arriving = hops.find(({ to }) => to.id === id);
      const by =
        arriving === undefined || arriving.by.length === 0
          ? ''
          : ` by ${arriving.by.map(({ id: each }) => each).join(', ')}`;
      const direct = influences.filter(({ how }) => how !== 'attack').length;
      return joined([
        show`${indent}${cyan(station)}  ${bold(id)}${arriving === undefined ? '' : dim(show`  ${arriving.type}${by}`)}`,
        ...(runsAs.length === 0 ? [] : [show`${indent}    runs with ${runsAs.map(({ id: each }) => each).join(', ')}`]),
        show`${indent}    ${direct} identities and credentials have power over it, ${influences.length - direct} more can get it`,
      ]);
    }),
    ...(actors.length === 0
      ? []
      : [
          table(
            ['who can influence it', 'stations', 'directly'],
            actors.slice(0, shownActors).map(({ id, stations: count, direct }) => [id, count, direct]),
          ),
        ]),
    ...(actors.length > shownActors ? [show`… and ${actors.length - shownActors} more (--json has them all)`] : []),
  ]);
}
