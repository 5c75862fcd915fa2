/** From whoever may push to what runs: tags are followed, digests are not, and what a registry does not tell has odds. */
import { type AnyFact, type FactKind, factSchemas, ociId } from '@firebreak/contract';
import { describe, expect, test } from 'vitest';
import { normalise } from '../../../connectors/kubernetes/normalise.ts';
import { estateOf } from '../../../facts/estate.ts';
import { deriveGraph } from '../../derive-graph.ts';
import { nodeRules } from '../../nodes/index.ts';
import { edgeRules } from '../index.ts';

const registry = 'registry.example';
const repository = 'acme/server';
const digest = `sha256:${'a'.repeat(64)}`;
const repositoryNode = `oci:Repository/${registry}/${repository}`;

function fact(kind: FactKind, id: string, data: object): AnyFact {
  return {
    id,
    kind,
    data: factSchemas[kind].parse({ registry, repository, ...data }),
    source: { connector: 'oci', locator: 'test' },
  } as AnyFact;
}
const known = fact('oci.repository', ociId('Repository', registry, repository), {});
const access = (data: object, of: string | undefined = repository) =>
  fact('oci.access', `oci:Access/${registry}/${JSON.stringify(data)}`, { repository: of, because: 'test', ...data });
const image = (data: object = {}) =>
  fact('oci.image', ociId('Image', registry, `${repository}@${digest}`), {
    digest,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    form: 'image',
    ...data,
  });
const tag = fact('oci.tag', ociId('Tag', registry, `${repository}:stable`), { tag: 'stable', digest });

function pod(container: object, spec: object = {}): readonly AnyFact[] {
  return normalise(
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'ml' },
      spec: { containers: [{ name: 'main', ...container }], ...spec },
    } as never,
    { locator: 'test' },
  ).facts;
}

function edges(label: string, facts: readonly AnyFact[]): readonly string[] {
  const rules = edgeRules.filter((rule) => rule.label === label);
  const graph = deriveGraph(estateOf(facts, []), nodeRules, rules);
  const made = new Set(nodeRules.flatMap((rule) => [...rule.derive(estateOf(facts, []))].map(({ id }) => id)));
  return [...graph.liveEdges()]
    .filter(({ type }) => type === label)
    .map(({ from, to, likelihood, facts: cited }) => {
      for (const end of [from, to]) expect(made, end).toContain(end);
      expect(cited.length).toBeGreaterThan(0);
      return `${from} -> ${to} ${likelihood}`;
    });
}

describe('IMAGE_PUSH_RUNS', () => {
  const container = 'kubernetes:Container/ml/p/main';
  test.each([
    [{ image: `${registry}/${repository}:stable`, imagePullPolicy: 'Always' }, 0.9],
    [{ image: `${registry}/${repository}:stable`, imagePullPolicy: 'IfNotPresent' }, 0.5],
    [{ image: `${registry}/${repository}:stable` }, 0.5],
    [{ image: `${registry}/${repository}` }, 0.9],
  ])('%j', (spec, odds) =>
    expect(edges('IMAGE_PUSH_RUNS', pod(spec))).toEqual([`${repositoryNode} -> ${container} ${odds}`]),
  );
  test.each([
    { image: `${registry}/${repository}@${digest}` },
    { image: `${registry}/${repository}:stable@${digest}`, imagePullPolicy: 'Always' },
    { image: `${registry}/${repository}:stable`, imagePullPolicy: 'Never' },
    { image: '{{ .Values.image }}' },
    {},
  ])('near miss: %j', (spec) => expect(edges('IMAGE_PUSH_RUNS', pod(spec))).toEqual([]));
  test('a container that prepares the pod controls the pod; one that has ended holds nothing', () => {
    const init = { initContainers: [{ name: 'init', image: `${registry}/${repository}` }] };
    expect(edges('IMAGE_PUSH_RUNS', pod({ image: `x@${digest}` }, init))).toEqual([
      `${repositoryNode} -> kubernetes:Pod/ml/p 0.9`,
    ]);
  });
  test('Docker Hub by any of its names is one repository', () => {
    for (const name of ['nginx', 'docker.io/nginx', 'index.docker.io/library/nginx:latest'])
      expect(edges('IMAGE_PUSH_RUNS', pod({ image: name }))[0]).toMatch(
        /^oci:Repository\/docker\.io\/library\/nginx -> /,
      );
  });
});

describe('who may push and pull', () => {
  const user = `oci:User/${registry}/ci`;
  test('a user who may push', () =>
    expect(edges('IMAGE_PUSH', [known, access({ user: 'ci', pull: 'yes', push: 'yes' })])).toEqual([
      `${user} -> ${repositoryNode} 1`,
    ]));
  test('what the registry does not tell has odds', () =>
    expect(edges('IMAGE_PUSH', [known, access({ pull: 'yes', push: 'unknown' })])).toEqual([
      `oci:Anonymous/${registry} -> ${repositoryNode} 0.5`,
    ]));
  test('near miss: a user who may only pull, and nobody at all', () => {
    const facts = [known, access({ user: 'ci', pull: 'yes', push: 'no' }), access({ pull: 'no', push: 'no' })];
    expect(edges('IMAGE_PUSH', facts)).toEqual([]);
    const content = `oci:RepositoryContent/${registry}/${repository}`;
    expect(edges('IMAGE_PULL', facts)).toEqual([`${user} -> ${content} 1`]);
    expect(edges('IMAGE_READ', [...facts, image()])).toEqual([
      `${content} -> oci:Image/${registry}/${repository}@${digest} 1`,
    ]);
  });
  test('a right to the whole registry is one to its repositories, and not to another registry’s', () => {
    const other = fact('oci.repository', 'oci:Repository/other.example/x', {
      registry: 'other.example',
      repository: 'x',
    });
    const all = edges('IMAGE_PUSH', [known, other, access({ user: 'ci', pull: 'yes', push: 'yes' }, undefined)]);
    expect(all).toEqual([`${user} -> ${repositoryNode} 1`]);
  });
});

test('whoever may push may move the tags', () =>
  expect(edges('TAG_MOVE', [known, tag])).toEqual([`${repositoryNode} -> oci:Tag/${registry}/${repository}:stable 1`]));

describe('IMAGE_SOURCE', () => {
  test('the label names the repository of the code', () =>
    expect(edges('IMAGE_SOURCE', [known, image({ source: 'https://github.com/Acme/server.git' })])).toEqual([
      `git:Repository/github.com/acme/server -> ${repositoryNode} 0.5`,
    ]));
  test('near miss: a label that names none', () =>
    expect(edges('IMAGE_SOURCE', [known, image({ source: 'see our wiki' }), tag])).toEqual([]));
});

test('a signature that was found is shown on what it speaks of, and a model in a registry is a jewel', () => {
  const signature = fact('oci.referrer', ociId('Referrer', registry, `${repository}@sha256:${'b'.repeat(64)}`), {
    subject: digest,
    digest: `sha256:${'b'.repeat(64)}`,
    says: 'signature',
    found: 'cosign-tag',
    count: 2,
  });
  const graph = deriveGraph(estateOf([known, tag, image({ form: 'model' }), signature], []), nodeRules, []);
  const node = (id: string) => graph.nodeAt(graph.resolve(id));
  expect(node(ociId('Tag', registry, `${repository}:stable`)).detail).toMatchObject({ signatureFound: true });
  expect(node(ociId('Image', registry, `${repository}@${digest}`))).toMatchObject({
    class: 'model',
    detail: { signaturesFound: 2, sbomsFound: 0 },
  });
});
