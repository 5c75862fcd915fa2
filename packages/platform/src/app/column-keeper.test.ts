/** The thread makes columns by itself, of what is enough for them, and ends when asked to. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { prepareValues } from '../events/prepare.ts';
import { openStorage } from '../storage/storage.ts';
import { testServer } from '../storage/test-database.ts';
import { openColumnKeeper } from './column-keeper.ts';

const sent = (number: number) => ({
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  auditID: `a-${number}`,
  stage: 'ResponseComplete',
  requestURI: '/api/v1/namespaces/a/secrets/s',
  verb: 'get',
  user: { username: 'alice' },
  objectRef: { resource: 'secrets', namespace: 'a', name: 's', apiVersion: 'v1' },
  requestReceivedTimestamp: '2026-11-21T10:00:00Z',
});

test('columns come by themselves', async () => {
  const server = await testServer();
  const storage = await openStorage({ url: await server.database() });
  const received = new Date();
  const { batches } = prepareValues(
    Array.from({ length: 9000 }, (_, number) => sent(number)),
    { locator: 'test', received: received.toISOString() },
  );
  await storage.eventStore.append(batches, received);
  const troubles: unknown[] = [];
  const keeper = openColumnKeeper(storage.url, (error) => troubles.push(error));
  try {
    const kinds = async () => {
      const found: string[] = [];
      for await (const each of storage.searchBlocks({}, Number.MAX_SAFE_INTEGER, []))
        found.push('block' in each ? `columns of ${each.block.form.count}` : 'events');
      return found;
    };
    while ((await kinds()).includes('events')) await sleep(100);
    expect(await kinds()).toEqual(['columns of 9000']);
  } finally {
    await keeper.close();
    await storage.close();
    await server.stop();
  }
  expect(troubles).toEqual([]);
}, 60_000);
