import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import { afterAll, expect, test } from 'vitest';
import { collectSession } from '../../facts/collect.ts';
import { readAzure } from './azure-pipelines.ts';
import { readCircle } from './circleci.ts';
import ci from './index.ts';
import { readJenkins } from './jenkins.ts';
import { readTekton } from './tekton.ts';

const signal = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), 'firebreak-ci-'));
afterAll(() => rmSync(folder, { recursive: true }));
const secret = 'correct-horse-battery-staple';

const jenkins = `@Library('shared') _
pipeline {
  agent { label 'gpu' }
  environment { KEY = credentials('signing-key') } // credentials('no')
  triggers { cron('H 4 * * *') }
  stages {
    stage('Build') {
      agent { docker { image 'maven:3' } }
      steps { sh 'docker push registry.example/app:1' }
    }
    stage('Deploy') {
      when { branch 'main' }
      input { message 'sure?' }
      steps { withCredentials([string(credentialsId: 'deploy', variable: 'T')]) { sh "curl https://x/ $T" } }
    }
  }
}
`;
const circle = `version: 2.1
orbs: {aws: circleci/aws-cli@4}
jobs:
  build:
    docker: [{image: cimg/node:20, environment: {PASSWORD: ${secret}}}, {image: postgres}]
    steps: [{run: npm publish --token $NPM_TOKEN}]
  gpu:
    machine: true
    resource_class: acme/gpu
    steps: [{run: make}]
workflows:
  main:
    jobs:
      - build: {context: [npm, aws], filters: {branches: {only: main}}}
      - hold: {type: approval}
      - gpu: {requires: [hold]}
`;
const azure = `trigger: [main]
pr: none
variables: [{group: prod-secrets}]
pool: {name: Self}
stages:
  - stage: s
    jobs:
      - job: build
        pool: {vmImage: ubuntu-latest}
        steps: [{script: 'echo $(apiKey)'}, {template: x.yml}]
      - deployment: release
        environment: production
        strategy: {runOnce: {deploy: {steps: [{task: AzureCLI@2, inputs: {azureSubscription: prod}}]}}}
`;
const tekton = `apiVersion: tekton.dev/v1
kind: PipelineRun
metadata:
  name: build
  annotations: {pipelinesascode.tekton.dev/on-event: "[pull_request, push]", pipelinesascode.tekton.dev/on-target-branch: "[main]"}
spec:
  taskRunTemplate: {serviceAccountName: builder}
  pipelineSpec:
    tasks:
      - name: push
        taskSpec:
          steps:
            - image: kaniko:1
              args: [--destination=registry.example/app:1]
              env: [{name: T, valueFrom: {secretKeyRef: {name: robot, key: t}}}]
      - name: other
        taskRef: {name: lint}
---
apiVersion: v1
kind: ConfigMap
`;

const checkout = join(folder, 'checkout');
for (const [path, content] of Object.entries({
  '.git/config': '[remote "origin"]\n\turl = https://git.example/team/app.git\n',
  Jenkinsfile: jenkins,
  '.circleci/config.yml': circle,
  'azure-pipelines.yml': azure,
  '.tekton/run.yaml': tekton,
  '.tekton/broken.yaml': 'a: [',
})) {
  mkdirSync(dirname(join(checkout, path)), { recursive: true });
  writeFileSync(join(checkout, path), content);
}

connectorConformance({
  name: 'ci over a checkout',
  connector: ci,
  open: () => ci.connect(ci.parse(checkout), signal),
  config: { good: { from: '.' }, bad: { from: '' } },
  secrets: [secret],
  expectedGaps: ['FB-CI-INCLUDE-UNREAD', 'FB-YAML-INVALID'],
});

test('every file is found where its system looks for it', async () => {
  const { estate } = await collectSession(ci, await ci.connect(ci.parse(checkout), signal), signal);
  expect(estate.all('ci.pipeline').map(({ id, data }) => `${data.system} ${id}`)).toEqual([
    'circleci ci:Pipeline/git.example/team/app/.circleci/config.yml',
    'tekton ci:Pipeline/git.example/team/app/.tekton/run.yaml',
    'jenkins ci:Pipeline/git.example/team/app/Jenkinsfile',
    'azure-pipelines ci:Pipeline/git.example/team/app/azure-pipelines.yml',
  ]);
});

