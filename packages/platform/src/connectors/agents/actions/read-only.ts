import { isDeepStrictEqual } from 'node:util';
import { defineAction } from '@firebreak/contract';
import { z } from 'zod';
import { type FileState, fileChange, fileState } from '../../../exchange/file-change.ts';
import { valueAt } from '../../../exchange/text-edits.ts';
import type { AgentsSession } from '../session.ts';
import { denyRules, isClaudeSettings } from './exchange/claude-rules.ts';
import { deskOf, nameOf, ofAgent, readAgain, untilRestarted } from './exchange/desk.ts';
import { impactOf } from './impact/legitimate-use.ts';

const params = z
  .object({
    ...ofAgent,
    /** MCP servers (`mcp__tracker`) and single tools of them (`mcp__tracker__close`) that may change something. */
    deny: z.array(z.string().regex(/^mcp__[^\s(),*]{1,600}$/, 'no rule about MCP')).max(1000),
  })
  .refine(({ file }) => isClaudeSettings(file), 'no settings of Claude Code');
type Params = z.infer<typeof params>;

/** What changes files, runs commands or fetches from anywhere. */
const writing = ['Bash', 'Edit', 'Write', 'NotebookEdit', 'WebFetch'];
const [mode, rules] = [
  ['permissions', 'defaultMode'],
  ['permissions', 'deny'],
];
const wanted = (value: unknown, { deny }: Params) => [
  { path: mode, value: 'plan' },
  { path: rules, value: denyRules(value, [...writing, ...deny]) },
];

const { look: _, ...change } = fileChange<Params, AgentsSession>(deskOf, {
  file: ({ file }) => file,
  object: ({ agent }) => agent,
  places: () => [mode, rules],
  edits: (value, of) => wanted(value, of).filter((edit) => !isDeepStrictEqual(valueAt(value, edit.path), edit.value)),
  shown: ({ deny }) => ({ mode: 'plan', deny: [...writing, ...deny] }),
});

/**
 * Lets an agent read and plan, and nothing else. The mode says it to people and to the agent; the rules that deny are what holds, since
 * whoever sits at the agent may change its mode.
 */
export default defineAction<Params, FileState, AgentsSession>({
  id: 'agents.read-only',
  title: 'Make agent read-only',
  stage: 'access',
  targetKinds: ['Agent'],
  params,
  before: fileState,
  permissions: ['write the file, and beside it'],
  target: (of) => ({ kind: 'Agent', id: of.agent, name: nameOf(of) }),
  describe: (of) =>
    `Let ${nameOf(of)} read and plan only: no commands, no edits, no fetching, none of ${of.deny.length} MCP servers and tools that may write, in ${of.file}. Agents that run have to be restarted.`,
  undoes: (of) => `${of.file} is as it was, to the byte, or with what others changed in it since.`,
  drastic: () => false,
  takes: () => 5,
  impact: (of, estate) => impactOf('read-only', estate, of.agent, 'It changes nothing and runs nothing.'),
  ...change,
  probe: async (attempt, of) => {
    const agent = await readAgain(attempt, of.agent);
    const left = agent?.tools.filter(({ does }) => does === 'shell' || does === 'files' || does === 'web') ?? [];
    return [
      {
        what: `${nameOf(of)} is given nothing that writes when it starts`,
        result: agent?.mode === 'plan' && left.length === 0 ? 'holds' : 'fails',
        evidence: `Its files were read again: mode ${agent?.mode ?? 'none'}, ${left.length} tools that write.`,
      },
      untilRestarted(of),
    ];
  },
});
