/**
 * MLflow: a tracking server by its REST API, or a folder of its file store.
 *
 *     mlflow:http[s]://server[:port][/path]     `#<address>` behind it when others know the server by another one
 *     mlflow:<folder mlruns>                    likewise
 *
 * It reads experiments, runs (who, from which source and commit, on which datasets), registered models with their aliases,
 * versions with where they lie, the top of the artifacts of runs that made a version, and users with their permissions where
 * the basic-auth application is on. Values of parameters and metrics are not kept, and no artifact is ever opened.
 *
 * Credentials come from MLflow's own variables: MLFLOW_TRACKING_USERNAME with MLFLOW_TRACKING_PASSWORD, or
 * MLFLOW_TRACKING_TOKEN.
 */
import { stat } from 'node:fs/promises';
import { type Connector, FirebreakError, serverName } from '@firebreak/contract';
import { z } from 'zod';
import { openCommands } from '../../exchange/http-command.ts';
import { textAt } from '../../intake/foreign.ts';
import { basic, openHttp } from '../../intake/http.ts';
import { actions } from './actions/index.ts';
import { collectServer } from './collect.ts';
import { collectFolder } from './folder.ts';
import { permissionsText } from './permissions.ts';
import type { MlflowSession } from './session.ts';

const config = z.object({
  from: z.string().min(1),
  /** Milliseconds for one answer. */
  timeoutMs: z.number().int().positive().default(30_000),
  maxExperiments: z.number().int().positive().default(5000),
  /** Runs of one experiment, the newest first. */
  maxRuns: z.number().int().positive().default(2000),
  /** Registered models, and versions of all of them together. */
  maxModels: z.number().int().positive().default(20_000),
});
type MlflowConfig = z.output<typeof config>;

const mlflow: Connector<MlflowConfig, MlflowSession> = {
  id: 'mlflow',
  title: 'MLflow',
  config: config as z.ZodType<MlflowConfig>,
  permissions: (wanted) => permissionsText(wanted, actions),
  parse: (spec) => {
    if (spec === '') throw new FirebreakError('FB-USAGE', 'mlflow: needs the address of a server or a folder.');
    return config.parse({ from: spec });
  },
  connect: async (settings) => {
    const [path = '', alias] = settings.from.split('#');
    const known = alias === undefined || alias === '' ? undefined : named(alias);
    if (!/^https?:\/\//.test(path)) {
      const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
      if (!isFolder)
        throw new FirebreakError(
          'FB-SOURCE-UNREADABLE',
          'It is neither an http address nor a folder that can be read.',
        );
      return { kind: 'folder', folder: path, server: known ?? 'files' };
    }
    // To be refused is what it is for: once for every collect, for as long as the session lives.
    const maxUnaccepted = Number.POSITIVE_INFINITY;
    const anybody = openHttp({ base: withoutUser(path), timeoutMs: settings.timeoutMs, maxUnaccepted });
    const ours = openHttp({ base: path, timeoutMs: settings.timeoutMs, headers: credential(process.env) });
    const commands = openCommands({ base: path, timeoutMs: settings.timeoutMs, headers: credential(process.env) });
    return { kind: 'server', ours, anybody, commands, server: known ?? named(ours.address), limits: settings };
  },
  close: async (session) => {
    if (session.kind === 'folder') return;
    await session.ours.close();
    await session.anybody.close();
    await session.commands.close();
  },
  collect: (session, signal) =>
    session.kind === 'folder' ? collectFolder(session.folder, session.server, signal) : collectServer(session, signal),
  address: (session) => (session.kind === 'folder' ? session.folder : session.ours.address),
  canAct: ({ kind }) => kind === 'server',
  answersFor: ({ server }, params) => textAt(params, 'server') === server,
  actions,
};

export default mlflow;

function credential(environment: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const { MLFLOW_TRACKING_TOKEN: token, MLFLOW_TRACKING_USERNAME: user } = environment;
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  if (user !== undefined) return { authorization: basic(user, environment.MLFLOW_TRACKING_PASSWORD ?? '') };
  return {};
}

function named(address: string): string {
  const name = serverName(/^https?:\/\//.test(address) ? address : `http://${address}`);
  if (name === undefined) throw new FirebreakError('FB-USAGE', 'What stands behind # is no address.');
  return name;
}

function withoutUser(address: string): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  url.username = '';
  url.password = '';
  return url.href;
}
