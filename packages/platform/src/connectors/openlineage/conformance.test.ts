import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { collectEstate } from '../../facts/collect.ts';
import { Lineage } from './events.ts';
import openlineage from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'firebreak-openlineage-'));
afterAll(() => rmSync(folder, { recursive: true }));
const signal = new AbortController().signal;
const secret = 'password-of-the-warehouse';

/** As producers send it: start and end of a training run. */
const train = {
  namespace: 'ml',
  name: 'train_churn',
  facets: {
    jobType: { processingType: 'BATCH', integration: 'SPARK', jobType: 'TRAINING' },
    sourceCodeLocation: {
      type: 'git',
      url: 'https://github.com/acme/train/blob/abc/train.py',
      repoUrl: `https://bot:${secret}@github.com/acme/train.git`,
      path: 'train.py',
      version: 'abc123',
      branch: 'main',
    },
    ownership: { owners: [{ name: 'team:risk', type: 'MAINTAINER' }] },
  },
};
const customers = {
  namespace: 's3://lake',
  name: 'customers/2024',
  facets: {
    schema: { fields: [{ name: 'id', type: 'int' }, { name: 'email' }] },
    version: { datasetVersion: '7' },
    ownership: { owners: [{ name: 'team:data' }] },
  },
  inputFacets: { dataQualityAssertions: { assertions: [{ assertion: 'not_null', column: 'id', success: true }] } },
};
const event = (eventType: string, eventTime: string, runId: string, more: object = {}) => ({
  eventType,
  eventTime,
  producer: 'https://example.com',
  schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
  run: {
    runId,
    facets: {
      environmentVariables: { environmentVariables: [{ name: 'PASSWORD', value: secret }] },
      parent: { run: { runId: 'p' }, job: { namespace: 'x', name: 'y' } },
    },
  },
  job: train,
  inputs: [customers, { namespace: `postgres://etl:${secret}@db.example.com:5432`, name: 'crm.public.accounts' }],
  outputs: [{ namespace: 's3://models', name: 'churn', facets: { version: { datasetVersion: '3' } } }],
  ...more,
});
const events = [
  event('COMPLETE', '2024-01-01T11:00:00Z', 'r1'),
  event('START', '2024-01-01T10:00:00+00:00', 'r1'),
  { eventTime: '2024-01-02T00:00:00Z', job: { namespace: 'ml', name: 'nightly' }, schemaURL: 'x#/$defs/JobEvent' },
  {
    eventTime: '2024-01-02T00:00:00Z',
    dataset: { namespace: 'kafka://broker:9092', name: 'clicks' },
    schemaURL: 'x#/$defs/DatasetEvent',
  },
];
mkdirSync(join(folder, 'all'));
writeFileSync(
  join(folder, 'all', 'a.ndjson'),
  `${events.map((each) => JSON.stringify(each)).join('\n')}\nnot json\n{"hello":"world"}\n`,
);
writeFileSync(join(folder, 'all', 'b.json'), JSON.stringify([event('START', '2024-02-01T00:00:00Z', 'r2')], null, 2));

connectorConformance({
  name: 'openlineage over files',
  connector: openlineage,
  open: () => openlineage.connect(openlineage.parse(join(folder, 'all')), signal),
  config: { good: { from: 'x' }, bad: { from: '' } },
  secrets: [secret],
  expectedGaps: ['FB-YAML-INVALID', 'FB-OBJECT-IGNORED'],
});

