import type { Lineage } from '@firebreak/contract';
import type { Command } from 'commander';
import { lineageOf } from '../../inventory/lineage.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { bold, dim, joined, type Shown, show } from '../shown.ts';
import { openSource, type SourceOptions, withJson, withSource } from '../source-options.ts';

/** `firebreak lineage`: what a model was made from, what runs it, where it answers. */
export function lineageCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  withJson(withSource(program.command('lineage <model>')))
    .description('what a model was made from, what is made from it, what runs it and where it answers')
    .action(async (model: string, options: SourceOptions & { json?: boolean }) => {
      const source = await openSource(cli, options);
      const answer = await atWork(cli, 'Following the lineage', async () => {
        const graph = source.graph();
        return lineageOf(graph, graph.resolve(model));
      });
      if (options.json) await output.json(answer);
      else await output.text(describeLineage(answer));
      output.limited(answer.completeness);
    });
}

function describeLineage({ model, upstream, downstream, running, endpoints, links }: Lineage): Shown {
  const section = (title: string, nodes: readonly Lineage['model'][]) =>
    nodes.length === 0
      ? [show`${title}: none known`]
      : [show`${title}:`, ...nodes.map(({ id, class: kind, distance }) => show`  ${distance}  ${id}  ${dim(kind)}`)];
  const unsure = links.filter(({ likelihood }) => likelihood < 1).length;
  return joined([
    bold(model.id),
    ...section('made from', upstream),
    ...section('made from it', downstream),
    ...section('run by', running),
    ...section('answers at', endpoints),
    ...(unsure === 0 ? [] : [show`${unsure} of ${links.length} links are not certain (--json says which and why)`]),
  ]);
}
