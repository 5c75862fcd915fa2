/**
 * Agents as facts, from the configuration that makes them: who they are, what steers them (prompts, models), what they can call
 * (tools, MCP servers), and what these hold. There is no one schema for agents; these are the common parts of all forms. What
 * must stay true:
 *
 * - no value of a variable, header, argument or address that may be a secret is in here: only names, and what a value openly
 *   identifies (a key id, a role ARN, the subject of a token, a host);
 * - an MCP server that is reached over HTTP is named by its address, so that two clients of one server name the same thing; one
 *   that a client starts is the client's own;
 * - what is not said is `unknown`, never the harmless reading.
 */
import { z } from 'zod';
import { line, list, maybe } from './lenient.ts';

const id = z.string().min(1).max(2048);
/** Whether a person is asked before a call. */
export const approvals = ['asked', 'automatic', 'unknown'] as const;
export type Approval = (typeof approvals)[number];

/** What an agent may call at one MCP server. */
const serverUse = z.object({
  server: id,
  approval: z.enum(approvals),
  /** Tools that run without asking, and tools that are refused. */
  automatic: list(line()),
  denied: list(line()),
  /** Only these tools are offered to the agent; all when empty. */
  only: list(line()),
  /** What the agent's configuration calls it, and the file that says so, below the source. */
  called: maybe(line()),
  file: maybe(line(2048)),
});

export const agentAgent = z.object({
  name: line(),
  /** `claude-code`, `cursor`, `crewai`, `langgraph`, … */
  framework: line(64),
  /** Path of the file that makes it, below the source. */
  file: line(2048),
  /** Address of the repository that holds the file, when the source is a checkout. */
  repository: maybe(line(2048)),
  models: list(z.object({ endpoint: id, model: maybe(line()) })),
  prompts: list(id),
  servers: list(serverUse),
  /** Tools of its own, beyond those of MCP servers. */
  tools: list(
    z.object({
      name: line(),
      does: z.enum(['shell', 'files', 'web', 'code', 'retrieval', 'function']),
      approval: z.enum(approvals),
    }),
  ),
  /** Agents that it hands work to: ids, or addresses of other people's agents. */
  delegates: list(line(2048)),
  /** Where it retrieves from, as addresses of stores and collections. */
  retrieves: list(line(2048)),
  credentials: list(id),
  /** Commands that run on its events without asking. */
  hooks: list(z.object({ event: line(), program: line() })),
  mode: maybe(line(64)),
  /** What its files belong to, a repository or the source itself: its id begins with it. */
  home: maybe(line(1024)),
  /** The file of its permissions, below the source, where it has one of its own. */
  settings: maybe(line(2048)),
  /** Address at which it answers. */
  address: maybe(line(2048)),
  description: maybe(line(2048)),
  owner: maybe(line()),
});

export const agentPrompt = z.object({
  name: line(),
  /** Path below the source, or in the configuration. */
  file: line(2048),
  repository: maybe(line(2048)),
  /** Inside the agent's configuration, or a file of its own. */
  inline: z.boolean(),
});

export const agentModelEndpoint = z.object({
  /** `openai`, `anthropic`, `azure`, … */
  provider: maybe(line(64)),
  /** Without user, query and secret parts; absent where the provider's own address is meant. */
  address: maybe(line(2048)),
});

const launched = z.object({
  /** Program without its folder. */
  command: line(),
  /** The package that is fetched and run, when it is one. */
  package: maybe(
    z.object({
      registry: z.enum(['npm', 'pypi', 'oci']),
      name: line(),
      /** As written: a version, a range, a tag, a digest. */
      version: maybe(line()),
      /** Whether the same code comes next time. */
      pinned: z.boolean(),
    }),
  ),
  /** Address of a repository that is fetched and run (`npx github:…`, `uvx --from git+…`). */
  repository: maybe(line(2048)),
});

export const agentMcpServer = z.object({
  name: line(),
  transport: z.enum(['stdio', 'http', 'sse', 'websocket', 'unknown']),
  address: maybe(line(2048)),
  launch: maybe(launched),
  credentials: list(id),
  /** Where it reads from or writes to, as addresses without secrets: databases, stores, hosts. */
  targets: list(line(2048)),
  /** Whether its tools were listed by the server itself. */
  listed: z.boolean(),
  version: maybe(line()),
  repository: maybe(line(2048)),
});

export const agentTool = z.object({
  server: id,
  name: line(),
  title: maybe(line()),
  /** As the server says: hints, not guarantees (MCP specification, tool annotations). */
  readOnly: maybe(z.boolean()),
  destructive: maybe(z.boolean()),
  openWorld: maybe(z.boolean()),
});

export const credentialPlaces = ['environment', 'header', 'argument', 'address', 'file'] as const;
/** What a credential is known to be or to open, without the secret. */
export const credentialMarks = [
  'aws-access-key',
  'aws-role',
  'kubernetes-service-account',
  'kubernetes-user',
  'token-issuer',
  'token-subject',
  'address',
] as const;

export const agentCredential = z.object({
  holder: id,
  /** Name of the variable, the header, or the part. */
  name: line(),
  place: z.enum(credentialPlaces),
  /** Written into the file, rather than taken from somewhere when it is needed. */
  inFile: z.boolean(),
  /** Where it is taken from: `env:GITHUB_TOKEN`, `input:token`, a node id of a secret. */
  from: maybe(line(2048)),
  /** `github`, `aws`, `database`, … */
  system: maybe(line(64)),
  /** Address of the repository of whose checkout the file is. */
  repository: maybe(line(2048)),
  marks: list(z.object({ mark: z.enum(credentialMarks), value: line(2048) })),
  created: maybe(line(40)),
  expires: maybe(line(40)),
});

export const agentFactSchemas = {
  'agent.agent': agentAgent,
  'agent.prompt': agentPrompt,
  'agent.model-endpoint': agentModelEndpoint,
  'agent.mcp-server': agentMcpServer,
  'agent.tool': agentTool,
  'agent.credential': agentCredential,
} as const;
export type AgentFactKind = keyof typeof agentFactSchemas;
