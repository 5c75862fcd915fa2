/**
 * One attack through five systems, another that has nothing to do with it, and a day's noise: as events of four formats, through rules
 * to detections to incidents, on the demo's estate and a real database. The attack is one incident that began where it began.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Case, Detection, SeenEvent } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { caseDesk } from '../../packages/platform/src/app/case-desk.ts';
import { planIncident } from '../../packages/platform/src/app/handlers/containment.ts';
import { openStation, type Station } from '../../packages/platform/src/app/station.ts';
import { openDemo } from '../../packages/platform/src/app/targets.ts';
import { readLogSources } from '../../packages/platform/src/cli/rule-folder.ts';
import { SigmaEngine } from '../../packages/platform/src/detection/sigma/engine/sigma-engine.ts';
import { Watch } from '../../packages/platform/src/detection/watch.ts';
import { timelineMarkdown } from '../../packages/platform/src/investigation/timeline-markdown.ts';
import { settableClock } from '../../packages/platform/src/kernel/settable-clock.ts';
import { testServer } from '../../packages/platform/src/storage/test-database.ts';
import { day, rules } from './testing/day.ts';

let folder: string;
let database: Awaited<ReturnType<typeof testServer>>;
let station: Station;
const signal = new AbortController().signal;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-attack-'));
  database = await testServer();
  station = await openStation({
    data: folder,
    database: await database.database(),
    target: await openDemo(signal),
    clock: settableClock('2026-11-20T10:30:00.000Z'),
  });
}, 60_000);
afterAll(async () => {
  await station.close();
  await database.stop();
  await rm(folder, { recursive: true });
});

/** What the rules find, and one detector of ours in the place of those of agents. */
async function detect(events: readonly SeenEvent[]): Promise<Detection[]> {
  const engine = new SigmaEngine({ sources: await readLogSources(undefined, signal) });
  engine.load(rules.map((text, file) => ({ file: `${file}.yml`, text })));
  const watch = new Watch({
    engine,
    detectors: [
      {
        id: 'agent/bulk-export',
        status: 'stable',
        severity: 'high',
        title: 'An agent exports in bulk',
        needs: ['otlp-spans'],
        techniques: [],
        explain: { what: 'w', why: 'y', next: 'n' },
        falsePositives: [],
        start: () => ({
          *see({ event }) {
            if (event.operation.includes('export_')) yield { group: event.id, events: [event] };
          },
          *advance() {},
          state: () => undefined,
        }),
      },
    ],
  });
  return events.flatMap((event) => [...watch.see(event)]);
}

/** What the twin calls its pods differs from run to run. */
const settled = (text: string) =>
  text
    .replaceAll(/-[a-z0-9]{10}-[a-z0-9]{5}\b/g, '-…')
    .replaceAll(/\binc\\?_[a-z2-7]{20}\b/g, 'inc_…')
    .replaceAll(/\b[0-9a-f]{32}\b/g, '…');

function told(found: Case): string {
  const { title, severity, roots, members, links, compromised } = found;
  const name = new Map(members.map(({ id, title: of }) => [id, of]));
  return [
    `## ${title}`,
    '',
    `${severity?.level} (${severity?.score}): ${severity?.why}`,
    '',
    `Began with: ${roots.map(({ node, why }) => `${node.id}. ${why}`).join(' ')}`,
    `Compromised: ${compromised.join(', ')}`,
    '',
    ...members.map(
      ({ first, detector, title: of, joined }) => `- ${first} ${detector} "${of}": ${joined?.rule}. ${joined?.words}`,
    ),
    '',
    ...links
      .filter(({ way }) => way.length > 0)
      .map(
        ({ to, way }) =>
          `- way to "${name.get(to)}": ${way.map(({ type, from, to: end }) => `${from} ${type} ${end}`).join('; ')}`,
      ),
    '',
  ].join('\n');
}

test('one attack through five systems is one incident, and what is not part of it is not', async () => {
  const { graph } = await (station.field?.holder.current(signal) ?? Promise.reject(new Error('no estate')));
  const pod = graph.nodes.find(({ id }) => id.startsWith('kubernetes:Pod/agents/support-agent-'))?.name ?? '';
  const taken = await station.intake.take(day(pod), { source: 'test', locator: 'the day' });
  expect(taken).toMatchObject({ kept: day(pod).length, problems: [] });
  const seen = await station.storage.eventStore.after(0, 1000);
  const detections = await detect(seen);
  expect(detections).toHaveLength(8);

  // as a busy watch hands them on: in pieces, not in order, and some twice
  const shuffled = [5, 2, 7, 0, 3, 6, 1, 4].flatMap((index) => detections[index] ?? []);
  await station.cases.takeDetections(shuffled.slice(0, 3));
  await station.cases.takeDetections(shuffled.slice(2, 6));
  await station.cases.takeDetections(shuffled.slice(4));

  const desk = caseDesk(station);
  const { incidents, loose, hidden } = await desk.queue(false);
  expect(incidents.map(({ detections: count }) => count)).toEqual([6, 1]);
  expect(loose).toMatchObject({ count: 1, bySeverity: { low: 1 } });
  const [attack, other] = await Promise.all(incidents.map(({ id }) => desk.case(id)));
  expect(attack?.compromised).toEqual(['kubernetes:ServiceAccount/ml-serving/predictor-runner']);
  expect(other?.compromised).toEqual(['aws:User/arn:aws:iam::111122223333:user/ci-legacy']);
  const timeline = await desk.timeline(attack?.id ?? '', { after: undefined, limit: 1000 }, signal);
  const page = [
    '# The queue of the day',
    '',
    ...[attack, other].map((each) => (each === undefined ? '' : told(each))),
    timelineMarkdown({ ...timeline, moments: timeline.moments.filter(({ kind }) => kind !== 'response') }),
  ].join('\n');
  await expect(settled(page)).toMatchFileSnapshot('one-attack.snap.md');
  expect(hidden).toBe((await desk.queue(true)).incidents.length - 2);

  // page by page it is the same, and none comes twice
  const pieces: string[] = [];
  for (let after: string | undefined; ; ) {
    const piece = await desk.timeline(attack?.id ?? '', { after, limit: 3 }, signal);
    pieces.push(...piece.moments.map(({ id }) => id));
    if (piece.next === null) break;
    after = piece.next;
  }
  expect(pieces).toEqual(timeline.moments.map(({ id }) => id));

  // a plan is made of it at once, and what comes of a later root does not change what it was made for
  const plan = await planIncident(station, attack?.id ?? '', 'Ada', signal);
  expect(plan.compromised.map(({ id }) => id)).toEqual(attack?.compromised);
  expect(plan.steps.length).toBeGreaterThan(0);

  // what was handed on once more changes nothing
  expect(await station.cases.takeDetections(detections)).toMatchObject({ kept: 0, opened: [] });
}, 60_000);
