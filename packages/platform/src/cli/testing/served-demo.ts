/** The demo's twin behind a real server on a real database, with people whose tokens the command line uses. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan, Role } from '@firebreak/contract';
import pino from 'pino';
import { handlersOf } from '../../app/handlers/index.ts';
import { openStation, type Station } from '../../app/station.ts';
import { openDemo } from '../../app/targets.ts';
import { Authenticator, newSecret } from '../../http/authenticate.ts';
import { buildServer } from '../../http/server.ts';
import { loadSolver } from '../../planning/hitting-set.ts';
import { makePlan } from '../../planning/make-plan.ts';
import { testServer } from '../../storage/test-database.ts';
import { bareWorld, type Ended, run } from './run.ts';

const people = [
  ['Vera', 'viewer'],
  ['Ruth', 'responder'],
  ['Ada', 'approver'],
  ['Grace', 'approver'],
  ['Eve', 'admin'],
] as const;

export interface ServedDemo {
  readonly station: Station;
  readonly folder: string;
  readonly address: string;
  /** Its file is in the folder. */
  readonly plan: Plan;
  readonly planFile: string;
  /** A world without any desk of its own: what is answered, the server answered. */
  as(name: string, ...argv: string[]): Promise<Ended>;
  close(): Promise<void>;
}

export async function serveDemo(): Promise<ServedDemo> {
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-remote-'));
  const database = await testServer();
  const signal = new AbortController().signal;
  const station = await openStation({
    data: folder,
    database: await database.database(),
    target: await openDemo(signal),
  });
  const authenticator = new Authenticator(station.storage.authStore, station.clock);
  const { app } = await buildServer({
    handlers: handlersOf(station, authenticator),
    authenticator,
    logger: pino({ level: 'silent' }),
    version: '1.2.3',
    console: undefined,
    checkAnswers: true,
  });
  station.field?.runner.work();
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  const tokens = new Map<string, string>();
  for (const [name, role] of people) tokens.set(name, await tokenOf(station, authenticator, name, role));
  const plan = await planOf(station, signal);
  const planFile = join(folder, 'plan.json');
  await writeFile(planFile, JSON.stringify(plan));
  return {
    station,
    folder,
    address,
    plan,
    planFile,
    as: (name, ...argv) =>
      run(bareWorld({}), [...argv, '--server', address, '--token', tokens.get(name) ?? name, '--json']),
    close: async () => {
      await app.close();
      await station.close();
      await database.stop();
      await rm(folder, { recursive: true });
    },
  };
}

async function tokenOf(station: Station, authenticator: Authenticator, name: string, role: Role): Promise<string> {
  const invitation = await authenticator.invite(name, role, 'test');
  const { caller } = await authenticator.signIn(invitation.secret, undefined);
  const secret = newSecret();
  const expiresAt = new Date(Date.now() + 3600_000);
  await station.storage.authStore.createToken({ secret, name: 'cli', role, owner: caller.id, expiresAt });
  return secret;
}

async function planOf({ field }: Station, signal: AbortSignal): Promise<Plan> {
  if (field === undefined) throw new Error('there is no target');
  const { graph } = await field.holder.collect(signal);
  const compromised = [graph.resolve('ServiceAccount/ml-serving/predictor-runner')];
  return makePlan(graph, { compromised, protect: 'default', actions: field.actions }, await loadSolver());
}
