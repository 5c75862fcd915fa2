import { expect, test } from 'vitest';
import { normalise } from '../normalise.ts';
import { eventFormats } from './index.ts';

const digest = `sha256:${'f'.repeat(64)}`;
const notification = (more: object, target: object = {}) => ({
  id: '320678d8-ca14-430f-8bb6-4ca139cd83f7',
  timestamp: '2026-11-20T10:00:00.123456789Z',
  action: 'push',
  target: {
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    size: 708,
    digest,
    repository: 'serving/vllm',
    url: 'https://registry.example/v2/serving/vllm/manifests/v1',
    tag: 'v1',
    ...target,
  },
  request: { id: 'r', addr: '192.0.2.7:51034', host: 'registry.example', method: 'PUT', useragent: 'docker/28.1' },
  actor: { name: 'ci-builder' },
  source: { addr: 'registry-0:5000', instanceID: 'a1' },
  ...more,
});
const read = (value: unknown) => [...normalise(value, { locator: 'log', received: '2026-11-21T00:00:00.000Z' })];

test('each event of the envelope, with who, from where and what', () => {
  const found = read({ events: [notification({}), notification({ id: 'second', action: 'pull', actor: {} })] });
  expect(found).toMatchObject([
    {
      event: {
        id: 'registry-notification/320678d8-ca14-430f-8bb6-4ca139cd83f7',
        time: '2026-11-20T10:00:00.123Z',
        system: 'oci registry.example',
        actor: {
          name: 'ci-builder',
          id: 'oci:User/registry.example/ci-builder',
          address: '192.0.2.7',
          agent: 'docker/28.1',
        },
        operation: 'push serving/vllm:v1',
        activity: 'change',
        targets: [
          'oci:Repository/registry.example/serving/vllm',
          'oci:Tag/registry.example/serving/vllm:v1',
          `oci:Image/registry.example/serving/vllm@${digest}`,
        ],
        outcome: 'done',
      },
    },
    { event: { actor: { name: 'nobody named' }, activity: 'read' } },
  ]);
});
test('a blob is of its repository', () => {
  const blob = { mediaType: 'application/octet-stream', tag: undefined };
  expect(read(notification({}, blob))).toMatchObject([
    { event: { targets: ['oci:Repository/registry.example/serving/vllm'] } },
  ]);
});
test('deletions, of an image and of its tag, as a registry without a login wrote them', () => {
  const deleted = (target: object) => ({
    id: '0d6762ab-3313-4e00-bcc0-8f521a54ff8c',
    timestamp: '2026-11-21T21:31:50.604778727Z',
    action: 'delete',
    target,
    request: { id: 'd157', addr: '127.0.0.1:58234', host: '127.0.0.1:15987', method: 'DELETE', useragent: 'node' },
    actor: {},
    source: { addr: 'vm:15987', instanceID: '802b65af' },
  });
  const events = [
    { digest, repository: 'serving/vllm' },
    { repository: 'serving/vllm', tag: 'v1' },
  ].map(deleted);
  expect(read({ events })).toMatchObject([
    {
      event: { activity: 'delete', targets: [expect.any(String), `oci:Image/127.0.0.1:15987/serving/vllm@${digest}`] },
    },
    {
      event: {
        actor: { name: 'nobody named' },
        targets: [expect.any(String), 'oci:Tag/127.0.0.1:15987/serving/vllm:v1'],
      },
    },
  ]);
});
test('it is of no other format, and other envelopes are not its own', () => {
  expect(eventFormats.filter(({ is }) => is(notification({}))).map(({ id }) => id)).toEqual(['registry-notification']);
  expect(read({ events: [{ action: 'push' }] })).toMatchObject([{ problem: expect.any(String) }]);
  expect(read({ events: [] })).toMatchObject([{ problem: expect.any(String) }]);
});
