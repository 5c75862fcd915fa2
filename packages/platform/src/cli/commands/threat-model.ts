import { type Command, Option } from 'commander';
import { threatModelOf } from '../../inventory/threat-model.ts';
import { threatModelMarkdown } from '../../inventory/threat-model-markdown.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { joined, show } from '../shown.ts';
import { openSource, type SourceOptions, withSource } from '../source-options.ts';

/** `firebreak threat-model`: the threat model of an asset, as a document. */
export function threatModelCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  withSource(program.command('threat-model <asset>'))
    .description('entry points, paths, techniques, mitigations and gaps of an asset, as Markdown')
    .addOption(new Option('--json', 'one JSON document instead'))
    .action(async (asset: string, options: SourceOptions & { json?: boolean }) => {
      const source = await openSource(cli, options);
      const answer = await atWork(cli, 'Modelling threats', async () => {
        const graph = source.graph();
        return threatModelOf(graph, graph.resolve(asset));
      });
      if (options.json) await output.json(answer);
      else
        await output.text(
          joined(
            threatModelMarkdown(answer)
              .split('\n')
              .map((line) => show`${line}`),
          ),
        );
      output.limited(answer.completeness);
    });
}
