import { completeness } from '@firebreak/contract';
import type { Command } from 'commander';
import { kubehoundEdgeLines, kubehoundNodeLines } from '../../graph/convention/kubehound.ts';
import { edgeLines, nodeLines } from '../../graph/exports.ts';
import { printLines, printText, reportCompleteness } from '../output.ts';
import { openSource, type SourceOptions, withConvention, withSource } from '../source-options.ts';
import type { World } from '../world.ts';

type Options = SourceOptions & { jsonl?: boolean };

/** `firebreak nodes` and `firebreak edges`: the graph as lines, in our words or in KubeHound's. */
export function exportCommands(program: Command, world: World): void {
  withConvention(withSource(program.command('nodes')))
    .description('everything that an attacker can hold, one a line')
    .option('--jsonl', 'JSON Lines')
    .action(async (options: Options) => {
      const { source, graph } = await open(world, options);
      const lines = options.convention === 'kubehound' ? kubehoundNodeLines(graph) : nodeLines(graph);
      if (options.jsonl) await printLines(lines);
      else
        for (const line of lines) await printText(`${line.id}${line.jewel === undefined ? '' : `  ★ ${line.jewel}`}`);
      reportCompleteness(completeness(source.gaps, 'any'));
    });
  withConvention(withSource(program.command('edges')))
    .description('every step that an attacker can take, one a line')
    .option('--jsonl', 'JSON Lines')
    .action(async (options: Options) => {
      const { source, graph } = await open(world, options);
      const lines = options.convention === 'kubehound' ? kubehoundEdgeLines(graph) : edgeLines(graph);
      if (options.jsonl) await printLines(lines);
      else {
        for (const line of lines) {
          const from = [line.from, ...(line.with ?? [])].map((node) => node.id).join(' + ');
          await printText(`${line.type}  ${from} → ${line.to.id}${line.note === undefined ? '' : `  (${line.note})`}`);
        }
      }
      reportCompleteness(completeness(source.gaps, 'any'));
    });
}

async function open(world: World, options: Options) {
  const source = await openSource(world, options);
  return { source, graph: source.graph(options.convention === undefined ? {} : { convention: options.convention }) };
}
