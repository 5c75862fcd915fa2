import { expect, test } from 'vitest';
import { gitRepositoryId, gitRepositoryName } from './git-repository.ts';
import { imageReference } from './image-reference.ts';
import { storageAddress } from './storage-uri.ts';

test.each([
  'https://github.com/Acme/Models.git',
  'https://token@github.com/acme/models',
  'git@github.com:acme/models.git',
  'ssh://git@github.com:22/acme/models/',
  'git+https://github.com:443/acme/models?ref=main',
  'github.com/acme/models',
])('%s is one repository', (url) => {
  const name = gitRepositoryName(url);
  expect(name === undefined ? undefined : gitRepositoryId(name)).toBe('git:Repository/github.com/acme/models');
});

test.each([
  '',
  '/srv/repo',
  './repo',
  'file:///srv/repo',
  'https://{{host}}/x',
  'https://github.com/',
  'a b',
  'git@h:../x',
])('%j names no repository', (url) => expect(gitRepositoryName(url)).toBeUndefined());

test('a host that does not fold case keeps it, and another port is another host', () => {
  expect(gitRepositoryName('https://git.Example.com:8443/Team/Repo.git')).toEqual({
    host: 'git.example.com:8443',
    path: 'Team/Repo',
  });
});

const digest = `sha256:${'a'.repeat(64)}`;
test.each([
  ['nginx', { registry: 'docker.io', repository: 'library/nginx', tag: 'latest' }],
  ['kserve/agent:v1', { registry: 'docker.io', repository: 'kserve/agent', tag: 'v1' }],
  [`ghcr.io/a/b@${digest}`, { registry: 'ghcr.io', repository: 'a/b', digest }],
  [`localhost:5000/x:1@${digest}`, { registry: 'localhost:5000', repository: 'x', tag: '1', digest }],
  ['', undefined],
  ['{{ image }}', undefined],
  ['UPPER/x', undefined],
  ['x@sha256:1', undefined],
])('image %j', (text, reference) => expect(imageReference(text)).toEqual(reference));

test.each([
  ['s3://models/llm/7', { kind: 'bucket', provider: 's3', bucket: 'models', key: 'llm/7' }],
  ['gs://b', { kind: 'bucket', provider: 'gs', bucket: 'b', key: '' }],
  ['models:/churn/3', { kind: 'registered-model', name: 'churn', version: '3' }],
  ['models:/churn@champion', { kind: 'registered-model', name: 'churn', version: '@champion' }],
  ['oci://ghcr.io/a/m:1', { kind: 'image', id: 'oci:Repository/ghcr.io/a/m' }],
  ['hf://org/model', { kind: 'hub', repository: 'org/model' }],
  ['pvc://claim/a/b', { kind: 'claim', claim: 'claim', path: 'a/b' }],
  ['/mnt/models', undefined],
])('storage %s', (uri, address) => expect(storageAddress(uri)).toEqual(address));
