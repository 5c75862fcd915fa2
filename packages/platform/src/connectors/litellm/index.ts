/**
 * LiteLLM: a proxy by its management API, or its configuration file.
 *
 *     litellm:http[s]://proxy[:port][/path]     `#<address>` behind it when others know the proxy by another one
 *     litellm:<config.yaml>#<address>           the file, and where the proxy that it configures is reached
 *
 * It reads models with their providers and addresses, which credential each uses (by the name of a variable or of an entry),
 * fallbacks, guardrails, MCP servers with how they authenticate; and, where the proxy has a database, keys, teams and users
 * with budgets, expiry and last use. Nothing is called through the proxy: no model, no MCP server. A proxy does not tell which
 * variables its configuration names; the file does, and both may be given.
 *
 * The key comes from LITELLM_API_KEY, or LITELLM_MASTER_KEY. A key that is known to be abused may be given in LITELLM_PROBE_KEY: the
 * probes of levers then try it for real, by asking which models it may call, which costs nothing.
 */
import { stat } from 'node:fs/promises';
import { type Connector, FirebreakError, serverName } from '@firebreak/contract';
import { z } from 'zod';
import { openCommands } from '../../exchange/http-command.ts';
import { textAt } from '../../intake/foreign.ts';
import { openHttp } from '../../intake/http.ts';
import { actions } from './actions/index.ts';
import { collectProxy } from './collect.ts';
import { collectConfiguration } from './configuration.ts';
import { permissionsText } from './permissions.ts';
import type { LitellmSession } from './session.ts';

const config = z.object({
  from: z.string().min(1),
  /** Milliseconds for one answer. */
  timeoutMs: z.number().int().positive().default(30_000),
  /** Keys, teams and users that are read, of each. */
  maxEntries: z.number().int().positive().default(50_000),
});
type LitellmConfig = z.output<typeof config>;

const litellm: Connector<LitellmConfig, LitellmSession> = {
  id: 'litellm',
  title: 'LiteLLM proxy',
  config: config as z.ZodType<LitellmConfig>,
  permissions: (wanted) => permissionsText(wanted, actions),
  parse: (spec) => {
    if (spec === '') throw new FirebreakError('FB-USAGE', 'litellm: needs the address of a proxy or its config.yaml.');
    return config.parse({ from: spec });
  },
  connect: async (settings) => {
    const [path = '', alias] = settings.from.split('#');
    const known = alias === undefined || alias === '' ? undefined : named(alias);
    if (!/^https?:\/\//.test(path)) {
      const isFile = (await stat(path).catch(() => undefined))?.isFile() ?? false;
      if (!isFile)
        throw new FirebreakError('FB-SOURCE-UNREADABLE', 'It is neither an http address nor a file that can be read.');
      return { kind: 'file', file: path, server: known ?? 'files' };
    }
    const key = process.env.LITELLM_API_KEY ?? process.env.LITELLM_MASTER_KEY;
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const ours = openHttp({ base: path, timeoutMs: settings.timeoutMs, headers });
    // To be refused is what it is for: once for every collect, for as long as the session lives.
    const maxUnaccepted = Number.POSITIVE_INFINITY;
    const anybody = openHttp({ base: ours.address, timeoutMs: settings.timeoutMs, maxUnaccepted });
    const server = known ?? named(ours.address);
    const commands = openCommands({ base: path, headers, timeoutMs: settings.timeoutMs });
    return { kind: 'proxy', ours, anybody, commands, server, limits: settings };
  },
  close: async (session) => {
    if (session.kind === 'file') return;
    await session.ours.close();
    await session.anybody.close();
    await session.commands.close();
  },
  collect: (session, signal) =>
    session.kind === 'file'
      ? collectConfiguration(session.file, session.server, signal)
      : collectProxy(session, signal),
  address: (session) => (session.kind === 'file' ? session.file : session.ours.address),
  canAct: ({ kind }) => kind === 'proxy',
  answersFor: ({ server }, params) => textAt(params, 'server') === server,
  actions,
};

export default litellm;

function named(address: string): string {
  const name = serverName(/^https?:\/\//.test(address) ? address : `http://${address}`);
  if (name === undefined) throw new FirebreakError('FB-USAGE', 'What stands behind # is no address.');
  return name;
}
