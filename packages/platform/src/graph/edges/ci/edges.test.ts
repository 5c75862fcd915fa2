/** The rules of pipeline files, on small worlds: what they must derive, and the near misses that they must not. */
import { type AnyFact, type CiJob, type CiPipeline, factSchemas } from '@firebreak/contract';
import { describe, expect, test } from 'vitest';
import { estateOf } from '../../../facts/estate.ts';
import { deriveGraph } from '../../derive-graph.ts';
import { nodeRules } from '../../nodes/index.ts';
import { edgeRuleFiles, edgeRules, labelOf } from '../index.ts';

const repository = { host: 'gitlab.com', path: 'acme/models' };
const source = { connector: 'test', locator: 'world' };

function pipeline(job: Partial<CiJob>, rest: Partial<CiPipeline> = {}): AnyFact {
  const jobs = [
    {
      name: 'j',
      line: 1,
      column: 1,
      triggers: [],
      manual: false,
      services: [],
      runner: [],
      secrets: [],
      idTokens: [],
      pushes: [],
      ...job,
    },
  ];
  const data = factSchemas['ci.pipeline'].parse({
    system: 'gitlab-ci',
    repository,
    path: '.gitlab-ci.yml',
    triggers: [],
    jobs,
    ...rest,
  });
  return { kind: 'ci.pipeline', id: 'ci:Pipeline/gitlab.com/acme/models/.gitlab-ci.yml', data, source };
}
const checkout: AnyFact = {
  kind: 'git.checkout',
  id: 'git:Checkout/gitlab.com/acme/models',
  data: { repository, defaultBranch: 'main' },
  source,
};

function role(subject: string): AnyFact {
  const arn = 'arn:aws:iam::123456789012:role/r';
  const data = factSchemas['aws.role'].parse({
    Arn: arn,
    RoleName: 'r',
    AssumeRolePolicyDocument: {
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: 'arn:aws:iam::123456789012:oidc-provider/gitlab.com' },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: { StringLike: { 'gitlab.com:sub': subject }, StringEquals: { 'gitlab.com:aud': 'aws' } },
        },
      ],
    },
  });
  return { kind: 'aws.role', id: `aws:Role/${arn}`, data, source } as AnyFact;
}

const j = 'ci:Job/gitlab.com/acme/models/.gitlab-ci.yml/j';
const tokens = [{ name: 'T', audiences: ['aws'] }];
const digest = `ghcr.io/a/b@sha256:${'a'.repeat(64)}`;
const cases: Readonly<
  Record<
    string,
    {
      readonly holds: readonly (readonly [AnyFact[], string])[];
      readonly misses: readonly (readonly [string, AnyFact[]])[];
    }
  >
> = {
  PIPELINE_EDIT: {
    holds: [
      [[checkout, pipeline({})], `git:Repository/gitlab.com/acme/models -> ${j}`],
      [[checkout, pipeline({})], `git:Push/gitlab.com/acme/models -> ${j}`],
    ],
    misses: [['in no repository that we know', [pipeline({}, { repository: undefined })]]],
  },
  PIPELINE_SECRET: {
    holds: [[[pipeline({ secrets: ['KEY'] })], `${j} -> ci:Secret/gitlab.com/acme/models/gitlab-ci/KEY`]],
    misses: [['it names none', [pipeline({})]]],
  },
  PIPELINE_ROLE: {
    holds: [
      [
        [checkout, pipeline({ idTokens: tokens }), role('project_path:acme/models:ref_type:branch:ref:main')],
        `${j} -> aws:Role/arn:aws:iam::123456789012:role/r`,
      ],
    ],
    misses: [
      [
        'another branch',
        [checkout, pipeline({ idTokens: tokens }), role('project_path:acme/models:ref_type:branch:ref:prod')],
      ],
      ['another project', [checkout, pipeline({ idTokens: tokens }), role('project_path:acme/other:*')]],
      ['another audience', [checkout, pipeline({ idTokens: [{ name: 'T', audiences: ['gcp'] }] }), role('*')]],
      ['no token', [checkout, pipeline({}), role('*')]],
      ['another system', [checkout, pipeline({ idTokens: tokens }, { system: 'circleci' }), role('*')]],
    ],
  },
  PIPELINE_IMAGE_PUSH: {
    holds: [[[pipeline({ pushes: ['ghcr.io/a/b'] })], `${j} -> oci:Repository/ghcr.io/a/b`]],
    misses: [['no reference', [pipeline({ pushes: ['A B'] })]]],
  },
  PIPELINE_IMAGE: {
    holds: [
      [[pipeline({ image: 'ghcr.io/a/b:1' })], `oci:Repository/ghcr.io/a/b -> ${j}`],
      [[pipeline({ services: ['postgres'] })], `oci:Repository/docker.io/library/postgres -> ${j}`],
    ],
    misses: [
      ['by digest', [pipeline({ image: digest })]],
      ['a variable', [pipeline({ image: '$IMAGE' })]],
    ],
  },
  PIPELINE_RUNNER: {
    holds: [[[pipeline({ runner: ['gpu'] })], `${j} -> ci:RunnerPool/gitlab.com/acme/models/gitlab-ci/gpu`]],
    misses: [['any machine', [pipeline({})]]],
  },
  PIPELINE_RUNNER_JOBS: {
    holds: [[[pipeline({ runner: ['gpu'] })], `ci:RunnerPool/gitlab.com/acme/models/gitlab-ci/gpu -> ${j}`]],
    misses: [['any machine', [pipeline({})]]],
  },
};

test('every rule has a positive case and a near miss', () => {
  expect(Object.keys(cases).sort()).toEqual(
    edgeRuleFiles
      .filter((file) => file.startsWith('ci/'))
      .map(labelOf)
      .sort(),
  );
});

describe.each(Object.entries(cases))('%s', (label, { holds, misses }) => {
  const edges = (facts: AnyFact[]) =>
    [...deriveGraph(estateOf(facts, []), nodeRules, edgeRules).liveEdges()].filter(({ type }) => type === label);
  test.each(holds)('holds', (facts, edge) => {
    const found = edges(facts);
    expect(found.map(({ from, to }) => `${from} -> ${to}`)).toContain(edge);
    for (const each of found) expect(each.facts.length).toBeGreaterThan(0);
  });
  test.each(misses)('near miss: %s', (_, facts) => expect(edges(facts)).toEqual([]));
});

test('a branch that the file names is no open door, and a job by hand is none either', () => {
  const pushes = (job: Partial<CiJob>) =>
    [...deriveGraph(estateOf([checkout, pipeline(job)], []), nodeRules, edgeRules).liveEdges()].filter(
      ({ type, from }) => type === 'PIPELINE_EDIT' && from.startsWith('git:Push/'),
    );
  expect(pushes({})).toHaveLength(1);
  expect(pushes({ triggers: [{ event: 'push', branches: ['main'] }] })).toEqual([]);
  expect(pushes({ manual: true })).toEqual([]);
});
