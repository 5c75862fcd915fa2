/** Logs on this machine reach a server: files and folders, packed, followed through rotation, resumed, waiting for a server that is full. */
import { appendFile, mkdir, mkdtemp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { FirebreakError, type TakenEvents } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type ServedDemo, serveDemo } from '../testing/served-demo.ts';
import { feedFiles } from './files.ts';
import { EventPace } from './pace.ts';
import type { FeedPlace } from './place.ts';
import { EventSender, placesIn } from './sender.ts';
import type { Fed } from './values.ts';

let folder: string;
let served: ServedDemo;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-ingest-'));
  served = await serveDemo();
}, 60_000);
afterAll(async () => {
  await served.close();
  await rm(folder, { recursive: true });
});

const event = (id: string, time = '2026-11-20T10:00:00Z') => ({
  eventID: id,
  eventTime: time,
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/x' },
});
const line = (id: string) => `${JSON.stringify(event(id))}\n`;

test('a folder of lines, documents, packed files and rubbish', async () => {
  const logs = join(folder, 'logs');
  await mkdir(logs);
  await writeFile(join(logs, 'a.log'), `${line('a1')}{broken\n${line('a2')}\n`);
  await writeFile(join(logs, 'b.json'), JSON.stringify({ Records: [event('b1'), event('b2')] }, null, 2));
  await writeFile(join(logs, 'c.json.gz'), gzipSync(JSON.stringify({ Records: [event('c1'), event('a1')] })));
  await writeFile(join(logs, 'd.jsonl.zst'), zstdCompressSync(line('d1') + JSON.stringify({ strange: true })));
  const answer = await served.as('Ruth', 'ingest', logs);
  expect(answer.exit).toBe(3);
  expect(JSON.parse(answer.out)).toMatchObject({ kept: 6, duplicates: 1, passed: 0, unreadable: 2 });
  expect(
    JSON.parse(answer.out)
      .gaps.map(({ where }: { where: string }) => where)
      .sort(),
  ).toEqual(['a.log', 'd.jsonl.zst']);
  const status = await served.as('Vera', 'intake');
  expect(JSON.parse(status.out)).toMatchObject({
    line: { taken: 6, duplicates: 1, unreadable: [{ why: 'No format knows it.', events: 1 }], refused: 0, waiting: 0 },
    sources: [
      { source: 'Ruth', format: 'cloudtrail', taken: 6, duplicates: 1 },
      { source: 'Ruth', format: 'unknown', unreadable: 1 },
    ],
    logs: [{ format: 'cloudtrail', events: 6 }],
    watch: null,
  });
  expect((await served.as('Vera', 'ingest', logs)).err).toContain('FB-AUTH-FORBIDDEN');
}, 60_000);

test('what was sent before is not read again, and a file that begins otherwise is another', async () => {
  const [file, state] = [join(folder, 'resumed.log'), join(folder, 'state.json')];
  const sent = async () => {
    const { kept, duplicates } = JSON.parse((await served.as('Ruth', 'ingest', file, '--state', state)).out);
    return [kept, duplicates];
  };
  await writeFile(file, line('r1') + line('r2'));
  expect(await sent()).toEqual([2, 0]);
  expect(await sent()).toEqual([0, 0]);
  await appendFile(file, line('r3'));
  expect(await sent()).toEqual([1, 0]);
  await writeFile(file, line('r4') + line('r3') + line('r2') + line('r1'));
  expect(await sent()).toEqual([1, 3]);
}, 60_000);

test('followed through a half line, a rotation and a truncation', async () => {
  const file = join(folder, 'followed.log');
  const stop = new AbortController();
  const seen: string[] = [];
  let rests = 0;
  const idle = async () => {
    rests += 1;
  };
  const rested = async () => {
    const before = rests;
    await vi.waitFor(() => expect(rests).toBeGreaterThan(before + 1), { timeout: 20_000 });
  };
  await writeFile(file, line('f1'));
  const wish = {
    path: file,
    input: empty(),
    follow: true,
    places: new Map<string, FeedPlace>(),
    signal: stop.signal,
    idle,
  };
  const following = (async () => {
    for await (const fed of feedFiles(wish)) seen.push(idOf(fed));
  })().catch(() => undefined);
  await rested();
  const half = line('f2');
  await appendFile(file, half.slice(0, 20));
  await rested();
  expect(seen).toEqual(['f1']);
  await appendFile(file, half.slice(20));
  await rested();
  // Written after the last look, and then moved away.
  await appendFile(file, line('f3'));
  await rename(file, `${file}.1`);
  await rested();
  await writeFile(file, line('f4') + line('f5'));
  await rested();
  await truncate(file);
  await rested();
  await appendFile(file, line('f6'));
  await rested();
  stop.abort();
  await following;
  expect(seen).toEqual(['f1', 'f2', 'f3', 'f4', 'f5', 'f6']);
}, 60_000);

test('a server without room is asked again, and a place counts only when it was taken', async () => {
  const state = join(folder, 'patient.json');
  const taken: TakenEvents = { kept: 1, duplicates: 0, passed: 0, problems: [], more: 0 };
  const answers = [new FirebreakError('FB-INTAKE-FULL', 'full'), taken, new FirebreakError('FB-AUTH-REQUIRED', 'who?')];
  const bodies: string[] = [];
  const client = {
    call: async (_name: string, { body }: { body: Uint8Array }) => {
      bodies.push(Buffer.from(body).toString('utf8'));
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const told: number[] = [];
  const parts = { client: client as never, signal: new AbortController().signal, state, patient: false };
  const sender = new EventSender({ ...parts, told: ({ kept }) => void told.push(kept) }, await placesIn(state));
  const place = (offset: number): FeedPlace => ({ file: '/x.log', offset, head: 'h', headBytes: 1 });
  await sender.add('{"a":1}', 'x.log', place(8));
  await sender.flush();
  expect(bodies).toEqual(['{"a":1}', '{"a":1}']);
  expect(told).toEqual([1]);
  await sender.add('{"a":2}', 'x.log', place(16));
  await expect(sender.flush()).rejects.toThrow('who?');
  expect((await placesIn(state)).get('/x.log')).toEqual(place(8));
  expect(await readFile(state, 'utf8')).toContain('"version":1');
});

test('played back at the pace of their own times', () => {
  const pace = new EventPace(10);
  const at = (time: string, now: number) => pace.until(JSON.stringify(event('p', time)), now);
  expect(at('2026-11-20T10:00:00Z', 5000)).toBe(0);
  expect(at('2026-11-20T10:00:10Z', 5000)).toBe(1000);
  expect(at('2026-11-20T10:00:10Z', 7000)).toBe(0);
  expect(at('2026-11-20T09:00:00Z', 7000)).toBe(0);
  expect(pace.until('{"no":"event"}', 0)).toBe(0);
});

function idOf(fed: Fed): string {
  return 'gap' in fed ? `gap ${fed.gap.reason}` : (JSON.parse(fed.text) as { eventID: string }).eventID;
}

async function* empty(): AsyncGenerator<Uint8Array> {}