test('what several events say is brought together', async () => {
  const { estate } = await collectEstate(openlineage, openlineage.parse(join(folder, 'all')), signal);
  expect(estate.get('openlineage.job', 'openlineage:Job/ml/train_churn')?.data).toEqual({
    namespace: 'ml',
    name: 'train_churn',
    jobType: 'TRAINING',
    integration: 'SPARK',
    source: { repository: 'https://github.com/acme/train.git', path: 'train.py', version: 'abc123', branch: 'main' },
    owners: [{ name: 'team:risk', type: 'MAINTAINER' }],
    inputs: [
      'openlineage:Dataset/s3://lake/customers/2024',
      'openlineage:Dataset/postgres://etl@db.example.com:5432/crm.public.accounts',
    ],
    outputs: ['openlineage:Dataset/s3://models/churn'],
  });
  expect(estate.get('openlineage.dataset', 'openlineage:Dataset/s3://lake/customers/2024')?.data).toMatchObject({
    fields: ['id', 'email'],
    version: '7',
    assertions: ['not_null'],
    owners: [{ name: 'team:data' }],
  });
  expect(estate.get('openlineage.run', 'openlineage:Run/r1')?.data).toMatchObject({
    state: 'COMPLETE',
    started: '2024-01-01T10:00:00.000Z',
    ended: '2024-01-01T11:00:00.000Z',
    sourceVersion: 'abc123',
    parentRun: 'p',
    outputs: [{ dataset: 'openlineage:Dataset/s3://models/churn', version: '3' }],
  });
  expect(estate.all('openlineage.job').map(({ data }) => data.name)).toEqual(['nightly', 'train_churn']);
  expect(estate.all('openlineage.dataset').map(({ data }) => data.name)).toContain('clicks');
  expect(estate.all('openlineage.run')).toHaveLength(2);
});

test('runs end alike in whatever order their events come', () => {
  const said = [
    event('START', '2024-01-01T10:00:00Z', 'r'),
    event('RUNNING', '2024-01-01T10:30:00Z', 'r'),
    event('COMPLETE', '2024-01-01T11:00:00Z', 'r'),
  ];
  const runOf = (order: readonly object[]) => {
    const lineage = new Lineage();
    for (const each of order) lineage.read(each, 'test');
    return lineage
      .finish('test')
      .facts.filter(({ kind }) => kind === 'openlineage.run')
      .map(({ data }) => data);
  };
  fc.assert(
    fc.property(fc.subarray(said, { minLength: 1 }), fc.integer({ min: 0, max: 5 }), (some, turns) => {
      const order = [...some];
      for (let turn = 0; turn < turns; turn += 1) order.push(...order.splice(0, 1));
      expect(runOf(order)).toEqual(runOf(some));
    }),
  );
});

test('of a job the latest runs are kept, and that is said', () => {
  const lineage = new Lineage();
  for (let at = 0; at < 1000; at += 1)
    lineage.read(event('START', new Date(at * 60_000).toISOString(), `r${at}`), 'test');
  const { facts, gaps } = lineage.finish('test');
  expect(
    facts
      .filter(({ kind }) => kind === 'openlineage.run')
      .map(({ id }) => id)
      .sort(),
  ).toEqual(Array.from({ length: 20 }, (_, at) => `openlineage:Run/r${980 + at}`));
  expect(gaps.map(({ reason }) => reason).join()).toContain('980 older runs');
});

test.each<[string, unknown]>([
  ['no time', { job: { namespace: 'a', name: 'b' } }],
  ['a time that is none', { eventTime: 'yesterday', job: { namespace: 'a', name: 'b' } }],
  ['neither job nor dataset', { eventTime: '2024-01-01T00:00:00Z', run: { runId: 'x' } }],
  ['a list', []],
  ['nothing', null],
])('near miss: %s', (_, value) => expect(new Lineage().read(value, 'test')).toBe(false));

test.each<[string, object]>([
  [
    'wrong types',
    {
      inputs: [1, null, { namespace: 5, name: [] }],
      outputs: 'x',
      job: { namespace: 'a', name: 'b', facets: { jobType: 7, ownership: { owners: [1] }, sourceCodeLocation: [] } },
    },
  ],
  [
    'control characters',
    { job: { namespace: 'a', name: 'b\u001b[2J' }, inputs: [{ namespace: 'a', name: 'c\u0000' }] },
  ],
  ['a name of a megabyte', { job: { namespace: 'a', name: 'x'.repeat(1 << 20) } }],
  [
    'prototype names',
    { job: { namespace: '__proto__', name: 'constructor' }, outputs: [{ namespace: '__proto__', name: '__proto__' }] },
  ],
])('hostile: %s', (_, more) => {
  const lineage = new Lineage();
  lineage.read(event('START', '2024-01-01T00:00:00Z', 'r', more), 'test');
  for (const { id } of lineage.finish('test').facts) expect(id).not.toMatch(/\p{Cc}/u);
});
