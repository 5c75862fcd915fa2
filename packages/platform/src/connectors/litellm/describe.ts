/**
 * LiteLLM's objects as facts. What must stay true: a value is looked at only to see whether it is a reference to a variable
 * (`os.environ/NAME`), and the name of the variable is all that is kept of it. The proxy itself shows secrets in places (the
 * environment of local MCP servers, headers), so nothing of an object is kept that is not named here.
 */
import { createHash } from 'node:crypto';
import { type Collected, litellmId } from '@firebreak/contract';
import { array, at, field, record, text, textAt } from '../../intake/foreign.ts';
import { factMaker } from '../../intake/parse-fact.ts';

const make = factMaker('litellm');
/** Entries of one list of one object. */
const maxEntries = 2000;

export interface Place {
  readonly server: string;
  /** Address or file, for the provenance. */
  readonly at: string;
}

export function proxyFact({ server, at: where }: Place, data: object): Collected {
  return make('litellm.proxy', litellmId('Proxy', server), { server, ...data }, where);
}

/** `entry`: `{model_name, litellm_params, model_info}`, from the file or from the API, which leaves secrets out. */
export function deploymentFact(
  { server, at: where }: Place,
  entry: unknown,
  index: number,
  from: 'file' | 'proxy',
): Collected {
  const model = textAt(entry, 'model_name') ?? '';
  const parameters = field(entry, 'litellm_params');
  const upstream = plain(textAt(parameters, 'model'));
  const deployment = textAt(entry, 'model_info', 'id') ?? `${from}-${index}`;
  const data = {
    server,
    model,
    deployment,
    provider: textAt(parameters, 'custom_llm_provider') ?? providerOf(upstream),
    upstream,
    apiBase: address(textAt(parameters, 'api_base') ?? textAt(parameters, 'base_url')),
    credential: credentialOf(parameters, from),
    accessGroups: words(at(entry, 'model_info', 'access_groups')),
    team: textAt(entry, 'model_info', 'team_id'),
    stored: from === 'file' ? false : flag(at(entry, 'model_info', 'db_model')),
    blocked: flag(at(entry, 'model_info', 'blocked')),
  };
  const id = litellmId('Deployment', server, `${model}/${deployment}`);
  return make('litellm.deployment', id, data, `${where}/models/${model}`);
}

/** Before the first slash, which is how LiteLLM tells providers apart. */
function providerOf(upstream: string | undefined): string | undefined {
  const slash = upstream?.indexOf('/') ?? -1;
  return slash > 0 ? upstream?.slice(0, slash) : undefined;
}

const secretParameter = /(^|_)(key|secret|token|password|credentials?|access_key_id)$/;

function credentialOf(parameters: unknown, from: 'file' | 'proxy') {
  const stored = textAt(parameters, 'litellm_credential_name');
  if (stored !== undefined) return { kind: 'stored', names: [stored] };
  const variables: string[] = [];
  let inline = false;
  for (const [name, value] of Object.entries(record(parameters) ?? {})) {
    if (!secretParameter.test(name) || value === null || value === '') continue;
    const variable = variableOf(value);
    if (variable === undefined) inline = true;
    else variables.push(variable);
  }
  if (variables.length > 0) return { kind: 'environment', names: [...new Set(variables)].sort() };
  if (inline) return { kind: 'inline', names: [] };
  return { kind: from === 'file' ? 'none' : 'untold', names: [] };
}

/** The name in `os.environ/NAME`. */
export function variableOf(value: unknown): string | undefined {
  return /^os\.environ\/([A-Za-z_]\w{0,255})$/.exec(text(value) ?? '')?.[1];
}

