/** Repositories of code and of artifacts that feed a cluster: what joins, and what only looks alike. */
import type { AnyFact } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { normalise } from '../../../connectors/kubernetes/normalise.ts';
import { estateOf } from '../../../facts/estate.ts';
import { deriveGraph } from '../../derive-graph.ts';
import { nodeRules } from '../../nodes/index.ts';
import { checkout, estate, known, reviewed, type World } from '../github/cases/world.case.ts';
import { edgeRules } from '../index.ts';

const rules = edgeRules.filter(({ label }) => label === 'REPOSITORY_DELIVERS' || label === 'ARTIFACT_DELIVERS');

function edges(...objects: readonly object[]): string[] {
  const facts = objects.flatMap<AnyFact>(
    (object) => normalise(object as never, { locator: 'test', defaultNamespace: 'default' }).facts,
  );
  const graph = deriveGraph(estateOf(facts, []), [], rules);
  return [...graph.liveEdges()].map(({ type, from, to }) => `${type} ${from} -> ${to.replace('kubernetes:', '')}`);
}

const metadata = { name: 'a', namespace: 'argocd' };
const application = (source: object, syncPolicy: object = { automated: {} }) => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata,
  spec: { destination: { namespace: 'prod' }, source, syncPolicy },
});
const flux = (kind: string, spec: object) => ({
  apiVersion: `${kind.endsWith('Repository') ? 'source' : 'kustomize'}.toolkit.fluxcd.io/v1`,
  kind,
  metadata,
  spec,
});
const app = 'Application.argoproj.io/argocd/a';

test.each([
  [
    application({ repoURL: 'git@github.com:Acme/Deploy.git', targetRevision: 'main', path: 'prod' }),
    `REPOSITORY_DELIVERS git:Repository/github.com/acme/deploy -> ${app}`,
  ],
  [
    application({ repoURL: 'ghcr.io/acme/charts', chart: 'serving', targetRevision: '1.*' }),
    `ARTIFACT_DELIVERS oci:Repository/ghcr.io/acme/charts/serving -> ${app}`,
  ],
  [
    flux('GitRepository', { url: 'ssh://git@github.com/acme/deploy', ref: { branch: 'main' } }),
    'REPOSITORY_DELIVERS git:Repository/github.com/acme/deploy -> GitRepository.source.toolkit.fluxcd.io/argocd/a',
  ],
  [
    flux('OCIRepository', { url: 'oci://ghcr.io/acme/manifests', ref: { tag: 'stable' } }),
    'ARTIFACT_DELIVERS oci:Repository/ghcr.io/acme/manifests -> OCIRepository.source.toolkit.fluxcd.io/argocd/a',
  ],
])('%j', (object, edge) => expect(edges(object)).toEqual([edge]));

test.each([
  [
    'a commit is taken, not a name',
    application({ repoURL: 'https://github.com/acme/deploy', targetRevision: 'a'.repeat(40) }),
  ],
  [
    'a digest is taken',
    flux('OCIRepository', { url: 'oci://ghcr.io/acme/m', ref: { digest: `sha256:${'a'.repeat(64)}` } }),
  ],
  ['nobody syncs', application({ repoURL: 'https://github.com/acme/deploy' }, {})],
  ['it is suspended', flux('GitRepository', { url: 'https://github.com/acme/deploy', suspend: true })],
  [
    'a Helm repository is a web server',
    application({ repoURL: 'https://charts.example.com/stable', chart: 'serving' }),
  ],
  ['a template names nothing', application({ repoURL: '{{repo}}' })],
])('no edge: %s', (_, object) => expect(edges(object)).toEqual([]));

const followed = (revision: string) =>
  normalise(application({ repoURL: 'https://github.com/acme/models', targetRevision: revision }) as never, {
    locator: 'test',
    defaultNamespace: 'default',
  }).facts;
const wayIn = (revision: string, ...world: World) =>
  [...deriveGraph(estate(...world, followed(revision)), nodeRules, rules).liveEdges()].map(
    ({ from, likelihood, note }) => `${from} ${likelihood} ${note}`,
  );
const repository = 'git:Repository/github.com/acme/models';

test.each([
  ['the default branch is the repository', wayIn('main', known()), `${repository} 1 main`],
  ['whatever it has for its own', wayIn('HEAD', known()), `${repository} 1 HEAD`],
  ['nobody read the repository', wayIn('prod'), `${repository} 1 prod`],
  [
    'a branch that is protected',
    wayIn('prod', known(), reviewed('prod', 2)),
    'git:Branch/github.com/acme/models/prod 1 prod',
  ],
  [
    'a branch that nothing protects',
    wayIn('prod', known(), reviewed('main')),
    'git:Push/github.com/acme/models 1 prod; nothing protects prod',
  ],
  ['a tag', wayIn('v1', known()), 'git:Push/github.com/acme/models 0.8 v1; rules for tags were not read'],
  [
    'a checkout tells nothing of protection',
    wayIn('prod', checkout),
    'git:Push/github.com/acme/models 0.5 prod; what protects prod was not read',
  ],
])('who decides what is delivered: %s', (_, found, edge) => expect(found).toEqual([edge]));
