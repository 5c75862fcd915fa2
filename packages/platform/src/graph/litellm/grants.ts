/**
 * What a virtual key may call. LiteLLM's rules: an empty list means all that the team may, and all of the proxy without a team;
 * a team's list always bounds its keys; entries are names of models, of access groups, or patterns with one `*`.
 */
import { type Estate, type Fact, type FactId, litellmId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { append } from '../kubernetes/pods.ts';

export type KeyFact = Fact<'litellm.key'>;
export type TeamFact = Fact<'litellm.team'>;
type DeploymentFact = Fact<'litellm.deployment'>;
type McpFact = Fact<'litellm.mcp-server'>;

/** A model as it is called: all deployments of one name on one proxy. */
export interface CalledModel {
  readonly id: string;
  readonly server: string;
  readonly name: string;
  readonly deployments: readonly DeploymentFact[];
  readonly groups: ReadonlySet<string>;
}

export const modelsOf: (estate: Estate) => ReadonlyMap<string, readonly CalledModel[]> = perEstate((estate) => {
  const byModel = new Map<string, DeploymentFact[]>();
  for (const fact of estate.all('litellm.deployment'))
    append(byModel, litellmId('Model', fact.data.server, fact.data.model), fact);
  const byServer = new Map<string, CalledModel[]>();
  for (const [id, deployments] of byModel) {
    const [first] = deployments;
    if (first === undefined) continue;
    const { server, model: name } = first.data;
    const groups = new Set(deployments.flatMap(({ data }) => data.accessGroups));
    append(byServer, server, { id, server, name, deployments, groups });
  }
  return byServer;
});

export const mcpServersOf: (estate: Estate) => ReadonlyMap<string, readonly McpFact[]> = perEstate((estate) => {
  const by = new Map<string, McpFact[]>();
  for (const fact of estate.all('litellm.mcp-server')) append(by, fact.data.server, fact);
  return by;
});

export function teamOf(estate: Estate, { data }: KeyFact): TeamFact | undefined {
  return data.team === undefined ? undefined : estate.get('litellm.team', litellmId('Team', data.server, data.team));
}

/** A key that works at all: not blocked, and neither is its team. Expiry is shown as tenure, not judged: rules know no clock. */
export function isUsable(estate: Estate, key: KeyFact): boolean {
  return !key.data.blocked && teamOf(estate, key)?.data.blocked !== true;
}

export interface Allowed {
  /** `all` of the proxy, or these. */
  readonly models: 'all' | readonly CalledModel[];
  readonly facts: readonly FactId[];
}

/** A key of a team that was not read may call what the key itself names, and with an empty list what nobody can tell. */
export function allowedModels(estate: Estate, key: KeyFact): Allowed {
  const { server, models, team: teamId } = key.data;
  const team = teamOf(estate, key);
  const facts = team === undefined ? [key.id] : [key.id, team.id];
  const ofTeam = team === undefined ? undefined : listOf(team.data.models);
  const ofKey = listOf(models);
  if (teamId !== undefined && team === undefined && ofKey === 'all') return { models: [], facts };
  const lists = [ofKey, ofTeam].flatMap((list) => (list === undefined || list === 'all' ? [] : [list]));
  if (lists.length === 0) return { models: 'all', facts };
  const found = (modelsOf(estate).get(server) ?? []).filter((model) => lists.every((list) => names(list, model)));
  return { models: found, facts };
}

/** `all-proxy-models` and an empty list mean all; `all-team-models` leaves it to the team; `no-default-models` names nothing. */
function listOf(models: readonly string[]): 'all' | readonly string[] {
  if (models.length === 0 || models.includes('all-proxy-models') || models.includes('all-team-models')) return 'all';
  return models;
}

function names(list: readonly string[], model: CalledModel): boolean {
  return list.some((entry) => {
    if (entry === model.name || model.groups.has(entry)) return true;
    const star = entry.indexOf('*');
    if (star < 0) return false;
    const [before, after] = [entry.slice(0, star), entry.slice(star + 1)];
    return (
      model.name.length >= before.length + after.length && model.name.startsWith(before) && model.name.endsWith(after)
    );
  });
}

/** MCP servers that a key may use, with the tools it is held to; undefined for all of the server's. */
export function allowedMcp(
  estate: Estate,
  key: KeyFact,
): readonly {
  readonly mcp: McpFact;
  readonly tools: readonly string[] | undefined;
  readonly facts: readonly FactId[];
}[] {
  const team = teamOf(estate, key);
  return (mcpServersOf(estate).get(key.data.server) ?? []).flatMap((mcp) => {
    const holders = [key, ...(team === undefined ? [] : [team])].filter(({ data }) => grants(data.mcp, mcp));
    if (holders.length === 0 && !mcp.data.allKeys) return [];
    const held = key.data.mcp.tools[mcp.data.id] ?? key.data.mcp.tools[mcp.data.name];
    return [
      { mcp, tools: held, facts: [key.id, mcp.id, ...(team !== undefined && holders.includes(team) ? [team.id] : [])] },
    ];
  });
}

function grants(granted: KeyFact['data']['mcp'], { data }: McpFact): boolean {
  const called = [data.id, data.name, ...(data.alias === undefined ? [] : [data.alias])];
  return (
    called.some((name) => granted.servers.includes(name) || Object.hasOwn(granted.tools, name)) ||
    data.groups.some((group) => granted.groups.includes(group))
  );
}
