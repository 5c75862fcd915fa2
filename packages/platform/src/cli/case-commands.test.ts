/** The queue and what is decided there, by the command line, against a real server. */
import type {
  Case,
  Detection,
  DetectionList,
  KeptDetection,
  Quality,
  Queue,
  Suppression,
  Timeline,
} from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { caseDesk } from '../app/case-desk.ts';
import { describeCase, describeDetection, describeDetections, describeQuality, describeQueue } from './case-text.ts';
import { type ServedDemo, serveDemo } from './testing/served-demo.ts';

let demo: ServedDemo;
beforeAll(async () => {
  demo = await serveDemo();
}, 60_000);
afterAll(() => demo.close());

const runner = 'kubernetes:ServiceAccount/ml-serving/predictor-runner';
function detection(id: string, by: string, more: Partial<Detection> = {}): Detection {
  return {
    id,
    detector: 'test/one',
    status: 'stable',
    severity: 'high',
    title: `A \u001b[31mred\u001b[0m title`,
    first: '2026-11-20T10:00:00.000Z',
    last: '2026-11-20T10:00:00.000Z',
    by: [by],
    about: [],
    sessions: [],
    events: [{ id: `event ${id}`, digest: '0', time: '2026-11-20T10:00:00.000Z', where: { locator: 'here', line: 3 } }],
    count: 1,
    what: 'What.',
    why: 'Why.',
    next: 'Next.',
    techniques: ['attack.t1078'],
    ...more,
  };
}
async function told<T>(name: string, ...argv: string[]): Promise<T> {
  const { out, err, exit } = await demo.as(name, ...argv);
  expect(exit, err).toBe(0);
  return JSON.parse(out);
}

test('looked at, worked, and by whom', async () => {
  await demo.station.cases.takeDetections([
    detection('d1', runner),
    detection('d2', runner, { detector: 'test/two' }),
    detection('d3', 'aws:Role/somewhere', { severity: 'low' }),
  ]);
  const { incidents, loose } = await told<Queue>('Vera', 'queue');
  expect(incidents).toMatchObject([{ detections: 2, compromised: [runner], severity: { level: 'critical' } }]);
  expect(loose.count).toBe(1);
  const id = incidents[0]?.id ?? '';
  expect((await told<DetectionList>('Vera', 'detections', '--detector', 'test/two')).total).toBe(1);
  expect((await demo.as('Vera', 'detections', '--limit', 'many')).exit).toBe(2);

  const refused = await demo.as('Vera', 'verdict', 'd1', 'true-positive');
  expect(refused.err).toMatch(/FB-AUTH-FORBIDDEN/);
  const judged = await told<KeptDetection>('Ruth', 'verdict', 'd1', 'false-positive', '--note', 'a drill');
  expect(judged.judgement).toMatchObject({ verdict: 'false-positive', by: 'Ruth', note: 'a drill' });
  const split = await told<Case>('Ruth', 'split', id, 'd2', '--reason', 'another story');
  expect(split.members).toMatchObject([{ id: 'd2' }]);
  await told('Ruth', 'merge', id, split.id, '--reason', 'the same after all');
  expect((await told<Case>('Vera', 'queue', id)).history.map(({ did }) => did)).toEqual(['split', 'merged']);
  expect((await told<Case>('Ruth', 'open', 'd3', '--reason', 'odd')).members).toMatchObject([{ id: 'd3' }]);
  expect((await demo.as('Ruth', 'merge', id, split.id)).err).toMatch(/--reason/);

  const timeline = await told<Timeline>('Vera', 'timeline', id);
  expect(timeline.moments.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['detection', 'human']));
  expect(timeline.moments.map(({ words }) => words).join(' ')).toMatch(/Ruth split/);

  const made = await told<Suppression>('Ruth', 'suppress', '--detector', 'test/two', '--reason', 'ours', '--days', '2');
  expect(made).toMatchObject({ state: 'active', hidden: 1 });
  expect((await demo.as('Ruth', 'suppress', '--reason', 'all')).exit).toBe(2);
  const ended = await told<{ suppressions: Suppression[] }>('Ruth', 'suppressions', '--end', made.id);
  expect(ended.suppressions).toMatchObject([{ state: 'ended' }]);
  const quality = await told<Quality>('Vera', 'quality');
  expect(quality.detectors.find(({ detector }) => detector === 'test/one')?.verdicts['false-positive']).toBe(1);
  await told('Ruth', 'close', id, 'resolved', '--reason', 'done');
  expect((await told<Queue>('Vera', 'queue')).incidents.map((each) => each.id)).not.toContain(id);
  await told('Ruth', 'reopen', id, '--reason', 'not done');
});

test('as a terminal shows it: with words, and without the control characters of others', async () => {
  const desk = caseDesk(demo.station);
  const queue = await desk.queue(true);
  const found = await desk.case(queue.incidents[0]?.id ?? '');
  const page = [
    describeQueue(queue),
    describeCase(found),
    describeDetections(await desk.detections({ suppressed: 'shown' }, { limit: 1, after: undefined })),
    describeDetection(await desk.detection('d1')),
    describeQuality(await desk.quality(null), true),
  ]
    .map(({ text }) => text)
    .join('\n');
  expect(page).not.toContain('\u001b[31mred');
  for (const words of [
    'Began with',
    'The earliest of the incident.',
    'false-positive by Ruth',
    'cannot tell',
    '--after',
    'here:3',
  ])
    expect(page).toContain(words);
});
