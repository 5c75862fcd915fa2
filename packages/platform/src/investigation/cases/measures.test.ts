/** Where an incident began, how bad it is, who counts as who, and how good a detector is. */
import type { Detection, NormalEvent } from '@firebreak/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeFinder } from '../../events/node-finder.ts';
import { estateOf } from '../../facts/estate.ts';
import { allow, iam, role, trusting, user } from '../../graph/aws/cases/world.case.ts';
import { deriveGraph } from '../../graph/derive-graph.ts';
import { edgeRules } from '../../graph/edges/index.ts';
import { nodeRules } from '../../graph/nodes/index.ts';
import { qualityOf } from './quality.ts';
import { rootsOf } from './roots.ts';
import { severityOf } from './severity.ts';
import { isShared } from './shared-nodes.ts';
import { covers } from './suppressions.ts';
import { type Traits, traitsOf } from './traits.ts';
import { waysOf } from './ways.ts';
import { wilson } from './wilson.ts';

const job = role('job', [trusting({ AWS: iam('root') })], [allow('s3:*')]);
const estate = estateOf([user('ann', [allow('sts:AssumeRole')]), user('bob', []), job], []);
const graph = deriveGraph(estate, nodeRules, edgeRules);
const view = { graph, find: nodeFinder(graph) };
const [ann, bob, theJob] = [
  `aws:User/${iam('user/ann')}`,
  `aws:User/${iam('user/bob')}`,
  `aws:Role/${iam('role/job')}`,
];

function detection(more: Partial<Detection> = {}): Detection {
  return {
    id: 'd1',
    detector: 'test/one',
    status: 'stable',
    severity: 'high',
    title: 'Title',
    first: '2026-11-20T10:00:00.000Z',
    last: '2026-11-20T10:05:00.000Z',
    by: [],
    about: [],
    sessions: [],
    events: [],
    count: 1,
    what: '',
    why: '',
    next: '',
    techniques: [],
    ...more,
  };
}
function event(more: Partial<NormalEvent> = {}): NormalEvent {
  return {
    id: 'e1',
    time: '2026-11-20T10:01:00.000Z',
    timeIs: 'told',
    source: { format: 'cloudtrail', locator: 'x' },
    digest: '0',
    system: 'aws',
    actor: { name: 'ann', id: ann },
    operation: 'sts:AssumeRole',
    activity: 'authenticate',
    targets: [theJob],
    outcome: 'done',
    ...more,
  };
}

describe('what grouping knows of a detection', () => {
  test('a role assumed is taken; one that was refused is not', () => {
    expect(traitsOf(detection({ by: [ann] }), [event()], view, 'medium')).toMatchObject({
      strong: true,
      principal: ann,
      keys: [`node ${ann}`],
      took: [{ node: theJob, by: ann }],
      touched: [theJob],
    });
    expect(traitsOf(detection(), [event({ outcome: 'refused' })], view, 'medium')).toMatchObject({
      took: [],
      touched: [],
    });
  });

  test('whoever stands behind before whom they pretended to be', () => {
    const traits = traitsOf(detection(), [event({ actor: { name: 'x', id: bob, behind: ann } })], view, 'medium');
    expect(traits.principal).toBe(ann);
    expect(traits.actors).toEqual([ann, bob]);
  });

  test('groups, hosts and users of the platform are nobody’s own', () => {
    const shared = [
      'kubernetes:Group/system:masters',
      'kubernetes:User/system:kube-scheduler',
      'kubernetes:Node/gpu-1',
    ];
    for (const id of shared) expect(isShared(graph, id)).toBe(true);
    expect(isShared(graph, ann)).toBe(false);
    expect(traitsOf(detection({ by: [...shared, ann] }), [], view, 'medium').keys).toEqual([`node ${ann}`]);
    expect(traitsOf(detection({ by: shared }), [], view, 'medium')).toMatchObject({ keys: [], principal: shared[0] });
  });

  test('a session’s name holds across identities only where it is nobody else’s', () => {
    const keys = (session: string) => traitsOf(detection({ by: [ann], sessions: [session] }), [], view, 'medium').keys;
    expect(keys('admin')).toContain(`session of ${ann} admin`);
    expect(keys('botocore-session-1763633160')).toContain('session botocore-session-1763633160');
  });

  test('light: on trial, or below what opens; times that cannot be read harm nothing', () => {
    expect(traitsOf(detection({ status: 'trial' }), [], view, 'medium').strong).toBe(false);
    expect(traitsOf(detection({ severity: 'low' }), [], undefined, 'medium').strong).toBe(false);
    expect(traitsOf(detection({ first: '', last: 'no' }), [], view, 'medium')).toMatchObject({ first: 0, last: 0 });
  });
});

const traits = (id: string, by: string, minute: number, more: Partial<Traits> = {}): Traits => ({
  id,
  first: minute,
  last: minute,
  strong: true,
  principal: by,
  keys: [`node ${by}`],
  actors: [by],
  took: [],
  changed: [],
  touched: [],
  about: [],
  ...more,
});

test('where it began: who was taken or could be reached is no root', () => {
  const took = [{ node: theJob, at: 1, by: ann, operation: 'sts:AssumeRole' }];
  const members = [traits('b', theJob, 2), traits('a', ann, 1, { took }), traits('c', bob, 3)];
  expect(rootsOf(members, undefined)).toMatchObject([
    { node: ann, leadsTo: 1 },
    { node: bob, leadsTo: 0 },
  ]);
  // the graph knows a way from ann to the role, so that the taking need not have been seen
  expect(rootsOf([traits('b', theJob, 2), traits('a', ann, 1)], waysOf(graph))).toMatchObject([{ node: ann }]);
  expect(rootsOf([traits('b', theJob, 1), traits('a', ann, 2)], waysOf(graph))).toHaveLength(2);
});

