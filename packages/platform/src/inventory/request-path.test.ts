import { expect, test } from 'vitest';
import { group, idOf, smallWorld, step, thing } from '../graph/small-world.ts';
import { requestPath } from './request-path.ts';

const graph = smallWorld({
  nodes: [
    thing('Endpoint/chat', { class: 'endpoint' }),
    thing('Pod/gateway'),
    thing('Container/gateway/app'),
    thing('Agent/helper', { class: 'agent' }),
    thing('Tool/search', { class: 'tool' }),
    thing('Prompt/system', { class: 'prompt' }),
    thing('Volume/cache', { class: 'volume' }),
    thing('Store/vectors', { class: 'vector-store' }),
    thing('Data/orders', { class: 'dataset' }),
    thing('Data/other', { class: 'dataset' }),
    thing('Account/helper', { class: 'identity' }),
    thing('Role/orders', { class: 'permission' }),
    thing('Account/deployer', { class: 'identity' }),
    thing('Role/patch', { class: 'permission' }),
    thing('Account/far', { class: 'identity' }),
    thing('Host/one', { class: 'host' }),
    thing('Job/train', { class: 'pipeline' }),
    thing('Pod/neighbour'),
  ],
  edges: {
    LISTENS: [step('Endpoint/chat', 'Pod/gateway', { likelihood: 0.2 })],
    RUNS: [step('Pod/gateway', 'Container/gateway/app')],
    CALLS: [
      step('Container/gateway/app', 'Agent/helper'),
      step('Agent/helper', 'Tool/search'),
      step('Agent/helper', 'Prompt/system'),
    ],
    MOUNTS: [step('Container/gateway/app', 'Volume/cache'), step('Volume/cache', 'Store/vectors')],
    ASSUMES: [step('Agent/helper', 'Account/helper')],
    MAY: [
      step('Account/helper', 'Role/orders'),
      step('Account/deployer', 'Role/patch'),
      step('Host/one', 'Account/far'),
    ],
    READS: [step('Role/orders', 'Data/orders'), step('Role/orders', group('any data', ['Data/other']))],
    PATCH: [step('Role/patch', group('pods', ['Pod/gateway']))],
    // attacks, training and neighbours are no part of the request
    BREAKS: [
      step('Container/gateway/app', 'Pod/neighbour', { likelihood: 0.5 }),
      step('Container/gateway/app', 'Host/one'),
    ],
    TRAINS: [step('Store/vectors', 'Job/train')],
    HACK: [step('Account/far', 'Account/deployer', { likelihood: 0.3 })],
  },
});
const answer = requestPath(graph, graph.resolve(idOf('Endpoint/chat')));

test('the stations of the request, and no other', () => {
  expect(answer.stations.map(({ id, station, hops }) => [id.slice(5), station, hops])).toEqual([
    ['Endpoint/chat', 'entry', 0],
    ['Pod/gateway', 'inference', 1],
    ['Container/gateway/app', 'inference', 2],
    ['Agent/helper', 'inference', 3],
    ['Volume/cache', 'storage', 3],
    ['Prompt/system', 'steering', 4],
    ['Tool/search', 'outbound', 4],
    ['Data/orders', 'retrieval', 4],
    ['Store/vectors', 'retrieval', 4],
  ]);
});

test('a hop says by which identity it goes', () => {
  const hop = answer.hops.find(({ to }) => to.id === idOf('Data/orders'));
  expect(hop).toMatchObject({ type: 'READS', from: { id: idOf('Agent/helper') }, facts: ['fact:Role/orders'] });
  expect(hop?.by.map(({ id }) => id.slice(5))).toEqual(['Account/helper', 'Role/orders']);
  expect(answer.hops.filter(({ by }) => by.length === 0)).toHaveLength(7);
});

test('every identity that can influence a station is named, with how', () => {
  const at = (text: string) =>
    answer.stations.find(({ id }) => id === idOf(text))?.influences.map(({ id, how }) => [id.slice(5), how]);
  expect(at('Endpoint/chat')).toEqual([]);
  expect(at('Pod/gateway')).toEqual([
    ['Account/deployer', 'direct'],
    ['Account/far', 'attack'],
  ]);
  // the container belongs to the pod, so whoever has power over the pod has it over the container
  expect(at('Container/gateway/app')).toEqual([
    ['Account/deployer', 'direct'],
    ['Account/far', 'attack'],
  ]);
  expect(at('Agent/helper')).toEqual([
    ['Account/helper', 'runs-as'],
    ['Account/deployer', 'attack'],
    ['Account/far', 'attack'],
  ]);
  expect(at('Data/orders')?.find(([id]) => id === 'Account/helper')?.[1]).toBe('direct');
  expect(answer.actors[0]).toMatchObject({ id: idOf('Account/deployer'), stations: 8, direct: 2 });
});

test('a request that touches too much says so', () => {
  const names = Array.from({ length: 300 }, (_, index) => `p${index}`);
  const wide = smallWorld({
    nodes: [thing('e', { class: 'endpoint' }), ...names.map((name) => thing(name))],
    edges: { LISTENS: names.map((name) => step('e', name)) },
  });
  const { stations, completeness } = requestPath(wide, wide.resolve(idOf('e')));
  expect(stations).toHaveLength(200);
  expect(completeness).toMatchObject({ answer: 'limited', reasons: [{ code: 'FB-ANSWER-BOUNDED' }] });
});

test('the request goes against the steps by which answers steer and listeners hold an address', () => {
  const world = smallWorld({
    nodes: [
      thing('Agent/helper', { class: 'agent' }),
      thing('Agent/neighbour', { class: 'agent' }),
      thing('ModelEndpoint/gateway', { class: 'endpoint' }),
      thing('PromptWrite/helper', { class: 'update-channel' }),
      thing('Prompt/helper', { class: 'prompt' }),
      thing('Pod/gateway'),
      thing('Proxy/gateway', { class: 'control-plane' }),
      thing('Model/own', { class: 'endpoint' }),
      thing('Key/vendor', { class: 'credential' }),
      thing('Endpoint/own', { class: 'endpoint' }),
    ],
    edges: {
      MODEL_STEERS: [step('ModelEndpoint/gateway', 'Agent/helper'), step('ModelEndpoint/gateway', 'Agent/neighbour')],
      PROMPT_STEERS: [step('PromptWrite/helper', 'Agent/helper')],
      PROCESS_BEHIND_ADDRESS: [step('Pod/gateway', 'ModelEndpoint/gateway')],
      PROXY_BEHIND_ENDPOINT: [step('Proxy/gateway', 'ModelEndpoint/gateway')],
      PROXY_CONTROL: [step('Proxy/gateway', group('everything behind it', ['Model/own', 'Key/vendor']))],
      MODEL_ADDRESS: [step('Model/own', 'Endpoint/own')],
    },
  });
  const { stations } = requestPath(world, world.resolve(idOf('Agent/helper')));
  expect(stations.map(({ id, station, hops }) => `${hops} ${station} ${id.slice(5)}`)).toEqual([
    '0 entry Agent/helper',
    '1 outbound ModelEndpoint/gateway',
    '1 steering Prompt/helper',
    '2 inference Pod/gateway',
    '2 inference Proxy/gateway',
    '3 outbound Model/own',
    '4 outbound Endpoint/own',
  ]);
  const fromGateway = requestPath(world, world.resolve(idOf('ModelEndpoint/gateway')));
  expect(fromGateway.stations.map(({ id }) => id)).not.toContain(idOf('Agent/neighbour'));
});
