/** The routes of MLflow's REST API that the levers use, in memory, as the real server answers them. */
import type { CommandReply, HttpCommand } from '../../../../exchange/http-command.ts';
import type { World } from './world.case.ts';

type Body = Record<string, string>;

export function memoryWorld(): World {
  const name = 'churn';
  const aliases = new Map([['champion', '2']]);
  const stages = new Map([
    ['1', 'None'],
    ['2', 'None'],
    ['3', 'None'],
  ]);
  const permissions = new Map([[name, 'EDIT']]);

  function answer({ method, path, json }: HttpCommand): unknown {
    const { pathname, searchParams } = new URL(path, 'http://server');
    const body = (json ?? {}) as Body;
    const asked = (key: string) => searchParams.get(key) ?? body[key] ?? '';
    const version = (number: string) =>
      stages.has(number)
        ? { model_version: { version: number, status: 'READY', current_stage: stages.get(number) } }
        : undefined;
    switch (`${method} ${pathname.replace(/^\/api\/\d\.0\/mlflow\//, '')}`) {
      case 'GET registered-models/get':
        return { registered_model: { aliases: [...aliases].map(([alias, at]) => ({ alias, version: at })) } };
      case 'GET model-versions/get':
        return version(asked('version'));
      case 'GET registered-models/alias':
        return version(aliases.get(asked('alias')) ?? '');
      case 'POST registered-models/alias':
        return aliases.set(asked('alias'), asked('version')) && {};
      case 'DELETE registered-models/alias':
        return aliases.delete(asked('alias')) ? {} : undefined;
      case 'POST model-versions/transition-stage':
        return stages.set(asked('version'), asked('stage')) && {};
      case 'GET users/permissions/list':
        return {
          is_admin: asked('username') === 'admin',
          permissions: [...permissions].map(([pattern, permission]) => ({
            resource_type: 'registered_model',
            resource_pattern: pattern,
            permission,
            role_name: '__user_2__',
          })),
        };
      case 'POST users/permissions/grant':
        if (permissions.has(asked('resource_id'))) return undefined;
        return permissions.set(asked('resource_id'), asked('permission')) && {};
      case 'POST users/permissions/revoke':
        return permissions.delete(asked('resource_id')) ? {} : undefined;
      default:
        return undefined;
    }
  }

  const send = async (command: HttpCommand): Promise<CommandReply> => {
    const value = answer(command);
    const rest = { header: () => undefined, body: Buffer.from(JSON.stringify(value ?? null)) };
    if (value !== undefined) return { ok: true, status: 200, ...rest };
    return { ok: false, failure: 'not-found', status: 404, reason: 'It does not have this.', sent: true, ...rest };
  };
  const nobody = {
    address: 'http://127.0.0.1:9',
    send: () => Promise.reject(new Error('not read by levers')),
    json: () => Promise.reject(new Error('not read by levers')),
    close: async () => {},
  };
  return {
    name,
    session: {
      kind: 'server',
      server: 'mlflow.example',
      ours: nobody,
      anybody: nobody,
      limits: { maxExperiments: 1, maxModels: 1, maxRuns: 1 },
      commands: { address: nobody.address, send, close: nobody.close },
    },
    admin: async (path, json) => void (await send({ method: 'POST', path: `/api/${path}`, json })),
  };
}