export function credentialFact({ server, at: where }: Place, entry: unknown): Collected {
  const name = textAt(entry, 'credential_name') ?? '';
  const values = record(field(entry, 'credential_values')) ?? {};
  const data = {
    server,
    name,
    provider: textAt(entry, 'credential_info', 'custom_llm_provider'),
    parts: Object.keys(values).sort().slice(0, maxEntries),
    environment: Object.values(values)
      .flatMap((value) => variableOf(value) ?? [])
      .sort(),
  };
  return make('litellm.credential', litellmId('Credential', server, name), data, `${where}/credentials/${name}`);
}

export function keyFact({ server, at: where }: Place, key: unknown): Collected {
  const written = textAt(key, 'token') ?? '';
  // A proxy gives hashes. Should one give the key itself, it ends here.
  const token = /^[0-9a-f]{64}$/.test(written) ? written : createHash('sha256').update(written).digest('hex');
  const data = {
    server,
    token,
    name: shownName(textAt(key, 'key_name')),
    alias: textAt(key, 'key_alias'),
    user: textAt(key, 'user_id'),
    team: textAt(key, 'team_id'),
    models: words(field(key, 'models')),
    mcp: mcpOf(key),
    budget: budgetOf(key),
    routes: words(field(key, 'allowed_routes')),
    blocked: field(key, 'blocked') === true,
    created: textAt(key, 'created_at'),
    expires: textAt(key, 'expires'),
    lastUsed: textAt(key, 'last_active'),
    autoRotates: field(key, 'auto_rotate') === true ? true : undefined,
  };
  return make('litellm.key', litellmId('Key', server, token), data, `${where}/keys/${token}`);
}

/** `sk-...` with the last four characters: anything longer would be the key. */
function shownName(name: string | undefined): string | undefined {
  return name !== undefined && /^sk-\.\.\..{0,6}$/.test(name) ? name : undefined;
}

export function teamFact({ server, at: where }: Place, team: unknown): Collected {
  const id = textAt(team, 'team_id') ?? '';
  const data = {
    server,
    team: id,
    alias: textAt(team, 'team_alias'),
    models: words(field(team, 'models')),
    mcp: mcpOf(team),
    budget: budgetOf(team),
    members: array(field(team, 'members_with_roles'))
      .slice(0, maxEntries)
      .flatMap((member) => {
        const user = textAt(member, 'user_id') ?? textAt(member, 'user_email');
        return user === undefined ? [] : [{ user, role: textAt(member, 'role') }];
      }),
    blocked: field(team, 'blocked') === true,
  };
  return make('litellm.team', litellmId('Team', server, id), data, `${where}/teams/${id}`);
}

export function userFact({ server, at: where }: Place, user: unknown): Collected {
  const id = textAt(user, 'user_id') ?? '';
  const data = {
    server,
    user: id,
    alias: textAt(user, 'user_alias'),
    role: textAt(user, 'user_role'),
    teams: words(field(user, 'teams')),
    models: words(field(user, 'models')),
    budget: budgetOf(user),
  };
  return make('litellm.user', litellmId('User', server, id), data, `${where}/users/${id}`);
}

export function guardrailFact({ server, at: where }: Place, guardrail: unknown): Collected {
  const name = textAt(guardrail, 'guardrail_name') ?? '';
  const parameters = field(guardrail, 'litellm_params');
  const mode = field(parameters, 'mode');
  const data = {
    server,
    name,
    provider: textAt(parameters, 'guardrail'),
    mode: typeof mode === 'string' ? [mode] : words(mode),
    always: field(parameters, 'default_on') === true,
  };
  return make('litellm.guardrail', litellmId('Guardrail', server, name), data, `${where}/guardrails/${name}`);
}

