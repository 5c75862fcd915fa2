import type { AttackPath } from '@firebreak/contract';
import type { Command } from 'commander';
import pc from 'picocolors';
import { pathsFrom } from '../../graph/blast.ts';
import { printJson, printText, reportCompleteness, visible } from '../output.ts';
import { openSource, type SourceOptions, withSource } from '../source-options.ts';
import type { World } from '../world.ts';

/** `firebreak paths`: the best ways from a start to a goal, or to the crown jewels. */
export function pathsCommand(program: Command, world: World): void {
  withSource(program.command('paths'))
    .description('the most likely ways from a node to a goal, or to the crown jewels')
    .requiredOption('--start <node>', 'what the attacker holds')
    .option('--goal <node>', 'what they are after; every crown jewel when left out')
    .option('--limit <number>', 'paths at the most', (text) => Math.max(1, Number.parseInt(text, 10) || 1), 10)
    .option('--json', 'one JSON document')
    .action(async (options: SourceOptions & { start: string; goal?: string; limit: number; json?: boolean }) => {
      const source = await openSource(world, options);
      const graph = source.graph();
      const goal = options.goal === undefined ? undefined : graph.resolve(options.goal);
      const answer = pathsFrom(graph, graph.resolve(options.start), goal, options.limit);
      if (options.json) await printJson(answer);
      else {
        if (answer.paths.length === 0)
          await printText(
            `Nothing${goal === undefined ? ' that matters' : ''} can be reached from ${answer.start.id}.`,
          );
        for (const path of answer.paths) await printText(`${describePath(path)}\n`);
      }
      reportCompleteness(answer.completeness);
    });
}

/** A path as a person reads it, one step a line. */
export function describePath(path: AttackPath): string {
  const head = `${pc.bold(visible(path.goal.id))}${path.jewel === undefined ? '' : `  ★ ${visible(path.jewel)}`}`;
  const steps = path.steps.map((step, index) => {
    const from = [step.from, ...(step.with ?? [])].map((node) => visible(node.id)).join(' + ');
    const group = step.group === undefined ? '' : pc.dim(`  (${visible(step.group)})`);
    return `  ${index + 1}. ${pc.cyan(step.type)}  ${from} → ${visible(step.to.id)}${group}\n     ${pc.dim(visible(step.what))}`;
  });
  return [head, ...steps].join('\n');
}
