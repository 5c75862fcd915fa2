/**
 * A LiteLLM proxy as facts, in the words of its configuration and its management API. A proxy is named as by `serverName`. What
 * must stay true: of every credential the name of the variable or of the entry, and never a value; of a virtual key its hash,
 * by which the proxy itself knows it; of commands and headers names only.
 */
import { z } from 'zod';
import { line, list, maybe } from './lenient.ts';

const server = line(512);
const word = line(512);
const time = maybe(line(40));
const names = list(word);

const budget = z.object({
  /** In dollars. */
  max: maybe(z.number()),
  spent: maybe(z.number()),
  /** `30d`: how long until what was spent is forgotten. */
  period: maybe(line(64)),
  tokensPerMinute: maybe(z.number()),
  requestsPerMinute: maybe(z.number()),
});
/** What an MCP grant names: servers, groups of servers, and tools by server. */
const mcp = z.object({
  servers: names,
  groups: names,
  tools: z.preprocess((value) => value ?? {}, z.record(word, z.array(word))),
});

export const litellmProxy = z.object({
  server,
  version: maybe(line(64)),
  /** `none`: whoever reaches it is its administrator. */
  authentication: z.enum(['none', 'key', 'unknown']),
  /** Without a database there are no keys, teams and users. */
  database: z.enum(['connected', 'none', 'unknown']),
  /** The variable that the master key comes from; `inline` when it stands in the file. */
  masterKey: maybe(word),
  fallbacks: list(z.object({ model: word, to: names })),
  /** Names that another model answers for, whatever deployments they have. */
  aliases: list(z.object({ model: word, to: word })),
});

/** One way to answer for a model: several of them share the name by which it is called. */
export const litellmDeployment = z.object({
  server,
  model: word,
  deployment: word,
  provider: maybe(word),
  /** As the provider calls it. */
  upstream: maybe(word),
  /** Without name, password and query. */
  apiBase: maybe(line(2048)),
  /** Where its credential comes from: variables, an entry of the proxy's own list, the file itself; `none`: not named. */
  credential: z.object({ kind: z.enum(['environment', 'stored', 'inline', 'none', 'untold']), names }),
  accessGroups: names,
  team: maybe(word),
  /** Whether it is kept in the proxy's database, where the API may change it, and not in its file. */
  stored: maybe(z.boolean()),
  /** Whether an administrator has stopped it. */
  blocked: maybe(z.boolean()),
});

export const litellmCredential = z.object({
  server,
  name: word,
  provider: maybe(word),
  /** What it consists of: `api_key`, `aws_access_key_id`. */
  parts: names,
  /** The variables that they come from. */
  environment: names,
});

export const litellmKey = z.object({
  server,
  /** SHA-256 of the key. */
  token: line(128),
  /** `sk-...abcd`, as the proxy shows it. */
  name: maybe(line(64)),
  alias: maybe(word),
  user: maybe(word),
  team: maybe(word),
  /** Empty: all that its team may, or all. */
  models: names,
  mcp,
  budget,
  routes: names,
  blocked: z.boolean(),
  created: time,
  expires: time,
  lastUsed: time,
  autoRotates: maybe(z.boolean()),
});

export const litellmTeam = z.object({
  server,
  team: word,
  alias: maybe(word),
  models: names,
  mcp,
  budget,
  members: list(z.object({ user: word, role: maybe(line(64)) })),
  blocked: z.boolean(),
});

export const litellmUser = z.object({
  server,
  user: word,
  alias: maybe(word),
  /** `proxy_admin`, `proxy_admin_viewer`, `internal_user`, … */
  role: maybe(line(64)),
  teams: names,
  models: names,
  budget,
});

export const litellmGuardrail = z.object({
  server,
  name: word,
  provider: maybe(word),
  mode: names,
  /** Whether it looks at every request, or only at those that ask for it. */
  always: z.boolean(),
});

export const litellmMcpServer = z.object({
  server,
  id: word,
  name: word,
  alias: maybe(word),
  url: maybe(line(2048)),
  transport: maybe(line(32)),
  /** The program of a local one, without its arguments. */
  command: maybe(word),
  /** `bearer_token`, `api_key`, `oauth2`, …; absent: it asks for nothing. */
  auth: maybe(line(64)),
  /** Variables that it is given, and that its credential comes from. */
  environment: names,
  groups: names,
  /** Empty: all. */
  tools: names,
  /** Whether every key may use it. */
  allKeys: z.boolean(),
  /** Whether it is kept in the proxy's database and not in its file. */
  stored: maybe(z.boolean()),
});

export const litellmFactSchemas = {
  'litellm.proxy': litellmProxy,
  'litellm.deployment': litellmDeployment,
  'litellm.credential': litellmCredential,
  'litellm.key': litellmKey,
  'litellm.team': litellmTeam,
  'litellm.user': litellmUser,
  'litellm.guardrail': litellmGuardrail,
  'litellm.mcp-server': litellmMcpServer,
} as const;

/** Ids of facts and nodes. */
export function litellmId(
  kind:
    | 'Proxy'
    | 'Anonymous'
    | 'MasterKey'
    | 'Deployment'
    | 'Model'
    | 'Credential'
    | 'Key'
    | 'Team'
    | 'User'
    | 'Guardrail'
    | 'McpServer'
    | 'Tool',
  server: string,
  name?: string,
): string {
  return `litellm:${kind}/${server}${name === undefined ? '' : `/${name}`}`;
}
