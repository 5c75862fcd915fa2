/** Secrets in texts, from the event to the item that a person decides; and that the secret is nowhere but in the raw event. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openDatabase } from '../../storage/database.ts';
import { testServer } from '../../storage/test-database.ts';
import { openStation, type Station } from '../station.ts';
import { rotationHandlers } from './rotation.ts';

let folder: string;
let database: Awaited<ReturnType<typeof testServer>>;
let url: string;
let station: Station;
const said: string[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-rotation-'));
  database = await testServer();
  url = await database.database();
  station = await openStation({
    data: folder,
    database: url,
    target: undefined,
    watch: { rules: [], onRefused: (problem) => said.push(JSON.stringify(problem)) },
    onTrouble: (error) => said.push(String(error)),
  });
}, 60_000);
afterAll(async () => {
  await station.close();
  await database.stop();
  await rm(folder, { recursive: true });
});

/** Put together here, so that nobody takes this file for a leak. */
const token = ['ghp', 'q7Vn2LrX9sTdK4mZb8HwYc3JfGpA6uRe1QxB'].join('_');
const accessKey = ['AKIA', 'Z3MHWQ7JD5KXPLR2'].join('');

const span = (spanId: string, conversation: string, attributes: Readonly<Record<string, string>>) => ({
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'helper' } }] },
      scopeSpans: [
        {
          spans: [
            {
              traceId: 'aa'.repeat(16),
              spanId,
              name: 'chat',
              startTimeUnixNano: '1795600000000000000',
              attributes: Object.entries({ 'gen_ai.conversation.id': conversation, ...attributes }).map(
                ([key, value]) => ({
                  key,
                  value: { stringValue: value },
                }),
              ),
            },
          ],
        },
      ],
    },
  ],
});
const messages = (role: string, content: string) => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.input.messages': JSON.stringify([{ role, parts: [{ type: 'text', content }] }]),
});
const place = { source: 'test', locator: 'here' };

test('a secret in two conversations is one item, which people decide, and which no table holds', async () => {
  await station.intake.take([span('01'.repeat(8), 'c1', messages('user', `Deploy with ${token} please.`))], place);
  await station.intake.take(
    [span('02'.repeat(8), 'c2', messages('tool', `key id ${accessKey}, token ${token}`))],
    place,
  );
  const { rotation, decideRotation } = rotationHandlers(station);
  const caller = { id: 'u', name: 'ada', role: 'responder', via: 'session' } as const;
  const signal = new AbortController().signal;
  const listed = async () => (await rotation({ params: undefined, query: {}, body: undefined, caller, signal })).items;
  await vi.waitFor(async () => expect((await listed()).map(({ count }) => count).sort()).toEqual([1, 2]), {
    timeout: 20_000,
  });

  const items = await listed();
  const [github, aws] = [
    items.find(({ kind }) => kind === 'github-token'),
    items.find(({ kind }) => kind === 'aws-access-key-id'),
  ];
  const placed = github?.places.map(({ event, path, start, end }) => [event.slice(-4), path, end - start]) ?? [];
  expect(placed.sort()).toEqual([
    ['0101', 'user, gen_ai.input.messages', 40],
    ['0202', 'tool, gen_ai.input.messages', 40],
  ]);
  expect(aws).toMatchObject({ state: 'open', opens: [`aws:AccessKey/${accessKey}`], decision: null });

  const decided = await decideRotation({
    params: { id: github?.id ?? '' },
    query: undefined,
    body: { state: 'rotated', reason: 'ticket 12' },
    caller,
    signal,
  });
  expect(decided).toMatchObject({ state: 'rotated', decision: { by: 'ada', reason: 'ticket 12' } });
  expect(
    (await rotation({ params: undefined, query: { state: 'open' }, body: undefined, caller, signal })).items,
  ).toHaveLength(1);
  await expect(
    decideRotation({
      params: { id: 'nobody' },
      query: undefined,
      body: { state: 'rotated', reason: 'x' },
      caller,
      signal,
    }),
  ).rejects.toMatchObject({ code: 'FB-NOT-FOUND' });

  const stored = await everythingStored();
  expect(stored).toContain(github?.id);
  expect(stored).toContain('rotation.decided');
  expect(stored).not.toContain(token);
  expect(stored).not.toContain(token.slice(8));
  expect(said.join('\n')).not.toContain(token.slice(8));
}, 60_000);

/** All rows of all tables as text, and all files; but for the events as they came, which are packed. */
async function everythingStored(): Promise<string> {
  const open = await openDatabase(url, { connections: 1 });
  try {
    const tables = await open.query<{ name: string }>(
      "select quote_ident(table_name) as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
    );
    expect(tables.length).toBeGreaterThan(10);
    const rows: string[] = [];
    for (const { name } of tables)
      for (const { row } of await open.query<{ row: string }>(`select t::text as row from ${name} t`))
        rows.push(readable(row));
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const file of files) if (file.isFile()) rows.push(await readFile(join(file.parentPath, file.name), 'latin1'));
    return rows.join('\n');
  } finally {
    await open.close();
  }
}

/** Bytes are shown as hexadecimal digits; the ledger's hold JSON. */
function readable(row: string): string {
  return row.replace(/\\+x([0-9a-f]+)/g, (_, digits: string) => Buffer.from(digits, 'hex').toString('latin1'));
}
