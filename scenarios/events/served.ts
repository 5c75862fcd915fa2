/** A real `firebreak serve` to send events to, a token for a sensor, and a look at what was kept. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeptEvent } from '../../packages/platform/src/events/store.ts';
import { systemClock } from '../../packages/platform/src/kernel/clock.ts';
import { openStorage } from '../../packages/platform/src/storage/storage.ts';
import { testServer } from '../../packages/platform/src/storage/test-database.ts';
import { start } from '../containment/testing/firebreak.ts';

export interface Served {
  readonly address: string;
  /** May send events and nothing else. */
  readonly token: string;
  /** What was kept, once there are so many that satisfy the test; fails after half a minute without. */
  kept(count: number, test: (kept: KeptEvent) => boolean): Promise<readonly KeptEvent[]>;
  close(): Promise<void>;
}

/** @param more further options of `serve` */
export async function served(...more: readonly string[]): Promise<Served> {
  const data = await mkdtemp(join(tmpdir(), 'firebreak-served-'));
  const database = await testServer();
  const url = await database.database();
  const running = start('serve', '--data', data, '--database', url, '--port', '0', ...more);
  const [, link = ''] = await running.says(/(http:\/\/\S+\/sign-in#link=\S+)/);
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
      await running.ended;
      await storage.close();
      await database.stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}
