import { isDeepStrictEqual } from 'node:util';
import { defineAction } from '@firebreak/contract';
import { z } from 'zod';
import { type FileState, fileChange, fileState } from '../../../exchange/file-change.ts';
import { type Edit, type Path, valueAt } from '../../../exchange/text-edits.ts';
import { array } from '../../../intake/foreign.ts';
import { entriesOf, productOf } from '../forms/mcp-clients.ts';
import type { AgentsSession } from '../session.ts';
import { denyRules, isClaudeSettings } from './exchange/claude-rules.ts';
import { deskOf, nameOf, ofAgent, readAgain, untilRestarted, wordParam } from './exchange/desk.ts';
import { impactOf } from './impact/legitimate-use.ts';

const tools = z.array(wordParam).max(1000);
const params = z.object({
  ...ofAgent,
  /** As the file calls it. */
  server: wordParam,
  /** What is left of it. */
  allow: tools,
  /** What it is known to have besides. */
  deny: tools.min(1),
});
type Params = z.infer<typeof params>;

/** The lists that decide, each with what should be in it. */
function lists(value: unknown, of: Params): readonly { readonly path: Path; readonly wanted: readonly unknown[] }[] {
  if (isClaudeSettings(of.file)) {
    const path = ['permissions', 'deny'];
    return [
      {
        path,
        wanted: denyRules(
          value,
          of.deny.map((tool) => `mcp__${of.server}__${tool}`),
        ),
      },
    ];
  }
  const product = productOf(of.file);
  const list = product.toolList;
  if (list === undefined) return [];
  return entriesOf(value, product, of.server).map((entry) => {
    const path = [...entry, list];
    const present = array(valueAt(value, path));
    if (list === 'includeTools') {
      // A list that was there already may have held it to less.
      const wanted = present.length === 0 ? of.allow : present.filter((tool) => !of.deny.includes(String(tool)));
      return { path, wanted };
    }
    return { path, wanted: [...present, ...of.deny.filter((tool) => !present.includes(tool))] };
  });
}

const { look: _, ...change } = fileChange<Params, AgentsSession>(deskOf, {
  file: ({ file }) => file,
  object: ({ agent }) => agent,
  places: (value, of) => lists(value, of).map(({ path }) => path),
  edits: (value, of) =>
    lists(value, of).flatMap(({ path, wanted }): Edit[] =>
      isDeepStrictEqual(valueAt(value, path), wanted) ? [] : [{ path, value: wanted }],
    ),
  shown: ({ server, allow, deny }) => ({ server, allow, deny }),
});

/** Leaves an agent some tools of an MCP server and denies it the others, in the agent's own configuration. */
export default defineAction<Params, FileState, AgentsSession>({
  id: 'agents.allow-tools',
  title: 'Allow an agent some tools only',
  stage: 'access',
  targetKinds: ['Agent'],
  params,
  before: fileState,
  permissions: ['write the file, and beside it'],
  target: (of) => ({ kind: 'Agent', id: of.agent, name: nameOf(of) }),
  describe: (of) =>
    `Deny ${nameOf(of)} ${of.deny.slice(0, 5).join(', ')}${of.deny.length > 5 ? ', …' : ''} of MCP server ${of.server}, in ${of.file}. Agents that run have to be restarted.`,
  undoes: (of) => `${of.file} is as it was, to the byte, or with what others changed in it since.`,
  drastic: () => false,
  takes: () => 5,
  impact: (of, estate) =>
    impactOf(
      'allow-tools',
      estate,
      of.agent,
      `Of ${of.server} it has ${of.allow.length} tools left of ${of.allow.length + of.deny.length}.`,
    ),
  ...change,
  probe: async (attempt, of) => {
    const agent = await readAgain(attempt, of.agent);
    const uses = agent?.servers.filter(({ called }) => called === of.server) ?? [];
    const open = of.deny.filter((tool) =>
      uses.some(({ denied, only }) => !denied.includes(tool) && (only.length === 0 || only.includes(tool))),
    );
    return [
      {
        what: `${nameOf(of)} is not given the denied tools of ${of.server} when it starts`,
        result: open.length === 0 ? 'holds' : 'fails',
        evidence: `Its files were read again: ${open.length} of ${of.deny.length} denied tools are offered.`,
      },
      untilRestarted(of),
    ];
  },
});