test('Jenkins', () => {
  const { pipeline, problems } = readJenkins(jenkins);
  expect(pipeline?.triggers).toEqual([{ event: 'cron', branches: [] }]);
  expect(problems).toMatchObject([{ code: 'FB-CI-INCLUDE-UNREAD', line: 1 }]);
  expect(pipeline?.jobs).toMatchObject([
    {
      name: 'Build',
      line: 7,
      image: 'maven:3',
      runner: ['gpu'],
      secrets: ['signing-key'],
      pushes: ['registry.example/app'],
    },
    {
      name: 'Deploy',
      line: 11,
      manual: true,
      secrets: ['signing-key', 'deploy'],
      triggers: [{ event: 'push', branches: ['main'] }],
    },
  ]);
  expect(readJenkins("node('big') { sh 'make' }").pipeline?.jobs).toMatchObject([
    { name: 'pipeline', runner: ['big'] },
  ]);
});

test('CircleCI', () => {
  const { pipeline } = readCircle(circle);
  expect(pipeline?.jobs).toMatchObject([
    {
      name: 'build',
      image: 'cimg/node:20',
      services: ['postgres'],
      secrets: ['context npm', 'context aws', 'NPM_TOKEN'],
      triggers: [{ event: 'push', branches: ['main'] }],
      manual: false,
      idTokens: [{ name: 'CIRCLE_OIDC_TOKEN' }],
    },
    { name: 'gpu', runner: ['acme/gpu'], manual: true },
  ]);
});

test('Azure Pipelines', () => {
  const { pipeline, problems } = readAzure(azure);
  expect(pipeline?.triggers).toEqual([{ event: 'push', branches: ['main'] }]);
  expect(pipeline?.jobs).toMatchObject([
    { name: 'build', runner: [], secrets: ['group prod-secrets', 'apiKey'] },
    {
      name: 'release',
      environment: 'production',
      runner: ['Self'],
      secrets: ['group prod-secrets', 'connection prod'],
    },
  ]);
  expect(problems).toMatchObject([{ code: 'FB-CI-INCLUDE-UNREAD', line: 10 }]);
});

test('Tekton', () => {
  const { pipeline, problems } = readTekton(tekton);
  expect(pipeline?.triggers).toEqual([
    { event: 'pull_request', branches: ['main'] },
    { event: 'push', branches: ['main'] },
  ]);
  expect(pipeline?.jobs).toMatchObject([
    {
      name: 'push',
      image: 'kaniko:1',
      secrets: ['robot'],
      runner: ['service account builder'],
      pushes: ['registry.example/app'],
    },
    { name: 'other' },
  ]);
  expect(problems).toMatchObject([{ code: 'FB-CI-INCLUDE-UNREAD', line: 16 }]);
});

test.each([
  ['comments that never end', '/*'.repeat(200_000)],
  ['quotes that never end', '"'.repeat(400_000)],
  ['stages without end', "stage('a') {".repeat(30_000)],
  ['pushes without end', 'docker push -a '.repeat(30_000)],
])('Jenkins bears %s', (_, source) => expect(readJenkins(source).problems.length).toBeLessThan(100_000));

test('a link out of the folder is not followed', async () => {
  const linked = join(folder, 'linked');
  mkdirSync(linked);
  writeFileSync(join(folder, 'evil'), jenkins);
  symlinkSync(join(folder, 'evil'), join(linked, 'Jenkinsfile'));
  const { estate, gaps } = await collectSession(ci, await ci.connect(ci.parse(linked), signal), signal);
  expect(estate.all('ci.pipeline')).toEqual([]);
  expect(gaps.map(({ code }) => code)).toContain('FB-SOURCE-UNREADABLE');
});
