/** The same day sent to a server at work: events in at one end, through the running watch with all rules, and an incident out at the other. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { caseDesk } from '../../packages/platform/src/app/case-desk.ts';
import { openStation, type Station } from '../../packages/platform/src/app/station.ts';
import { openDemo } from '../../packages/platform/src/app/targets.ts';
import { testServer } from '../../packages/platform/src/storage/test-database.ts';
import { day, rules } from './testing/day.ts';

let folder: string;
let database: Awaited<ReturnType<typeof testServer>>;
let station: Station;
const troubles: unknown[] = [];
const signal = new AbortController().signal;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-watched-'));
  await mkdir(join(folder, 'rules'));
  for (const [at, text] of rules.entries()) await writeFile(join(folder, 'rules', `${at}.yml`), text);
  database = await testServer();
  station = await openStation({
    data: folder,
    database: await database.database(),
    target: await openDemo(signal),
    watch: { rules: [join(folder, 'rules')], onRefused: (problem) => troubles.push(problem) },
    onTrouble: (error) => troubles.push(error),
  });
  await station.field?.holder.current(signal);
}, 120_000);
afterAll(async () => {
  await station.close();
  await database.stop();
  await rm(folder, { recursive: true });
});

test('what comes in at one end is an incident at the other, with the root that it has', async () => {
  const { graph } = await (station.field?.holder.current(signal) ?? Promise.reject(new Error('no estate')));
  const pod = graph.nodes.find(({ id }) => id.startsWith('kubernetes:Pod/agents/support-agent-'))?.name ?? '';
  // before the clock is looked at, the watch has read its rules
  await vi.waitFor(() => expect(station.watch?.status.running).toBe(true), 60_000);
  const begun = performance.now();
  await station.intake.take(day(pod), { source: 'test', locator: 'the day' });
  const desk = caseDesk(station);
  const wanted = ['token-abroad', 'secret-read', 'token-minted', 'image-push', 'delivery-change'].map(
    (id) => `sigma/${id}`,
  );
  const found = await vi.waitFor(async () => {
    const { incidents } = await desk.queue(false);
    const cases = await Promise.all(incidents.map(({ id }) => desk.case(id)));
    const attack = cases.find(({ members }) => wanted.every((id) => members.some(({ detector }) => detector === id)));
    if (attack === undefined) throw new Error(`${incidents.length} incidents`);
    return attack;
  }, 60_000);
  console.log(
    `from the first event's arrival to the incident: ${Math.round(performance.now() - begun)} ms, ${found.detections} detections of ${found.detectors} detectors`,
  );
  expect(found.compromised).toEqual(['kubernetes:ServiceAccount/ml-serving/predictor-runner']);
  expect(found.members.map(({ detector }) => detector)).not.toContain('sigma/new-key');
  const quality = await desk.quality(null);
  expect(quality.detectors.find(({ detector }) => detector === 'sigma/secret-read')).toMatchObject({
    answer: 'found',
    needs: expect.arrayContaining(['kubernetes-audit']),
    has: ['kubernetes-audit'],
  });
  expect(quality.detectors.some(({ answer }) => answer === 'cannot-tell')).toBe(true);
  expect(troubles).toEqual([]);
}, 150_000);
