/**
 * Several servers on one database, each handed pieces of the same detections, out of order and some twice, at the same time: the
 * incidents are those that one server makes of all of them at once.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Detection } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStation, type Station } from '../../packages/platform/src/app/station.ts';
import { openDemo } from '../../packages/platform/src/app/targets.ts';
import { testServer } from '../../packages/platform/src/storage/test-database.ts';

const signal = new AbortController().signal;
const opened: Station[] = [];
let folder: string;
let database: Awaited<ReturnType<typeof testServer>>;
let lone: Station;
let replicas: readonly Station[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-replicas-'));
  database = await testServer();
  const open = async (url: string) => {
    const station = await openStation({ data: folder, database: url, target: await openDemo(signal) });
    await station.field?.holder.current(signal);
    opened.push(station);
    return station;
  };
  lone = await open(await database.database());
  const shared = await database.database();
  replicas = [await open(shared), await open(shared), await open(shared)];
}, 120_000);
afterAll(async () => {
  for (const station of opened) await station.close();
  await database.stop();
  await rm(folder, { recursive: true });
});

/** Numbers that look random and are the same in every run (Numerical Recipes' linear congruential generator). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function detections(identities: readonly string[], next: (below: number) => number): Detection[] {
  return Array.from({ length: 150 }, (_, at) => {
    const time = new Date(Date.parse('2026-11-20T00:00:00Z') + next(200) * 3_600_000).toISOString();
    const by = identities[next(identities.length)] ?? '';
    return {
      id: `detection-${at}`,
      detector: `test/${next(5)}`,
      status: next(8) === 0 ? 'trial' : 'stable',
      severity: (['low', 'medium', 'high'] as const)[next(3)] ?? 'low',
      title: 'Something',
      first: time,
      last: time,
      by: [by],
      about: [],
      sessions: next(6) === 0 ? [`session-name-${next(4)}`] : [],
      events: [],
      count: 1,
      what: '',
      why: '',
      next: '',
      techniques: [],
    };
  });
}

async function partition({ storage }: Station): Promise<string[]> {
  const { detections: all } = await storage.detectionStore.list(
    { suppressed: 'shown' },
    { limit: 1000, after: undefined },
  );
  const byIncident = new Map<string, string[]>();
  for (const { id, incident } of all) {
    const key = incident ?? `loose ${id}`;
    byIncident.set(key, [...(byIncident.get(key) ?? []), id]);
  }
  return [...byIncident]
    .map(([key, ids]) => `${key.startsWith('loose') ? 'loose ' : ''}${ids.sort().join(' ')}`)
    .sort();
}

test('three at once make the incidents of one', async () => {
  const next = numbers(7);
  const { graph } = await (lone.field?.holder.current(signal) ?? Promise.reject(new Error('no estate')));
  const identities = graph.nodes
    .filter(({ class: kind, id }) => kind === 'identity' && /^kubernetes:ServiceAccount\/(ml|agents|ci)/.test(id))
    .map(({ id }) => id)
    .slice(0, 25);
  expect(identities.length).toBeGreaterThan(15);
  const all = detections(identities, next);
  await lone.cases.takeDetections(all);

  const shuffled = all
    .map((each) => ({ each, place: next(1_000_000) }))
    .sort((a, b) => a.place - b.place)
    .map(({ each }) => each);
  const pieces: Detection[][] = [];
  for (let at = 0; at < shuffled.length; at += 8) pieces.push(shuffled.slice(Math.max(0, at - 2), at + 8));
  await Promise.all(
    replicas.map(async (station, which) => {
      for (const [at, piece] of pieces.entries())
        if (at % replicas.length === which) await station.cases.takeDetections(piece);
    }),
  );

  const [expected, found] = [await partition(lone), await partition(replicas[0] as Station)];
  expect(found).toEqual(expected);
  const sizes = expected.filter((line) => !line.startsWith('loose')).map((line) => line.split(' ').length);
  console.log(
    `replicas: ${sizes.length} incidents of ${sizes.join(', ')} detections, ${expected.length - sizes.length} loose`,
  );
  expect(sizes.length).toBeGreaterThan(3);
}, 120_000);
