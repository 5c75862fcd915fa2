/** A real `firebreak serve` to send events to, a token for a sensor, and a look at what was kept. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { KeptEvent } from '../../packages/platform/src/events/kept-event.ts';
import { systemClock } from '../../packages/platform/src/kernel/clock.ts';
import { openStorage } from '../../packages/platform/src/storage/storage.ts';
import { testServer } from '../../packages/platform/src/storage/test-database.ts';

export interface Served {
  readonly address: string;
  /** May send events and nothing else. */
  readonly token: string;
  /** What was kept, once there are so many that satisfy the test; fails after half a minute without. */
  kept(count: number, test: (kept: KeptEvent) => boolean): Promise<readonly KeptEvent[]>;
  close(): Promise<void>;
}

const main = new URL('../../packages/platform/src/app/main.ts', import.meta.url).pathname;

/** @param more further options of `serve` */
export async function served(...more: readonly string[]): Promise<Served> {
  const data = await mkdtemp(join(tmpdir(), 'firebreak-served-'));
  const database = await testServer();
  const url = await database.database();
  // Not with the time limit of other scenarios: peers take minutes to start while it waits for them.
  const running = spawn(process.execPath, [main, 'serve', '--data', data, '--database', url, '--port', '0', ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  const link = await signInLink(running.stdout);
  const address = new URL(link).origin;
  const cookie = (await posted('/api/sign-in', { link: link.split('#link=')[1], name: 'Ada' }, {})).cookie;
  const token = { name: 'collector', role: 'sensor', expiresInDays: 1 };
  const made = (await posted('/api/tokens', token, { cookie })).body as { readonly token: string };
  const storage = await openStorage({ url }, systemClock);

  async function posted(path: string, body: object, headers: Record<string, string>) {
    const answer = await fetch(`${address}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    const [first = ''] = answer.headers.getSetCookie();
    return { cookie: first.split(';')[0] ?? '', body: await answer.json() };
  }

  return {
    address,
    token: made.token,
    kept: async (count, test) => {
      const until = Date.now() + 30_000;
      for (;;) {
        const events = (await storage.eventStore.after(0, 10_000)).filter(test);
        if (events.length >= count) return events;
        if (Date.now() > until)
          throw new Error(`${events.length} of ${count} events came in: ${JSON.stringify(events)}`);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    },
    close: async () => {
      running.kill('SIGTERM');
      await once(running, 'exit');
      await storage.close();
      await database.stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}

async function signInLink(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const [link] = /http:\/\/\S+\/sign-in#link=\S+/.exec(line) ?? [];
    if (link !== undefined) return link;
  }
  throw new Error('The server ended before it said where it is.');
}
