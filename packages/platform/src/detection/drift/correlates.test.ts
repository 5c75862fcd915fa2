import type { Detection, NodeRef, NormalEvent } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { correlatesOf } from './correlates.ts';
import type { Upstream } from './upstream.ts';

const hour = 3600_000;
const at = Date.parse('2026-11-10T12:00:00Z');
const began = { at, from: at - hour / 2, to: at + hour / 2 };

const node = (kind: string, name: string): NodeRef => ({ kind, id: `test:${kind}/${name}`, name });
const [model, dataset, pipeline, far] = [
  node('Model', 'fraud'),
  node('Dataset', 'cards'),
  node('Job', 'train'),
  node('Repository', 'code'),
];
const upstream: Upstream = {
  model,
  near: new Map([
    [model.id, { ref: model, class: 'model', distance: 0 }],
    [dataset.id, { ref: dataset, class: 'dataset', distance: 2 }],
    [pipeline.id, { ref: pipeline, class: 'pipeline', distance: 1 }],
    [far.id, { ref: far, class: 'repository', distance: 6 }],
  ]),
};
const ids = [...upstream.near.keys()];
const find = (id: string) => (ids.includes(id) ? ids.indexOf(id) : undefined);

let count = 0;
function event(
  hours: number,
  target: string,
  operation: string,
  activity: NormalEvent['activity'] = 'change',
): NormalEvent {
  count += 1;
  return {
    id: `event/${count}`,
    digest: '',
    time: new Date(at + hours * hour).toISOString(),
    timeIs: 'told',
    source: { format: 'lakefs-webhook', locator: 'test' },
    system: 'test',
    actor: { name: 'eve' },
    operation,
    activity,
    targets: [target],
    outcome: 'done',
  };
}

function ranked(events: readonly NormalEvent[], detections: readonly Detection[] = []) {
  return correlatesOf({ began, upstream, versions: [], events, detections, find });
}

test('the commit at the time of the change comes before daily, farther and older ones; what came after is not there', () => {
  const daily = Array.from({ length: 14 }, (_, day) => event(-24 * day - 0.1, pipeline.id, 'run train'));
  const found = ranked([
    event(-0.2, dataset.id, 'commit'),
    event(-20, model.id, 'alias champion'),
    event(-0.1, far.id, 'push'),
    ...daily,
    event(3, dataset.id, 'revert'),
    event(-0.1, dataset.id, 'GetObject', 'read'),
    event(-0.1, 'test:Dataset/of-somebody-else', 'commit'),
  ]);
  expect(found.map(({ kind, what }) => [kind, what])).toEqual([
    ['data', 'eve: commit'],
    ['deployment', 'eve: run train'],
    ['deployment', 'eve: push'],
    ['alias', 'eve: alias champion'],
  ]);
  const [first] = found;
  expect(first).toMatchObject({ about: dataset, fit: { time: 1, lineage: 0.667, rarity: 1 }, score: 0.667 });
  expect(first?.why).toBe(
    'in the interval in which the change began; 2 links from the model; once in the fourteen days before.',
  );
  expect(JSON.stringify(found)).not.toMatch(/because|caus/i);
});

test('a new version that the observations tell is there without any event', () => {
  const versions = [
    { version: '7', since: at - 100 * hour },
    { version: '8', since: at - 0.2 * hour },
  ];
  const parts = { began, upstream: undefined, versions, events: [], detections: [], find: undefined };
  expect(correlatesOf(parts)).toMatchObject([
    { kind: 'version', score: 1, what: 'Its observations tell version 8, and told 7 before.' },
  ]);
});

test('an access anomaly near the model counts, another drift does not', () => {
  const detection = (detector: string): Detection => ({
    id: detector,
    detector,
    status: 'stable',
    severity: 'high',
    title: `seen by ${detector}`,
    first: new Date(at - hour).toISOString(),
    last: new Date(at).toISOString(),
    by: [],
    about: [pipeline.id],
    sessions: [],
    events: [],
    count: 1,
    what: '',
    why: '',
    next: '',
    techniques: [],
  });
  const found = ranked([], [detection('sigma/mass-read'), detection('model/features')]);
  expect(found.map(({ kind, evidence }) => [kind, evidence])).toEqual([['access', 'detection sigma/mass-read']]);
});

test('ten thousand events of one sort are one line', () => {
  const many = Array.from({ length: 10_000 }, (_, number) => event(-number / 100, dataset.id, 'commit'));
  const found = ranked(many);
  expect(found.length).toBeLessThanOrEqual(1);
});
