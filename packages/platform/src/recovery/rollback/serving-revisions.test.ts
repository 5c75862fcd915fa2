/** Which revision serves which version, by what was seen when it was the newest. */
import type { DeliveredVersion } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { servingRevisions } from './serving-revisions.ts';

const version: DeliveredVersion = { version: '1', uris: ['s3://m/1'], digests: [], revisions: [], models: [] };
const seen = (since: string, newest: string | undefined, storageUri: string) => ({
  kind: 'kubernetes.model-workload',
  id: 'isvc',
  since,
  until: null,
  data: { storageUri, ...(newest === undefined ? {} : { revisions: { newest } }) },
});

test('a revision serves what was named when it was first seen, and not what is on its way to the next', () => {
  const history = [
    seen('t1', 'm-1', 's3://m/1'),
    seen('t2', 'm-1', 's3://m/2'),
    seen('t3', undefined, 's3://m/2'),
    seen('t4', 'm-2', 's3://m/2'),
    seen('t5', 'm-2', 's3://m/1'),
  ];
  expect(servingRevisions(history, version)).toEqual([{ server: 'isvc', revision: 'm-1' }]);
  expect(servingRevisions(history, { ...version, uris: ['s3://m/2'] })).toEqual([{ server: 'isvc', revision: 'm-2' }]);
  expect(servingRevisions([seen('t1', undefined, 's3://m/1')], version)).toEqual([]);
});
