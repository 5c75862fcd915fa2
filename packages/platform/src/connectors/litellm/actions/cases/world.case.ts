/** What every proxy of the tests has, and what to do in it: in memory and on the real one alike. */
import type { HttpCommands } from '../../../../exchange/http-command.ts';
import type { Interruption, LeverCase, Watched } from '../../../../exchange/testing/lever-suite.case.ts';
import type { ProxySession } from '../../session.ts';

export interface World {
  readonly session: ProxySession;
  /** SHA-256 of the key that is abused. */
  readonly token: string;
  /** A request of an administrator who is not us. */
  readonly admin: (method: 'POST' | 'PATCH' | 'PUT', path: string, body: unknown) => Promise<void>;
}

export const team = 'search';
/** Two deployments answer for the one, one for the other. */
export const model = 'assistant';
export const safe = 'safe';
export const tracker = { id: 'tracker-id', name: 'tracker' };

const ofServer = ({ session }: World) => ({ server: session.server });
const ofKey = (world: World) => ({ ...ofServer(world), token: world.token });
const router = (settings: object) => (world: World) =>
  world.admin('POST', '/config/update', { router_settings: settings });

export const cases: readonly LeverCase<World>[] = [
  { action: 'litellm.block-key', name: 'of a client', params: ofKey, probes: ['holds'] },
  {
    action: 'litellm.block-team',
    name: 'of the key',
    params: (world) => ({ ...ofServer(world), team }),
    probes: ['cannot-tell'],
  },
  {
    action: 'litellm.limit-key',
    name: 'that had some limits',
    params: (world) => ({ ...ofKey(world), requestsPerMinute: 1, tokensPerMinute: 10, budget: 0 }),
    probes: ['holds'],
    interfere: ({ admin, token }) => admin('POST', '/key/update', { key: token, rpm_limit: 7 }),
    takeOver: ({ admin, token }) => admin('POST', '/key/update', { key: token, rpm_limit: 7 }),
  },
  {
    action: 'litellm.throttle-key',
    name: 'by its score',
    params: (world) => ({ ...ofKey(world), score: 0.9 }),
    probes: ['holds'],
  },
  {
    action: 'litellm.block-model',
    name: 'with two deployments',
    params: (world) => ({ ...ofServer(world), model }),
    probes: ['holds', 'holds'],
  },
  {
    action: 'litellm.shift-weights',
    name: 'all to one of two',
    params: (world) => ({ ...ofServer(world), model, canary: ['a2'], percent: 100 }),
    probes: ['holds'],
    interfere: ({ admin }) => admin('PATCH', '/model/a2/update', { litellm_params: { weight: 7 } }),
    takeOver: ({ admin }) => admin('PATCH', '/model/a2/update', { litellm_params: { weight: 9 } }),
  },
  {
    action: 'litellm.swap-model',
    name: 'for the safe one',
    params: (world) => ({ ...ofServer(world), model, to: safe }),
    probes: ['holds'],
    interfere: router({ model_group_alias: { old: safe, other: safe } }),
    takeOver: router({ model_group_alias: { [model]: 'from-the-file' } }),
  },
  {
    action: 'litellm.fallbacks-off',
    name: 'of one of two',
    params: (world) => ({ ...ofServer(world), model }),
    probes: ['holds'],
    interfere: router({ fallbacks: [{ [safe]: [model] }, { [model]: ['from-the-file'] }] }),
    takeOver: router({ fallbacks: [{ [model]: ['from-the-file'] }] }),
  },
  {
    action: 'litellm.detach-mcp-server',
    name: 'of the database',
    params: (world) => ({ ...ofServer(world), ...tracker }),
    probes: ['holds'],
  },
];

/** Notes every write and may break at one of them. */
export function watch(session: ProxySession, interruption?: Interruption): Watched<ProxySession> {
  const sent: string[] = [];
  const { commands } = session;
  const broken = (wasSent: boolean) =>
    ({
      ok: false,
      failure: wasSent ? 'timeout' : 'unreachable',
      reason: 'Broken off by the test.',
      sent: wasSent,
      header: () => undefined,
      body: Buffer.alloc(0),
    }) as const;
  const watched: HttpCommands = {
    ...commands,
    async send(command, signal) {
      if (command.method === 'GET' || command.path === '/v1/chat/completions') return commands.send(command, signal);
      const breaks = interruption !== undefined && sent.length === interruption.at;
      sent.push(`${command.method} ${command.path}`);
      if (breaks && interruption.how === 'never-left') return broken(false);
      const reply = await commands.send(command, signal);
      return breaks ? broken(true) : reply;
    },
  };
  return { session: { ...session, commands: watched }, sent };
}

/** All that the levers change, as an administrator reads it. */
export async function stateOf({ session, token }: World): Promise<unknown> {
  const read = async (path: string) => {
    const reply = await session.commands.send({ method: 'GET', path }, new AbortController().signal);
    if (!reply.ok) throw new Error(`${path}: ${reply.reason}`);
    return JSON.parse(reply.body.toString('utf8'));
  };
  const { info } = await read(`/key/info?key=${token}`);
  const { team_info } = await read(`/team/info?team_id=${team}`);
  const { data } = await read('/v1/model/info');
  const { router_settings } = await read('/get/config/callbacks');
  const { approval_status } = await read(`/v1/mcp/server/${tracker.id}`);
  return {
    key: [info.blocked === true, info.rpm_limit, info.tpm_limit, info.max_budget],
    team: team_info.blocked === true,
    models: data
      .map(
        (each: {
          model_name: string;
          model_info: { id: string; blocked?: boolean };
          litellm_params?: { weight?: number };
        }) =>
          [
            each.model_name,
            each.model_info.id,
            each.model_info.blocked === true,
            // Without any weight all count alike.
            each.litellm_params?.weight ?? 1,
          ].join(' '),
      )
      .sort(),
    fallbacks: router_settings.fallbacks,
    aliases: router_settings.model_group_alias,
    mcp: approval_status,
  };
}
