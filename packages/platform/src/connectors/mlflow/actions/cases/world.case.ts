/** What the tracking server of the tests has, and what to do in it: in memory and on the real one alike. */
import type { HttpCommands } from '../../../../exchange/http-command.ts';
import type { Interruption, LeverCase, Watched } from '../../../../exchange/testing/lever-suite.case.ts';
import { array, at, textAt } from '../../../../intake/foreign.ts';
import type { MlflowSession } from '../../session.ts';

export type ServerSession = Extract<MlflowSession, { kind: 'server' }>;
export interface World {
  readonly session: ServerSession;
  /** Of the model and of the user who may edit it. Version 1 was verified, `champion` gives version 2. */
  readonly name: string;
  /** A request of an administrator who is not us. */
  readonly admin: (path: string, body: object) => Promise<void>;
}

const of = ({ session, name }: World) => ({ server: session.server, name });
const alias = (version: string) => (world: World) =>
  world.admin('2.0/mlflow/registered-models/alias', { name: world.name, alias: 'champion', version });

export const cases: readonly LeverCase<World>[] = [
  {
    action: 'mlflow.move-alias',
    name: 'back to the verified one',
    params: (world) => ({ ...of(world), alias: 'champion', to: '1' }),
    probes: ['holds'],
    interfere: alias('3'),
    takeOver: alias('3'),
  },
  {
    action: 'mlflow.move-alias',
    name: 'that there was not',
    params: (world) => ({ ...of(world), alias: 'fresh', to: '1' }),
    probes: ['holds'],
  },
  {
    action: 'mlflow.archive-version',
    name: 'of no stage',
    params: (world) => ({ ...of(world), version: '2' }),
    probes: ['holds'],
  },
  {
    action: 'mlflow.deny-model',
    name: 'to who may edit it',
    params: (world) => ({ ...of(world), username: world.name }),
    probes: ['holds'],
  },
];

/** Notes every write and may break at one of them. */
export function watch(session: ServerSession, interruption?: Interruption): Watched<ServerSession> {
  const sent: string[] = [];
  const broken = (wasSent: boolean) =>
    ({
      ok: false,
      failure: wasSent ? 'timeout' : 'unreachable',
      reason: 'Broken off by the test.',
      sent: wasSent,
      header: () => undefined,
      body: Buffer.alloc(0),
    }) as const;
  const commands: HttpCommands = {
    ...session.commands,
    async send(command, signal) {
      if (command.method === 'GET') return session.commands.send(command, signal);
      const breaks = interruption !== undefined && sent.length === interruption.at;
      sent.push(`${command.method} ${command.path}`);
      if (breaks && interruption.how === 'never-left') return broken(false);
      const reply = await session.commands.send(command, signal);
      return breaks ? broken(true) : reply;
    },
  };
  return { session: { ...session, commands }, sent };
}

/** All that the levers change. */
export async function stateOf({ session, name }: World): Promise<unknown> {
  const read = async (path: string): Promise<unknown> => {
    const reply = await session.commands.send({ method: 'GET', path }, new AbortController().signal);
    if (!reply.ok) throw new Error(`${path}: ${reply.reason}`);
    return JSON.parse(reply.body.toString('utf8'));
  };
  const model = await read(`/api/2.0/mlflow/registered-models/get?name=${name}`);
  const version = await read(`/api/2.0/mlflow/model-versions/get?name=${name}&version=2`);
  const user = await read(`/api/3.0/mlflow/users/permissions/list?username=${name}`);
  return {
    aliases: array(at(model, 'registered_model', 'aliases')).map(
      (each) => `${textAt(each, 'alias')} ${textAt(each, 'version')}`,
    ),
    stage: textAt(version, 'model_version', 'current_stage'),
    permissions: array(at(user, 'permissions')).map(
      (each) => `${textAt(each, 'resource_pattern')} ${textAt(each, 'permission')}`,
    ),
  };
}
