/** A server in a process of its own, as people start it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const root = new URL('../../', import.meta.url).pathname;

export interface Server {
  /** Scheme, host and port. */
  readonly origin: string;
  /** The sign-in link of the first person, an admin. It is good for once. */
  readonly link: string;
  /** The data directory; it stays until `close`. */
  readonly data: string;
  /** Ends the server in order, so that its data directory may be opened. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

/** Further options of `serve`, or what gives them when the data directory is there. */
export type ServeOptions = readonly string[] | ((data: string) => Promise<readonly string[]>);

/** Over the demo estate when no option names another source. */
export async function startServer(options: ServeOptions = []): Promise<Server> {
  const data = await mkdtemp(join(tmpdir(), 'firebreak-console-'));
  const more = typeof options === 'function' ? await options(data) : options;
  const args = ['packages/platform/src/app/main.ts', 'serve', '--data', data, '--port', '0', ...more];
  const server = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  const link = await signInLink(server);
  const stop = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGTERM');
    await once(server, 'exit');
  };
  return {
    origin: new URL(link).origin,
    link,
    data,
    stop,
    close: async () => {
      await stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** Resolves with the link that the server prints. */
async function signInLink(server: ChildProcess): Promise<string> {
  if (server.stdout === null) throw new Error('the server has no standard output');
  for await (const line of createInterface({ input: server.stdout })) {
    const found = /https?:\/\/\S+#link=\S+/.exec(line);
    if (found !== null) return found[0];
  }
  throw new Error(`the server ended with ${server.exitCode} before it printed a link`);
}
