import { completeness, type EdgeLine } from '@firebreak/contract';
import { type Command, Option } from 'commander';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import { kubehoundEdgeLines, kubehoundNodeLines } from '../../graph/convention/kubehound.ts';
import { edgeLines, type NodeLine, nodeLines } from '../../graph/exports.ts';
import type { CommandLine } from '../command-line.ts';
import { joined, type Shown, show } from '../shown.ts';
import { openSource, type SourceOptions, withConvention, withSource } from '../source-options.ts';

type Options = SourceOptions & { json?: boolean; jsonl?: boolean };

/** `firebreak nodes` and `firebreak edges`: the graph as lines, in our words or in KubeHound's. */
export function exportCommands(program: Command, cli: CommandLine): void {
  const { output } = cli;

  function exporting<Line>(
    name: string,
    about: string,
    linesOf: (graph: AttackGraph, convention: SourceOptions['convention']) => Iterable<Line>,
    describe: (line: Line) => Shown,
  ): void {
    withConvention(withSource(program.command(name)))
      .description(about)
      .option('--jsonl', 'JSON Lines')
      .addOption(new Option('--json', 'one JSON document').conflicts('jsonl'))
      .action(async (options: Options) => {
        const { convention, json, jsonl } = options;
        const source = await openSource(cli, options);
        const lines = linesOf(source.graph(convention === undefined ? {} : { convention }), convention);
        const answer = completeness(source.gaps, 'any');
        if (jsonl) await output.jsonLines(lines);
        else if (json) await output.jsonList(name, lines, { completeness: answer });
        else await output.textLines(described(lines, describe));
        output.limited(answer);
      });
  }

  exporting<NodeLine>(
    'nodes',
    'everything that an attacker can hold, one a line',
    (graph, convention) => (convention === 'kubehound' ? kubehoundNodeLines(graph) : nodeLines(graph)),
    ({ id, jewel }) => (jewel === undefined ? show`${id}` : show`${id}  ★ ${jewel}`),
  );
  exporting<EdgeLine>(
    'edges',
    'every step that an attacker can take, one a line',
    (graph, convention) => (convention === 'kubehound' ? kubehoundEdgeLines(graph) : edgeLines(graph)),
    ({ type, from, with: others = [], to, note }) => {
      const holdings = joined(
        [from, ...others].map(({ id }) => show`${id}`),
        ' + ',
      );
      const step = show`${type}  ${holdings} → ${to.id}`;
      return note === undefined ? step : show`${step}  (${note})`;
    },
  );
}

function* described<Line>(lines: Iterable<Line>, describe: (line: Line) => Shown): Generator<Shown> {
  for (const line of lines) yield describe(line);
}
