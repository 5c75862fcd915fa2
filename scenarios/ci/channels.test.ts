/**
 * Update channels of a company whose code goes by GitHub, GitLab, Jenkins and Tekton into images, a cluster and a cloud: who may
 * publish, who may promote, what pulls, and where one identity both builds and runs. Read from files by the connectors.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnyConnector, Channel, Channels, Estate } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import aws from '../../packages/platform/src/connectors/aws/index.ts';
import ci from '../../packages/platform/src/connectors/ci/index.ts';
import github from '../../packages/platform/src/connectors/github/index.ts';
import gitlabCi from '../../packages/platform/src/connectors/gitlab-ci/index.ts';
import kubernetes from '../../packages/platform/src/connectors/kubernetes/index.ts';
import { collectEstate } from '../../packages/platform/src/facts/collect.ts';
import { joinEstates } from '../../packages/platform/src/facts/join-estates.ts';
import { deriveGraph } from '../../packages/platform/src/graph/derive-graph.ts';
import { edgeRules } from '../../packages/platform/src/graph/edges/index.ts';
import { nodeRules } from '../../packages/platform/src/graph/nodes/index.ts';
import { channelsOf } from '../../packages/platform/src/inventory/channels.ts';
import { githubAnswers, modelsCheckout, place } from './testing/acme.case.ts';
import { gitlabCheckout, jenkinsCheckout, mixedAws, mixedManifests } from './testing/acme-channels.case.ts';

const folder = mkdtempSync(join(tmpdir(), 'firebreak-scenario-channels-'));
afterAll(() => rmSync(folder, { recursive: true }));
const signal = new AbortController().signal;
let answer: Channels;

beforeAll(async () => {
  const read = async (connector: AnyConnector, from: string): Promise<Estate> =>
    (await collectEstate(connector, connector.parse(from), signal)).estate;
  const estate = joinEstates([
    await read(github, place(folder, 'checkout', modelsCheckout)),
    await read(github, place(folder, 'github', githubAnswers)),
    await read(gitlabCi, place(folder, 'gitlab', gitlabCheckout)),
    await read(ci, place(folder, 'jenkins', jenkinsCheckout)),
    await read(aws, place(folder, 'aws', mixedAws)),
    await read(kubernetes, place(folder, 'manifests', mixedManifests)),
  ]);
  answer = channelsOf(deriveGraph(estate, nodeRules, edgeRules));
});

function channel(id: string): Channel {
  const found = answer.channels.find((each) => each.id === id);
  if (found === undefined) throw new Error(`no channel ${id}`);
  return found;
}
/** The last two parts of each id. */
const names = (refs: readonly { readonly id: string }[]) => refs.map(({ id }) => id.split('/').slice(-2).join('/'));

test.each([
  {
    what: 'Argo CD, driven by a branch that nothing protects',
    id: 'kubernetes:Application.argoproj.io/argocd/live',
    driven: 'repository',
    sources: ['acme/deploy', 'deploy/main'],
    publish: ['github.com/ada', 'github.com/grace'],
    promote: ['tools/bot'],
    pull: ['live/live'],
  },
  {
    what: 'Flux, driven by a branch that takes two approvals: only who may take the protection away',
    id: 'kubernetes:Kustomization.kustomize.toolkit.fluxcd.io/flux-system/guarded',
    driven: 'repository',
    sources: ['flux-system/deploy', 'deploy/production'],
    publish: ['github.com/ada'],
    promote: [],
    pull: ['guarded/guarded'],
  },
  {
    what: 'an image that a job of GitHub pushes from a branch that takes an approval',
    id: 'oci:Repository/ghcr.io/acme/serving',
    driven: 'repository',
    sources: [
      'train.yml/image',
      'models/main',
      'actions/checkout',
      'docker/build-push-action',
      'docker/login-action',
      'acme/models',
    ],
    publish: ['github.com/ada'],
    promote: ['train.yml/image'],
    pull: ['serving/serving'],
  },
  {
    what: 'an image of GitLab',
    id: 'oci:Repository/registry.gitlab.com/acme/scorer',
    driven: 'repository',
    sources: ['.gitlab-ci.yml/build', 'acme/scorer', 'library/docker', 'scorer/main'],
    publish: [],
    promote: [],
    pull: ['scorer/scorer'],
  },
  {
    what: 'an image of Jenkins',
    id: 'oci:Repository/registry.example/legacy',
    driven: 'repository',
    sources: ['Jenkinsfile/Push', 'acme/legacy', 'legacy/main'],
    publish: [],
    promote: [],
    pull: ['legacy/legacy'],
  },
  {
    what: 'an image of Tekton',
    id: 'oci:Repository/registry.example/embedder',
    driven: 'repository',
    sources: ['push.yaml/image', 'acme/legacy', 'library/kaniko', 'legacy/main'],
    publish: [],
    promote: [],
    pull: ['embedder/embedder'],
  },
])('$what', ({ id, driven, sources, publish, promote, pull }) => {
  const found = channel(id);
  expect(found.driven).toBe(driven);
  expect(names(found.sources)).toEqual(sources);
  expect(names(found.publish)).toEqual(publish);
  expect(names(found.promote)).toEqual(promote);
  expect(names(found.pull)).toEqual(pull);
});

test('one identity that builds and runs is found, twice, and nothing else is', () => {
  const findings = answer.channels.flatMap(({ id, findings: all }) =>
    all.map(({ finding, actor, why }) => ({ channel: id.split('/').at(-1), finding, actor: actor.id, why })),
  );
  expect(findings).toEqual([
    {
      channel: 'live',
      finding: 'publishes-and-operates',
      actor: 'kubernetes:ServiceAccount/tools/bot',
      why: 'It may change what is delivered, and also has power over kubernetes:Deployment/live/live beside the channel.',
    },
    {
      channel: 'ranker',
      finding: 'publishes-what-it-runs',
      actor: 'aws:Role/arn:aws:iam::111122223333:role/serving',
      why: 'What the channel delivers runs with it (if oidc.eks.eu-west-1.amazonaws.com/id/ABCDEF is the issuer of this cluster), and it may change what the channel delivers.',
    },
  ]);
  expect(answer.counts.mixed).toBe(2);
});

test('that nobody told who may write to what GitLab and Jenkins build is said', () => {
  if (answer.completeness.answer === 'complete') throw new Error('it claims to be complete');
  const told = answer.completeness.reasons.filter(({ code }) => code === 'FB-ACCESS-UNTOLD').map(({ where }) => where);
  for (const source of ['gitlab', 'jenkins']) expect(told).toContain(source);
});
