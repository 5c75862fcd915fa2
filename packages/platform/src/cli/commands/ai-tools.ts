import type { AiTool, AiTools, NodeId } from '@firebreak/contract';
import type { Command } from 'commander';
import { actingNodes } from '../../events/acting-nodes.ts';
import { readEvents } from '../../events/read-events.ts';
import { aiToolsOf } from '../../inventory/ai-tools.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { joined, type Shown, show, table } from '../shown.ts';
import { openSource, repeated, type SourceOptions, withJson, withSource } from '../source-options.ts';

interface AiToolsOptions extends SourceOptions {
  readonly events?: string[];
  readonly json?: boolean;
}

const shownRows = 60;
/** Nodes of which the last event is remembered. */
const mostNodes = 500_000;

/** `firebreak ai-tools`: agents, tool servers, models and guardrails as non-human identities. */
export function aiToolsCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  withJson(withSource(program.command('ai-tools')))
    .description('AI tools as non-human identities: what each acts with, what ends by itself, when it was last seen')
    .option('--events <path>', 'folder or file of events, - for standard input; may be repeated', repeated)
    .action(async (options: AiToolsOptions) => {
      const source = await openSource(cli, options);
      const seen = await atWork(cli, 'Reading events', (signal) => lastSeen(options.events ?? [], cli, signal));
      const answer = aiToolsOf(source.graph(), seen);
      if (options.json) await output.json(answer);
      else await output.text(describe(answer));
      output.limited(answer.completeness);
    });
}

/** Of each node that acted, the last thing that it did. */
async function lastSeen(paths: readonly string[], cli: CommandLine, signal: AbortSignal) {
  const seen = new Map<NodeId, { readonly time: string; readonly operation: string }>();
  for (const path of paths)
    for await (const read of readEvents(path, new Date(), signal, cli.terminal.input)) {
      if (!('event' in read)) continue;
      const { event } = read;
      for (const id of actingNodes(event)) {
        const known = seen.get(id);
        if ((known === undefined && seen.size < mostNodes) || (known !== undefined && known.time < event.time))
          seen.set(id, { time: event.time, operation: event.operation });
      }
    }
  return seen;
}

function describe({ tools, counts }: AiTools): Shown {
  return joined([
    ...(tools.length === 0
      ? []
      : [
          table(
            ['tool', 'run by', 'acts as', 'lasts', 'of', 'grants', 'shared with', 'last seen'],
            tools.flatMap(rowsOf).slice(0, shownRows),
          ),
        ]),
    show`${counts.total} AI tools: of ${counts.identified} an identity is known, ${counts.longLived} have one that does not end by itself, ${counts.seen} were seen in events.`,
  ]);
}

/** One row for each identity that a tool acts with. */
function rowsOf({ id, runBy, actsAs, lastSeen }: AiTool): (string | number)[][] {
  const [by, seen] = [runBy.map((each) => each.id).join(', '), lastSeen?.time ?? ''];
  if (actsAs.length === 0) return [[id, by, 'unknown', '', '', '', '', seen]];
  return actsAs.map((actor) => [
    id,
    by,
    actor.id,
    actor.lasts,
    actor.of,
    actor.grants.length,
    actor.sharedWith.length,
    seen,
  ]);
}
