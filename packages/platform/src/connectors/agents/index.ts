/**
 * Agents, their tools and what these hold, from the files that configure them. `agents:<folder | file | ->` reads the forms in
 * `forms/`; `agents:mcp=<url>` asks a running MCP server over streamable HTTP for its tools (bearer token from
 * FIREBREAK_MCP_TOKEN). Servers over stdio are never started: starting one runs foreign code with our rights.
 */
import { type AnyFact, type Connector, FirebreakError, type Gap } from '@firebreak/contract';
import { z } from 'zod';
import { checkSource } from '../../intake/documents/read-documents.ts';
import { textAt } from '../../intake/foreign.ts';
import { openAddress } from '../../intake/open-address.ts';
import { actions } from './actions/index.ts';
import { AgentDraft } from './draft.ts';
import { readAgentFiles } from './files.ts';
import { type AgentsSession, openSession } from './session.ts';

const config = z.object({
  /** A folder, a file, `-`, or `mcp=<url>`. */
  from: z.string().min(1),
  /** Milliseconds for everything that is asked of a running server. */
  timeoutMs: z.number().int().positive().default(30_000),
});
type AgentsConfig = z.output<typeof config>;

const live = /^mcp=(https?:\/\/.+)$/;

const reading = `# Files: reading them. Nothing else is opened, started or asked.
# A running MCP server (agents:mcp=<url>): a token that may call initialize and tools/list; no tool is ever called.
#   FIREBREAK_MCP_TOKEN=<token>
`;

const acting = `# To act: writing the files that the steps name, and beside them (a copy of each as it was stays until it is undone).
`;

const agents: Connector<AgentsConfig, AgentsSession> = {
  id: 'agents',
  title: 'Agents and MCP',
  config: config as z.ZodType<AgentsConfig>,
  permissions: (wanted) => (actions.some(({ id }) => wanted.includes(id)) ? `${reading}${acting}` : reading),
  parse: (spec) => {
    if (spec === '') throw new FirebreakError('FB-USAGE', 'agents: needs a folder, a file, - or mcp=<url>.');
    if (spec.startsWith('mcp=') && (!live.test(spec) || !URL.canParse(spec.slice(4))))
      throw new FirebreakError('FB-USAGE', 'agents:mcp= needs an http or https address.');
    return config.parse({ from: spec });
  },
  connect: async (settings) => {
    if (!live.test(settings.from)) await checkSource(settings.from);
    return openSession(settings);
  },
  close: async () => {},
  async *collect({ from, timeoutMs, homes }, signal) {
    const url = live.exec(from)?.[1];
    let read: { readonly facts: readonly AnyFact[]; readonly gaps: readonly Gap[] };
    if (url === undefined) read = await readAgentFiles(from, signal, undefined, homes);
    else {
      const draft = new AgentDraft();
      // Loaded only when it is needed: it brings a web server along.
      const { readLiveServer } = await import('./live.ts');
      await readLiveServer({ url, token: process.env.FIREBREAK_MCP_TOKEN, timeoutMs }, draft, signal);
      read = draft.finish();
    }
    for (const gap of read.gaps) yield { gap };
    for (const fact of read.facts) {
      signal.throwIfAborted();
      yield { fact };
    }
  },
  address: ({ from }) => (from === '-' ? 'standard input' : (openAddress(live.exec(from)?.[1] ?? '')?.address ?? from)),
  canAct: ({ root }) => root !== undefined,
  answersFor: ({ homes }, params) => homes.has(textAt(params, 'home') ?? ''),
  actions,
};

export default agents;
