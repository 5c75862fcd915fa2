/**
 * One server over the demo estate for all those suites of this folder that look at different things of it and leave what others look at
 * as it is: a server takes longer to start than most of them to run. It is there before their first file and ends after the last.
 */
import type { TestProject } from 'vitest/node';
import { testServer } from '../../packages/platform/src/storage/test-database.ts';
import { filesToRun } from '../peers.ts';
import { startServer } from './server.ts';

const sharing = /\/scenarios\/console\/(ai-tools|artifacts|canary|demo|planning|recovery)\.browser\.test\.ts$/;

export interface DemoServer {
  readonly origin: string;
  /** The cookie of the admin who followed the link, as name and value. */
  readonly session: readonly [name: string, value: string];
  /** Where its database is. */
  readonly database: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    demoServer: DemoServer;
  }
}

/** vitest globalSetup. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (!(await filesToRun(project)).some((file) => sharing.test(file))) return undefined;
  const databases = await testServer();
  const database = await databases.database();
  const server = await startServer(['--database', database]);
  project.provide('demoServer', { origin: server.origin, session: await sessionBy(server.link), database });
  return async () => {
    await server.close();
    await databases.stop();
  };
}

async function sessionBy(link: string): Promise<readonly [string, string]> {
  const { origin, hash } = new URL(link);
  const answer = await fetch(`${origin}/api/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ link: hash.slice('#link='.length) }),
  });
  const [, name, value] = /^([^=]+)=([^;]+)/.exec(answer.headers.getSetCookie()[0] ?? '') ?? [];
  if (name === undefined || value === undefined) throw new Error(`signing in answered ${answer.status}`);
  return [name, value];
}
