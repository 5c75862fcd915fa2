import { expect, test } from 'vitest';
import { packageId } from './package-name.ts';
import { spiffeNodeId } from './spiffe-id.ts';
import { nodeOfAddress } from './written-address.ts';

test.each([
  ['kubernetes:ServiceAccount/ml/trainer', 'kubernetes:ServiceAccount/ml/trainer'],
  ['arn:aws:iam::123456789012:role/ml', 'aws:Role/arn:aws:iam::123456789012:role/ml'],
  ['arn:aws:s3:::lake/folder/key', 'aws:Bucket/arn:aws:s3:::lake'],
  ['s3://lake/folder', 'aws:Bucket/arn:aws:s3:::lake'],
  ['gs://lake', 'gs:Bucket/lake'],
  ['oci://ghcr.io/acme/model:1', 'oci:Repository/ghcr.io/acme/model'],
  ['https://github.com/Acme/Bot', 'git:Repository/github.com/acme/bot'],
  ['git@git.example.com:team/x.git', 'git:Repository/git.example.com/team/x'],
  ['spiffe://Example.org/ns/ml', 'spiffe:Identity/example.org/ns/ml'],
])('%s is %s', (written, node) => expect(nodeOfAddress(written)).toBe(node));

test.each([
  '',
  'trainer',
  'bucket: lake',
  'https://api.example.com/v1/x',
  'https://github.com/acme',
  'component:default/x',
  'spiffe://example.org/../x',
  `s3:${'/'.repeat(3)}`,
])('%j names nothing', (written) => expect(nodeOfAddress(written)).toBeUndefined());

test.each([
  ['spiffe://example.org', 'spiffe:TrustDomain/example.org'],
  ['SPIFFE://Example.org/Path', 'spiffe:Identity/example.org/Path'],
  ['spiffe://example.org/a//b', undefined],
  ['https://example.org/a', undefined],
])('%s', (uri, node) => expect(spiffeNodeId(uri)).toBe(node));

test('packages by registry, images by repository', () => {
  expect(packageId('npm', '@acme/x')).toBe('npm:Package/@acme/x');
  expect(packageId('oci', 'ghcr.io/acme/x')).toBe('oci:Repository/ghcr.io/acme/x');
  expect(packageId('oci', '{{ image }}')).toBeUndefined();
});