test('short ways lead to few, and never to what is shared', () => {
  const ways = waysOf(graph);
  expect([...ways.near(ann)]).toContain(theJob);
  expect(ways.way(ann, theJob)).toMatchObject([{ type: 'STS_ASSUME_ROLE', from: ann, to: theJob }]);
  expect(ways.way(bob, theJob)).toEqual([]);
  expect([...ways.near('aws:Role/unknown')]).toEqual([]);
});

describe('how bad', () => {
  test('without the estate the severest detection counts, and it says so', () => {
    const found = severityOf({ graph, roots: ['aws:Role/gone'], touched: [], detections: [{ severity: 'critical' }] });
    expect(found).toMatchObject({ level: 'critical', jewelsReached: 0 });
    expect(found.why).toMatch(/not known/);
  });

  test('never far below what a detector says, and more where more is touched', () => {
    const ask = (touched: string[], severity: Detection['severity']) =>
      severityOf({ graph, roots: [bob], touched, detections: [{ severity }] });
    expect(ask([], 'high').level).toBe('medium');
    expect(ask([theJob], 'high').score).toBeGreaterThan(ask([], 'high').score);
    expect(ask([theJob], 'high').score).toBeGreaterThan(ask([theJob], 'low').score);
    expect(ask([], 'medium').why).toMatch(/no crown jewel is within reach/);
  });
});

test('what a suppression covers: all that it names, and nothing by accident', () => {
  const one = detection({ by: [ann], about: [theJob], note: 'The Scanner', sessions: ['s1'] });
  expect(
    covers({ detector: 'test/one', identity: ann, asset: theJob, text: { field: 'note', holds: 'scanner' } }, one),
  ).toBe(true);
  expect(covers({ detector: 'test/one', identity: bob }, one)).toBe(false);
  expect(covers({ text: { field: 'title', holds: 'scanner' } }, one)).toBe(false);
  expect(covers({ text: { field: 'session', holds: 'S1' } }, one)).toBe(true);
});

describe('Wilson', () => {
  test('as published: 0 of 10 and 81 of 263', () => {
    // R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3: 81/263 is 0.2553 to 0.3662.
    expect(wilson(81, 263)).toMatchObject({ low: expect.closeTo(0.2553, 4), high: expect.closeTo(0.3662, 4) });
    expect(wilson(0, 20)).toMatchObject({ low: 0, high: expect.closeTo(0.1611, 4) });
    expect(wilson(0, 0)).toBeNull();
  });

  test('the share is inside, inside 0 and 1, and more of the same narrows it', () => {
    const counts = fc
      .integer({ min: 1, max: 500 })
      .chain((of) => fc.tuple(fc.integer({ min: 0, max: of }), fc.constant(of)));
    fc.assert(
      fc.property(counts, ([count, of]) => {
        const [one, ten] = [wilson(count, of), wilson(count * 10, of * 10)];
        if (one === null || ten === null) throw new Error('no interval');
        expect(one.low).toBeGreaterThanOrEqual(0);
        expect(one.high).toBeLessThanOrEqual(1);
        expect(one.low).toBeLessThanOrEqual(one.value);
        expect(one.high).toBeGreaterThanOrEqual(one.value);
        expect(ten.high - ten.low).toBeLessThan(one.high - one.low);
      }),
    );
  });
});

test('silence is an answer only of who looked', () => {
  const detector = (id: string, needs: string[]) => ({
    id,
    title: id,
    status: 'stable' as const,
    severity: 'high' as const,
    needs,
  });
  const quality = qualityOf({
    since: null,
    detectors: [detector('a', ['cloudtrail']), detector('b', ['otlp-spans']), detector('c', [])],
    counts: [
      {
        detector: 'a',
        title: 'a',
        status: 'stable',
        severity: 'high',
        detections: 3,
        suppressed: 0,
        incidents: 1,
        newest: '2026',
        verdicts: { 'false-positive': 2 },
      },
      {
        detector: 'x',
        title: 'x',
        status: 'stable',
        severity: 'low',
        detections: 1,
        suppressed: 0,
        incidents: 0,
        newest: '2026',
        verdicts: {},
      },
    ],
    logs: [{ format: 'cloudtrail', events: 1000, first: '2026', last: '2026' }],
    delays: { toDetect: [3, 1, 2], toVerdict: [] },
  });
  const of = (id: string) => quality.detectors.find(({ detector: each }) => each === id);
  expect(of('a')).toMatchObject({
    answer: 'found',
    has: ['cloudtrail'],
    precision: { value: 0, of: 2 },
    falsePositiveRate: { value: 0.002, of: 1000 },
  });
  expect(of('b')).toMatchObject({ answer: 'cannot-tell', falsePositiveRate: null });
  expect(of('b')?.why).toMatch(/says nothing/);
  expect(of('c')).toMatchObject({ answer: 'silent', why: 'It looked at 1000 events and found nothing.' });
  expect(of('x')).toMatchObject({ answer: 'found', status: null, falsePositiveRate: null });
  expect(quality).toMatchObject({ timeToDetect: { median: 2, of: 3 }, timeToVerdict: null, judged: 2 });
});
