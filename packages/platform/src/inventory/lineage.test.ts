import { expect, test } from 'vitest';
import { group, idOf, smallWorld, step, thing } from '../graph/small-world.ts';
import { lineageOf } from './lineage.ts';

const graph = smallWorld({
  nodes: [
    thing('Data/raw', { class: 'dataset', about: { owner: 'data' }, detail: { commit: 'abc' } }),
    thing('Data/clean', { class: 'dataset' }),
    thing('Data/unrelated', { class: 'dataset' }),
    thing('Repo/train', { class: 'repository' }),
    thing('Job/train', { class: 'pipeline' }),
    thing('Model/v1', { class: 'model' }),
    thing('Service/v1', { class: 'model' }),
    thing('Store/embeddings', { class: 'vector-store' }),
    thing('Deployment/server'),
    thing('Pod/server'),
    thing('Host/gpu', { class: 'host' }),
    thing('Endpoint/predict', { class: 'endpoint' }),
    thing('Account/a', { class: 'identity' }),
  ],
  edges: {
    FEEDS: [
      step('Data/raw', 'Data/clean'),
      step('Data/clean', 'Job/train'),
      step('Repo/train', 'Job/train', { likelihood: 0.5, note: 'if it builds' }),
    ],
    MAKES: [step('Job/train', 'Model/v1'), step('Model/v1', 'Service/v1'), step('Model/v1', 'Store/embeddings')],
    RUNS: [step('Service/v1', 'Pod/server'), step('Deployment/server', 'Pod/server'), step('Host/gpu', 'Pod/server')],
    LISTENS: [step('Endpoint/predict', 'Pod/server', { likelihood: 0.2 })],
    ANY: [
      step('Account/a', group('data', ['Data/unrelated', 'Data/raw'])),
      step('Job/train', group('data', ['Data/unrelated', 'Data/raw'])),
    ],
  },
});
const ids = (nodes: readonly { readonly id: string; readonly distance: number }[]) =>
  nodes.map(({ id, distance }) => [id.slice(5), distance]);
const answer = lineageOf(graph, graph.resolve(idOf('Model/v1')));

test('upstream is what it is made from, downstream what is made from it', () => {
  expect(ids(answer.upstream)).toEqual([
    ['Job/train', 1],
    ['Data/clean', 2],
    ['Repo/train', 2],
    ['Data/raw', 3],
  ]);
  expect(ids(answer.downstream)).toEqual([['Store/embeddings', 1]]);
  expect(answer.upstream.find(({ name }) => name === 'raw')).toMatchObject({
    owner: 'data',
    detail: { commit: 'abc' },
  });
});

test('what runs it is named as a whole, with its hosts and where it answers', () => {
  expect(ids(answer.running)).toEqual([
    ['Deployment/server', 2],
    ['Service/v1', 2],
  ]);
  expect(answer.running[0]?.hosts.map(({ id }) => id)).toEqual([idOf('Host/gpu')]);
  expect(ids(answer.endpoints)).toEqual([['Endpoint/predict', 1]]);
});

test('links keep their odds and their remarks', () => {
  const link = answer.links.find(({ from }) => from.id === idOf('Repo/train'));
  expect(link).toMatchObject({ likelihood: 0.5, note: 'if it builds', type: 'FEEDS', facts: ['fact:Repo/train'] });
  expect(answer.links.some(({ from }) => from.id === idOf('Account/a'))).toBe(false);
});

test('a circle is what it is made from, and ends', () => {
  const circle = smallWorld({
    nodes: [thing('m', { class: 'model' }), thing('d', { class: 'dataset' })],
    edges: { FEEDS: [step('m', 'd'), step('d', 'm')] },
  });
  const { upstream, downstream } = lineageOf(circle, circle.resolve(idOf('m')));
  expect([ids(upstream), ids(downstream)]).toEqual([[['Thing/d', 1]], []]);
});

test('where reading and changing are told apart, the lineage runs by what changes', () => {
  const apart = smallWorld({
    nodes: [
      thing('Data/raw', { class: 'dataset' }),
      thing('DataWrite/raw', { class: 'update-channel' }),
      thing('Data/only-read', { class: 'dataset' }),
      thing('DataWrite/only-read', { class: 'update-channel' }),
      thing('Bucket/b', { class: 'dataset' }),
      thing('BucketWrite/b', { class: 'update-channel' }),
      thing('Shelf/all', { class: 'dataset' }),
      thing('ShelfWrite/all', { class: 'update-channel' }),
      thing('Job/j', { class: 'pipeline' }),
      thing('Job/report', { class: 'pipeline' }),
      thing('Model/m', { class: 'model' }),
      thing('ModelWrite/m', { class: 'update-channel' }),
      thing('Service/s', { class: 'model' }),
    ],
    edges: {
      TRAINS: [step('DataWrite/raw', 'Job/j')],
      READS: [step('Job/j', 'Data/only-read'), step('Job/report', 'Model/m')],
      PRODUCES: [step('Job/j', 'ModelWrite/m')],
      OVERWRITES: [step('BucketWrite/b', 'ModelWrite/m')],
      // whoever reads the shelf can read the model: nothing of it is made from the shelf
      HOLDS: [step('Shelf/all', 'Model/m')],
      SERVES: [step('ModelWrite/m', 'Service/s')],
    },
  });
  const of = (text: string) => lineageOf(apart, apart.resolve(idOf(text)));
  expect(ids(of('Model/m').upstream)).toEqual([
    ['Bucket/b', 1],
    ['Job/j', 1],
    ['Data/only-read', 2],
    ['Data/raw', 2],
  ]);
  expect(ids(of('Model/m').downstream)).toEqual([
    ['Job/report', 1],
    ['Service/s', 1],
  ]);
  expect(ids(of('Data/raw').downstream)).toEqual([
    ['Job/j', 1],
    ['Model/m', 2],
    ['Job/report', 3],
    ['Service/s', 3],
  ]);
  expect(ids(of('Data/only-read').downstream)[0]).toEqual(['Job/j', 1]);
  expect(of('Model/m').links).toContainEqual(
    expect.objectContaining({
      type: 'READS',
      from: expect.objectContaining({ id: idOf('Data/only-read') }),
      to: expect.objectContaining({ id: idOf('Job/j') }),
    }),
  );
});

test('weights are made from what the service is made from that loads them', () => {
  const loaded = smallWorld({
    nodes: [
      thing('Bucket/b', { class: 'dataset' }),
      thing('BucketWrite/b', { class: 'update-channel' }),
      thing('Service/s', { class: 'model' }),
      thing('Container/s'),
      thing('Model/weights', { class: 'model' }),
    ],
    edges: {
      SERVES: [step('BucketWrite/b', 'Service/s')],
      RUNS: [step('Service/s', 'Container/s')],
      LOADS: [step('Container/s', 'Model/weights')],
      STORED: [step('Bucket/b', 'Model/weights')],
    },
  });
  const { upstream, running } = lineageOf(loaded, loaded.resolve(idOf('Model/weights')));
  expect(ids(upstream)).toEqual([['Bucket/b', 1]]);
  expect(ids(running)).toEqual([['Service/s', 1]]);
});
