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
 * The key comes from LITELLM_API_KEY, or LITELLM_MASTER_KEY.
 */
import { stat } from 'node:fs/promises';
import { type Connector, FirebreakError, serverName } from '@firebreak/contract';
import { z } from 'zod';
import { type HttpClient, openHttp } from '../../intake/http.ts';
import { collectProxy } from './collect.ts';
import { collectConfiguration } from './configuration.ts';

const config = z.object({
  from: z.string().min(1),
  /** Milliseconds for one answer. */
  timeoutMs: z.number().int().positive().default(30_000),
  /** Keys, teams and users that are read, of each. */
  maxEntries: z.number().int().positive().default(50_000),
});
type LitellmConfig = z.output<typeof config>;

type Session =
  | { readonly kind: 'file'; readonly file: string; readonly server: string }
  | {
      readonly kind: 'proxy';
      readonly ours: HttpClient;
      readonly anybody: HttpClient;
      readonly server: string;
      readonly limits: LitellmConfig;
    };

const litellm: Connector<LitellmConfig, Session> = {
  id: 'litellm',
  title: 'LiteLLM proxy',
  config: config as z.ZodType<LitellmConfig>,
  permissions:
    () => `# What Firebreak needs of a LiteLLM proxy: a key of a user who sees everything and changes nothing.
#   POST /user/new      {"user_id": "firebreak", "user_role": "proxy_admin_viewer", "auto_create_key": false}
#   POST /key/generate  {"user_id": "firebreak", "key_alias": "firebreak", "duration": "90d", "models": ["no-default-models"]}
# Put the key into LITELLM_API_KEY. With any lesser key, models are read and the rest is a gap.
`,
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
    const anybody = openHttp({ base: ours.address, timeoutMs: settings.timeoutMs });
    return { kind: 'proxy', ours, anybody, server: known ?? named(ours.address), limits: settings };
  },
  close: async (session) => {
    if (session.kind === 'file') return;
    await session.ours.close();
    await session.anybody.close();
  },
  collect: (session, signal) =>
    session.kind === 'file'
      ? collectConfiguration(session.file, session.server, signal)
      : collectProxy(session, signal),
  address: (session) => (session.kind === 'file' ? session.file : session.ours.address),
  actions: [],
};

export default litellm;

function named(address: string): string {
  const name = serverName(/^https?:\/\//.test(address) ? address : `http://${address}`);
  if (name === undefined) throw new FirebreakError('FB-USAGE', 'What stands behind # is no address.');
  return name;
}
