/**
 * The single actions that make one edge of a proxy disappear. What must stay true: a lever named here makes the edge vanish from a
 * fresh collect all by itself. What the proxy's file sets, its API does not change; there nothing is offered.
 */
import { type Estate, type Lever, lever, litellmId, type NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { answering } from './answering.ts';
import { type CalledModel, modelsOf, teamOf } from './grants.ts';

/** A model that has been verified to take over in an emergency is in this access group (`model_info.access_groups`). */
const safeModeGroup = 'safe-mode';

const models: (estate: Estate) => ReadonlyMap<NodeId, CalledModel> = perEstate(
  (estate) => new Map([...modelsOf(estate).values()].flat().map((model) => [model.id, model])),
);

/** What ends everything that a key may do: blocking it, or the team that it is of. */
export function ofKey(id: NodeId, estate: Estate): readonly Lever[] {
  const key = estate.get('litellm.key', id);
  if (key === undefined) return [];
  const { server, token } = key.data;
  const team = teamOf(estate, key);
  return [
    ...(/^[0-9a-f]{64}$/.test(token) ? [lever('litellm.block-key', { server, token })] : []),
    ...(team === undefined ? [] : [lever('litellm.block-team', { server, team: team.data.team })]),
  ];
}

/** Lets nobody have an answer of the model's own deployments. */
export function blockModel(estate: Estate, id: NodeId): readonly Lever[] {
  const model = models(estate).get(id);
  if (model === undefined) return [];
  const open = answering(estate, model);
  if (open.length === 0 || open.some(({ data }) => data.stored !== true)) return [];
  return [lever('litellm.block-model', { server: model.server, model: model.name })];
}

/** Has the model answered by one that is known to be safe. Not by one that is itself answered by another. */
export function swapModel(estate: Estate, id: NodeId): readonly Lever[] {
  const model = models(estate).get(id);
  if (model === undefined) return [];
  return (modelsOf(estate).get(model.server) ?? [])
    .filter((other) => other.id !== id && other.groups.has(safeModeGroup) && answering(estate, other).length > 0)
    .map((other) => lever('litellm.swap-model', { server: model.server, model: model.name, to: other.name }));
}

/** Keeps the questions to one model from the others. A rule for every model is not of one model. */
export function fallbacksOff(estate: Estate, id: NodeId): readonly Lever[] {
  const model = models(estate).get(id);
  const proxy = model === undefined ? undefined : estate.get('litellm.proxy', litellmId('Proxy', model.server));
  if (model === undefined || proxy === undefined) return [];
  const rules = proxy.data.fallbacks.map((rule) => rule.model);
  if (!rules.includes(model.name) || rules.includes('*')) return [];
  return [lever('litellm.fallbacks-off', { server: model.server, model: model.name })];
}

export function detachMcp(estate: Estate, id: NodeId): readonly Lever[] {
  const mcp = estate.get('litellm.mcp-server', id);
  if (mcp?.data.stored !== true) return [];
  const { server, id: serverId, name } = mcp.data;
  return [lever('litellm.detach-mcp-server', { server, id: serverId, name })];
}
