import { nodeRef, type Scope, type ScopeAnswer } from '@firebreak/contract';
import type { Command } from 'commander';
import { reach } from '../../graph/reach.ts';
import { scopeOf } from '../../planning/scope.ts';
import type { CommandLine } from '../command-line.ts';
import { bold, dim, joined, type Shown, show, table } from '../shown.ts';
import { openSource, repeated, type SourceOptions, withJson, withSource } from '../source-options.ts';
import { startingPoints } from '../starting-points.ts';

const shownRows = 20;

export const scopeWords: Record<Scope['answer'], string> = {
  isolated: 'Isolated.',
  wider: 'The first step of something wider.',
  'cannot-tell': 'Nobody can tell how far it goes.',
};

/** `firebreak scope`: isolated, or the first step of something wider. */
export function scopeCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  withJson(withSource(program.command('scope')))
    .description('whether it is isolated or the first step of something wider, and where the known world ends')
    .requiredOption('--compromised <node>', 'what the attacker holds; may be repeated', repeated)
    .action(async (options: SourceOptions & { compromised: string[]; json?: boolean }) => {
      const source = await openSource(cli, options);
      const graph = source.graph();
      const compromised = startingPoints(graph, options.compromised, output);
      const answer: ScopeAnswer = {
        compromised: compromised.map((node) => nodeRef(graph.nodeAt(node))),
        ...scopeOf(graph, compromised, reach(graph.hypergraph, compromised)),
        completeness: graph.completeness,
      };
      if (options.json) await output.json(answer);
      else await output.text(describeScope(answer));
      output.limited(answer.completeness);
    });
}

function describeScope({
  answer,
  reasons,
  boundaries,
  upstream,
  upstreamCount,
  frontier,
  frontierCount,
}: Scope): Shown {
  return joined([
    bold(scopeWords[answer]),
    ...reasons.map((reason) => show`  ${reason}`),
    table(
      ['within reach', 'nodes', 'crown jewels'],
      boundaries
        .slice(0, shownRows)
        .map(({ name, reached, jewels, own }) => [
          own ? show`${name} ${dim('(where it began)')}` : name,
          reached,
          jewels,
        ]),
    ),
    ...(upstream.length === 0 ? [] : [show`Leads to it in one step (${upstreamCount}):`]),
    ...upstream.slice(0, shownRows).map(({ id, by }) => show`  ${id}  ${dim(by)}`),
    ...(frontier.length === 0 ? [] : [show`Where the known world ends (${frontierCount}):`]),
    ...frontier
      .slice(0, shownRows)
      .map(({ node, hops, why, next }) => show`  ${node.id}  ${dim(show`${hops} steps away`)}\n    ${why} ${next}`),
  ]);
}
