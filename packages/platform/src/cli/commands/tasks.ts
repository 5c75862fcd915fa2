import type { Command } from 'commander';
import { agentCallOf } from '../../detection/agent/call.ts';
import { readScopeFolder } from '../../detection/agent/scope/index.ts';
import { type Judgement, judgeCall, type Used } from '../../detection/agent/scope/judge-call.ts';
import type { TaskScope } from '../../detection/agent/scope/task-scope.ts';
import { readEvents } from '../../events/read-events.ts';
import { atWork, type CommandLine } from '../command-line.ts';
import { joined, show, table } from '../shown.ts';
import { repeated, withJson } from '../source-options.ts';

interface TasksOptions {
  readonly events?: string[];
  readonly json?: boolean;
}

interface AgentTally {
  readonly agent: string;
  readonly task: string;
  inside: number;
  outside: number;
  noScope: number;
  /** Different reasons, the first of them. */
  readonly why: Set<string>;
}

const mostAgents = 1000;
const mostReasons = 20;
const mostConversations = 10_000;

/** `firebreak tasks`: whether the scopes of agents' tasks are sound, and what they would have said of recorded calls. */
export function tasksCommand(program: Command, cli: CommandLine): void {
  const { output } = cli;
  const tasks = program.command('tasks').description('check what agents may do for their tasks (task scopes)');
  withJson(tasks.command('check <folder>'))
    .description('read all task scopes, say what is refused and why, and try them on recorded events')
    .option('--events <path>', 'folder or file of events, - for standard input; may be repeated', repeated)
    .action(async (folder: string, options: TasksOptions) => {
      const { scopes, problems } = readScopeFolder(folder);
      const { agents, unread } = await atWork(cli, 'Reading events', (signal) =>
        judged(scopes, options.events ?? [], cli, signal),
      );
      const names = scopes.map(({ name, file, allow, deny }) => ({
        name,
        file,
        allow: allow.length,
        deny: deny.length,
      }));
      const rows = agents.map(({ why, ...each }) => ({ ...each, why: [...why] }));
      if (options.json) await output.json({ scopes: names, problems, agents: rows, unread });
      else
        await output.text(
          joined([
            ...(problems.length === 0
              ? []
              : [
                  table(
                    ['refused', 'why'],
                    problems.map(({ file, line, reason }) => [`${file}:${line}`, reason]),
                  ),
                ]),
            ...(rows.length === 0
              ? []
              : [
                  table(
                    ['agent', 'task', 'inside', 'outside', 'no scope', 'why outside'],
                    rows.map(({ agent, task, inside, outside, noScope, why }) => [
                      agent,
                      task,
                      inside,
                      outside,
                      noScope,
                      why[0] ?? '',
                    ]),
                  ),
                ]),
            ...(unread === 0 ? [] : [show`${unread} events could not be read: the counts are too low`]),
            show`${scopes.length} scopes loaded; ${problems.length} refused`,
          ]),
        );
      if (problems.length > 0 || rows.some(({ outside }) => outside > 0)) output.checkFailed();
    });
}

async function judged(
  scopes: readonly TaskScope[],
  paths: readonly string[],
  cli: CommandLine,
  signal: AbortSignal,
): Promise<{ readonly agents: readonly AgentTally[]; readonly unread: number }> {
  const agents = new Map<string, AgentTally>();
  const used = new Map<string, Map<string, Used>>();
  let unread = 0;
  for (const path of paths)
    for await (const read of readEvents(path, new Date(), signal, cli.terminal.input)) {
      if ('gap' in read) unread += 1;
      if (!('event' in read)) continue;
      const call = agentCallOf(read);
      if (call === undefined) continue;
      const conversation = used.get(call.conversation) ?? new Map<string, Used>();
      used.delete(call.conversation);
      used.set(call.conversation, conversation);
      if (used.size > mostConversations) for (const [oldest] of [...used].slice(0, 1000)) used.delete(oldest);
      const key = JSON.stringify([call.agent, call.task]);
      const tally = agents.get(key) ?? tallyOf(call.agentName, call.task ?? '');
      if (agents.size < mostAgents) agents.set(key, tally);
      count(tally, judgeCall(scopes, call, conversation));
    }
  return { agents: [...agents.values()], unread };
}

function tallyOf(agent: string, task: string): AgentTally {
  return { agent, task, inside: 0, outside: 0, noScope: 0, why: new Set() };
}

function count(tally: AgentTally, judgement: Judgement): void {
  if (judgement.is === 'inside') tally.inside += 1;
  else if (judgement.is === 'no scope') tally.noScope += 1;
  else {
    tally.outside += 1;
    if (tally.why.size < mostReasons) tally.why.add(`${judgement.where}: ${judgement.why}`);
  }
}
