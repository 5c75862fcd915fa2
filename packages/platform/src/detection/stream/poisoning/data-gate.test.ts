import type { DataGate } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { normalise } from '../../../events/normalise.ts';
import detector from './data-gate.ts';

const report = (verdict: DataGate['verdict']): DataGate => ({
  kind: 'firebreak/data-gate',
  at: '2026-11-21T10:00:00.000Z',
  verdict,
  candidate: { name: 'new.jsonl', sha256: 'ab', rows: 10 },
  dataset: 'aws:Bucket/arn:aws:s3:::corpus',
  checks: [
    {
      check: 'labels',
      title: 'Labels that do not fit',
      verdict,
      why: 'Of 10 labels 50.0 % are doubted.',
      evidence: [],
    },
  ],
  completeness: { answer: 'complete' },
});
const seen = (value: unknown) => {
  const [read] = normalise(value, { locator: 'ci', received: '2026-11-21T10:00:01.000Z' });
  if (read === undefined || !('event' in read)) throw new Error('not read');
  return [...detector.start().see(read)];
};

test.each([
  ['fail', 'high'],
  ['hold', 'medium'],
] as const)('a report that says %s is a finding about the dataset', (verdict, severity) => {
  const [found] = seen(report(verdict));
  expect(found).toMatchObject({ severity, group: 'ab', note: expect.stringContaining('50.0 % are doubted') });
  expect(found?.events[0]).toMatchObject({
    targets: ['aws:Bucket/arn:aws:s3:::corpus'],
    time: '2026-11-21T10:00:00.000Z',
  });
});
test('one that passed, or is no report, is none', () => {
  expect(seen(report('pass'))).toEqual([]);
  expect(seen({ ...report('fail'), candidate: 7 })).toEqual([]);
});