/** `name`: its key in the file; the API says it itself. */
export function mcpServerFact({ server, at: where }: Place, entry: unknown, key?: string): Collected {
  const name = textAt(entry, 'server_name') ?? textAt(entry, 'name') ?? key ?? '';
  const id = textAt(entry, 'server_id') ?? name;
  const environment = record(field(entry, 'env')) ?? {};
  const credentials = [
    field(entry, 'auth_value'),
    field(entry, 'authentication_token'),
    ...Object.values(record(field(entry, 'static_headers')) ?? {}),
  ];
  const referenced = [...Object.values(environment), ...credentials].flatMap((value) => variableOf(value) ?? []);
  const data = {
    server,
    id,
    name,
    alias: textAt(entry, 'alias'),
    url: address(textAt(entry, 'url')),
    transport: textAt(entry, 'transport'),
    command: textAt(entry, 'command')?.split(/[\\/]/).at(-1),
    auth: textAt(entry, 'auth_type') === 'none' ? undefined : textAt(entry, 'auth_type'),
    environment: [...new Set([...Object.keys(environment), ...referenced])].sort().slice(0, maxEntries),
    groups: words(field(entry, 'mcp_access_groups') ?? field(entry, 'access_groups')),
    tools: words(field(entry, 'allowed_tools')),
    allKeys: field(entry, 'allow_all_keys') === true,
    stored: key === undefined && field(entry, 'is_config') === false ? true : undefined,
  };
  return make('litellm.mcp-server', litellmId('McpServer', server, name), data, `${where}/mcp-servers/${name}`);
}

/** `[{"a": ["b", "c"]}, …]`, the form of all lists of fallbacks. */
export function fallbacksOf(value: unknown): readonly { readonly model: string; readonly to: readonly string[] }[] {
  return array(value)
    .slice(0, maxEntries)
    .flatMap((entry) =>
      Object.entries(record(entry) ?? {}).map(([model, to]) => ({
        model,
        to: array(to).flatMap((each) => text(each) ?? textAt(each, 'model') ?? []),
      })),
    );
}

/** `{"a": "b"}` or `{"a": {"model": "b"}}`: who answers under which name. */
export function aliasesOf(value: unknown): readonly { readonly model: string; readonly to: string }[] {
  return Object.entries(record(value) ?? {})
    .slice(0, maxEntries)
    .flatMap(([model, target]) => {
      const to = text(target) ?? textAt(target, 'model');
      return to === undefined ? [] : [{ model, to }];
    });
}

function flag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

function mcpOf(holder: unknown) {
  const granted = field(holder, 'object_permission');
  const tools = Object.entries(record(field(granted, 'mcp_tool_permissions')) ?? {});
  return {
    servers: words(field(granted, 'mcp_servers')),
    groups: words(field(granted, 'mcp_access_groups')),
    tools: Object.fromEntries(tools.slice(0, maxEntries).map(([name, list]) => [name, words(list)])),
  };
}

function budgetOf(holder: unknown) {
  const number = (...path: string[]) => {
    const value = at(holder, ...path);
    return typeof value === 'number' ? value : undefined;
  };
  const shared = 'litellm_budget_table';
  return {
    max: number('max_budget') ?? number(shared, 'max_budget'),
    spent: number('spend'),
    period: textAt(holder, 'budget_duration') ?? textAt(holder, shared, 'budget_duration'),
    tokensPerMinute: number('tpm_limit') ?? number(shared, 'tpm_limit'),
    requestsPerMinute: number('rpm_limit') ?? number(shared, 'rpm_limit'),
  };
}

function words(value: unknown): readonly string[] {
  return array(value)
    .slice(0, maxEntries)
    .flatMap((each) => (typeof each === 'string' && each !== '' ? [each] : []));
}

/** Without name, password and query; a reference to a variable says nothing of where it leads. */
function address(written: string | undefined): string | undefined {
  if (written === undefined || variableOf(written) !== undefined) return undefined;
  return plain(written.replace(/^([a-z][a-z0-9+.-]{0,30}:\/\/)[^/@]*@/i, '$1').replace(/[?#].*$/s, ''));
}

function plain(value: string | undefined): string | undefined {
  const trimmed = value?.trim();
  return trimmed === '' ? undefined : trimmed;
}
