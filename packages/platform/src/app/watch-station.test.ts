/** The watch as a server has it: what is taken in is seen, what it finds is handed on, rules change while it runs. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Detection } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { mainLine } from '../events/store.ts';
import { systemClock } from '../kernel/clock.ts';
import { openStorage, type Storage } from '../storage/storage.ts';
import { testServer } from '../storage/test-database.ts';
import { IntakeLine } from './intake-line.ts';
import { WatchStation } from './watch-station.ts';

let folder: string;
let database: Awaited<ReturnType<typeof testServer>>;
let storage: Storage;
let url: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-watch-'));
  database = await testServer();
  url = await database.database();
  storage = await openStorage({ url });
}, 60_000);
afterAll(async () => {
  await storage.close();
  await database.stop();
  await rm(folder, { recursive: true });
});

const event = (auditID: string, verb: string, resource: string, username = 'mallory') => ({
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  auditID,
  stage: 'ResponseComplete',
  verb,
  user: { username },
  objectRef: { resource, namespace: 'prod', name: 'x', apiVersion: 'v1' },
  responseStatus: { code: 200 },
  requestReceivedTimestamp: '2026-11-20T10:00:00.000000Z',
});
const rule = (id: string, resource: string) =>
  `title: ${id}\nid: ${id}\nstatus: stable\nlogsource: {product: kubernetes, service: audit}\ndetection:\n  s: {verb: get, objectRef.resource: ${resource}}\n  condition: s\nlevel: high\n`;

test('found, again after a restart from where it stood, and by a rule that came while it ran', async () => {
  const rules = join(folder, 'rules');
  await mkdir(rules);
  await writeFile(join(rules, 'one.yml'), rule('one', 'widgets'));
  const found: Detection[] = [];
  const problems: unknown[] = [];
  const open = () =>
    new WatchStation({
      line: mainLine,
      database: url,
      rules: [rules],
      take: async (detections) => void found.push(...detections),
      onTrouble: (error) => problems.push(error),
    });
  const intake = (watch: WatchStation) =>
    new IntakeLine({ store: storage.eventStore, clock: systemClock, appended: (block) => watch.appended(block) });
  const place = { source: 'test', locator: 'here' };
  const ours = (id: string) =>
    found.filter(({ detector }) => detector === `sigma/${id}`).map(({ events }) => events[0]?.id);

  let watch = open();
  await intake(watch).take([event('1', 'get', 'widgets'), event('2', 'list', 'widgets')], place);
  await vi.waitFor(() => expect(ours('one')).toEqual(['kubernetes-audit/1']), { timeout: 60_000 });

  await writeFile(join(rules, 'bad.yml'), 'title: bad\nid: bad\nlogsource: {product: kubernetes}\ndetection: 7\n');
  await writeFile(join(rules, 'two.yml'), rule('two', 'gadgets'));
  await vi.waitFor(
    () =>
      expect(watch.status.rules?.problems.map(({ file, line }) => `${file.split('/').at(-1)}:${line}`)).toContain(
        'bad.yml:4',
      ),
    { timeout: 60_000 },
  );
  await intake(watch).take([event('3', 'get', 'gadgets')], place);
  await vi.waitFor(() => expect(ours('two')).toEqual(['kubernetes-audit/3']), { timeout: 60_000 });
  await watch.close();

  watch = open();
  await intake(watch).take([event('1', 'get', 'widgets'), event('4', 'get', 'gadgets', 'eve')], place);
  await vi.waitFor(() => expect(ours('two')).toEqual(['kubernetes-audit/3', 'kubernetes-audit/4']), {
    timeout: 60_000,
  });
  expect(ours('one')).toEqual(['kubernetes-audit/1']);
  await vi.waitFor(() => expect(watch.status.counts?.seen).toBe(1), { timeout: 60_000 });
  await watch.close();
  expect(problems).toEqual([]);
}, 300_000);
