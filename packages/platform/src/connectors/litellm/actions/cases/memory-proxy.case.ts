/** The routes of LiteLLM's management API that the levers use, in memory, as the real proxy answers them. */
import { createHash } from 'node:crypto';
import type { CommandReply, HttpCommand } from '../../../../exchange/http-command.ts';
import { model, safe, team, tracker, type World } from './world.case.ts';

type Body = Record<string, unknown>;
const server = 'llm.example';

export function memoryWorld(probeKey: string): World {
  const token = createHash('sha256').update(probeKey).digest('hex');
  const key: Body = { blocked: null, rpm_limit: 50, tpm_limit: null, max_budget: 5 };
  const teamRow: Body = { blocked: false };
  const deployments: { name: string; id: string; stored: boolean; blocked: boolean; weight?: number }[] = [
    { name: model, id: 'a1', stored: true, blocked: false },
    { name: model, id: 'a2', stored: true, blocked: false },
    { name: safe, id: 's1', stored: true, blocked: false },
    { name: 'from-the-file', id: 'f1', stored: false, blocked: false },
  ];
  const router: Body = { fallbacks: [{ [model]: [safe] }, { [safe]: [model] }], model_group_alias: { old: safe } };
  let approval = 'active';

  function answer({ method, path, json }: HttpCommand): unknown {
    const body = (json ?? {}) as Body;
    const [route = '', query = ''] = path.split('?');
    const known = body.key === undefined ? new URLSearchParams(query).get('key') === token : body.key === token;
    switch (`${method} ${route}`) {
      case 'GET /key/info':
        return known ? { info: { ...key } } : undefined;
      case 'POST /key/block':
      case 'POST /key/unblock':
        key.blocked = route === '/key/block';
        return known ? {} : undefined;
      case 'POST /key/update': {
        const { key: _, ...changes } = body;
        Object.assign(key, changes);
        return known ? {} : undefined;
      }
      case 'GET /team/info':
        return { team_info: { ...teamRow } };
      case 'POST /team/block':
      case 'POST /team/unblock':
        teamRow.blocked = route === '/team/block';
        return body.team_id === team ? {} : undefined;
      case 'GET /v1/model/info':
        return {
          data: deployments.map(({ name, id, stored, blocked, weight }) => ({
            model_name: name,
            litellm_params: weight === undefined ? {} : { weight },
            model_info: { id, db_model: stored, blocked },
          })),
        };
      case 'GET /get/config/callbacks':
        return { router_settings: structuredClone(router) };
      case 'POST /config/update':
        Object.assign(router, body.router_settings);
        return {};
      case `GET /v1/mcp/server/${tracker.id}`:
        return { server_id: tracker.id, approval_status: approval, is_config: false };
      case 'GET /v1/mcp/server':
        return approval === 'active' ? [{ server_id: tracker.id }] : [];
      case `PUT /v1/mcp/server/${tracker.id}/reject`:
      case `PUT /v1/mcp/server/${tracker.id}/approve`:
        approval = route.endsWith('reject') ? 'rejected' : 'active';
        return {};
    }
    const [, id] = /^\/model\/(\w+)\/update$/.exec(route) ?? [];
    const deployment = deployments.find((each) => each.id === id);
    if (method !== 'PATCH' || deployment === undefined || !deployment.stored) return undefined;
    if (body.blocked !== undefined) deployment.blocked = body.blocked === true;
    const { weight } = (body.litellm_params ?? {}) as { weight?: number };
    if (weight !== undefined) deployment.weight = weight;
    return {};
  }

  /** Who answers a question. */
  function answering(asked: string): { readonly id: string; readonly blocked: boolean } | undefined {
    const aliases = router.model_group_alias as Record<string, string>;
    const of = deployments.filter(({ name }) => name === (aliases[asked] ?? asked));
    return of.find(({ blocked, weight }) => !blocked && weight !== 0) ?? of[0];
  }

  const reply = (value: unknown, headers: Readonly<Record<string, string>> = {}): CommandReply =>
    value === undefined
      ? failed('not-found', 404, '')
      : { ok: true, status: 200, header: (name) => headers[name], body: Buffer.from(JSON.stringify(value)) };
  const failed = (failure: 'not-found' | 'forbidden', status: number, text: string): CommandReply => ({
    ok: false,
    failure,
    status,
    reason: `It refused (status ${status}).`,
    sent: true,
    header: () => undefined,
    body: Buffer.from(text),
  });
  const send = async (command: HttpCommand): Promise<CommandReply> => {
    if (command.path !== '/v1/chat/completions') return reply(answer(command));
    const chosen = answering((command.json as { model: string }).model);
    if (chosen?.blocked !== false) return failed('forbidden', 403, 'litellm.PermissionDeniedError: Model is blocked');
    return reply({}, { 'x-litellm-model-id': chosen.id });
  };
  const nobody = {
    address: 'http://127.0.0.1:9',
    send: () => Promise.reject(new Error('not read by levers')),
    json: () => Promise.reject(new Error('not read by levers')),
    close: async () => {},
  };
  return {
    token,
    session: {
      kind: 'proxy',
      server,
      ours: nobody,
      anybody: nobody,
      limits: { maxEntries: 10 },
      commands: { address: nobody.address, send, close: nobody.close },
    },
    admin: async (method, path, json) => void (await send({ method, path, json })),
  };
}
