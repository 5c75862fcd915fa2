import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import { afterAll, expect, test } from 'vitest';
import { collectSession } from '../../facts/collect.ts';
import gitlabCi from './index.ts';

const signal = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), 'firebreak-gitlab-'));
afterAll(() => rmSync(folder, { recursive: true }));
const secret = 'correct-horse-battery-staple';

function place(root: string, files: Readonly<Record<string, string>>): string {
  for (const [path, content] of Object.entries(files)) {
    const full = join(folder, root, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
  }
  return join(folder, root);
}

const checkout = place('checkout', {
  '.git/config': '[remote "origin"]\n\turl = git@gitlab.com:Acme/ML/Models.git\n',
  '.git/HEAD': 'ref: refs/heads/main\n',
  '.gitlab-ci.yml': `include:
  - local: /ci/deploy.yml
  - project: acme/templates
    file: /build.yml
default: {image: python:3.12, tags: [gpu]}
variables: {PASSWORD: ${secret}, REGION: eu}
.base:
  id_tokens: {AWS_TOKEN: {aud: https://aws.example}}
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == "main"
test:
  extends: .base
  script: [!reference [.base, script], 'pytest --token $API_TOKEN', 'echo $PASSWORD $CI_JOB_TOKEN']
build:
  image: {name: docker:27}
  services: ['docker:27-dind']
  only: [main, tags]
  script:
    - docker push $CI_REGISTRY_IMAGE/app:$CI_COMMIT_SHA
`,
  'ci/deploy.yml': `deploy:
  environment: {name: production}
  when: manual
  secrets: {DB_PASSWORD: {vault: x}}
  script: ./deploy
`,
});

connectorConformance({
  name: 'gitlab-ci over a checkout',
  connector: gitlabCi,
  open: () => gitlabCi.connect(gitlabCi.parse(checkout), signal),
  config: { good: { from: '.' }, bad: { from: '' } },
  secrets: [secret],
  expectedGaps: ['FB-CI-INCLUDE-UNREAD'],
});

async function pipeline(path: string) {
  const { estate, gaps } = await collectSession(gitlabCi, await gitlabCi.connect(gitlabCi.parse(path), signal), signal);
  return { jobs: new Map(estate.all('ci.pipeline')[0]?.data.jobs.map((job) => [job.name, job])), estate, gaps };
}

test('jobs with what they extend, the defaults, and what is included from the same repository', async () => {
  const { jobs, estate } = await pipeline(checkout);
  expect([...jobs.keys()]).toEqual(['test', 'build', 'deploy']);
  expect(jobs.get('test')).toMatchObject({
    line: 12,
    image: 'python:3.12',
    runner: ['gpu'],
    secrets: ['API_TOKEN'],
    idTokens: [{ name: 'AWS_TOKEN', audiences: ['https://aws.example'] }],
    triggers: [
      { event: 'merge_request', branches: [] },
      { event: 'push', branches: ['main'] },
    ],
  });
  expect(jobs.get('build')).toMatchObject({
    image: 'docker:27',
    services: ['docker:27-dind'],
    pushes: ['registry.gitlab.com/acme/ml/models/app'],
    triggers: [
      { event: 'push', branches: ['main'] },
      { event: 'tag', branches: [] },
    ],
  });
  expect(jobs.get('deploy')).toMatchObject({ environment: 'production', manual: true, secrets: ['DB_PASSWORD'] });
  expect(estate.all('git.checkout')[0]?.data.repository).toEqual({ host: 'gitlab.com', path: 'acme/ml/models' });
});

test.each([
  ['a circle of extends', 'a: {extends: b}\nb: {extends: a, script: x}\n', ['a', 'b']],
  ['a circle of includes', 'include: .gitlab-ci.yml\na: {script: x}\n', ['a']],
  ['an include that leads out', 'include: ../../etc/passwd\na: {script: x}\n', ['a']],
  ['no jobs', 'stages: [a]\n', []],
])('%s is borne', async (name, text, jobs) => {
  const read = await pipeline(place(name.replaceAll(' ', '-'), { '.gitlab-ci.yml': text }));
  expect([...read.jobs.keys()]).toEqual(jobs);
});

test.each([
  ['- a', 'FB-CI-FILE-INVALID'],
  ['a: &a [*a]', 'FB-YAML-BOMB'],
  [undefined, 'FB-SOURCE-EMPTY'],
])('%j is a gap', async (text, code) => {
  const path = place(`gap-${code}`, text === undefined ? { x: '' } : { '.gitlab-ci.yml': text });
  expect((await pipeline(path)).gaps.map((gap) => gap.code)).toContain(code);
});

test('a link out of the folder is not followed, and who may write is not told', async () => {
  const outside = place('outside', { 'evil.yml': 'evil: {script: x}\n' });
  const linked = place('linked', { '.gitlab-ci.yml': 'include: evil.yml\na: {script: x}\n' });
  symlinkSync(join(outside, 'evil.yml'), join(linked, 'evil.yml'));
  const { jobs, gaps } = await pipeline(linked);
  expect([...jobs.keys()]).toEqual(['a']);
  expect(gaps.map(({ code }) => code).sort()).toEqual([
    'FB-ACCESS-UNTOLD',
    'FB-GIT-REMOTE-UNKNOWN',
    'FB-SOURCE-UNREADABLE',
  ]);
});

test('extending that fans out is borne', async () => {
  const chain = 'abcdefghij'
    .split('')
    .map((name, at) => `.${name}: {extends: [${Array(30).fill(`.${'bcdefghijk'[at]}`)}]}`);
  const text = `${chain.join('\n')}\n.k: {image: last}\nj: {extends: .a, script: x}\n`;
  const { jobs } = await pipeline(place('fan', { '.gitlab-ci.yml': text }));
  expect(jobs.get('j')?.image).toBe('last');
});
