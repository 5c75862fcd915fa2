import { expect, test } from 'vitest';
import { group, idOf, smallWorld, step, thing } from '../graph/small-world.ts';
import { channelsOf } from './channels.ts';

const graph = smallWorld({
  nodes: [
    thing('Repo/deploy', { class: 'repository' }),
    thing('Repo/unused', { class: 'repository' }),
    thing('Sync/prod', { class: 'update-channel', about: { owner: 'platform' } }),
    thing('Images/app', { class: 'artifact' }),
    thing('Build/app', { class: 'pipeline' }),
    thing('Deployment/web'),
    thing('Pod/web'),
    thing('Account/web', { class: 'identity' }),
    thing('Account/author', { class: 'identity', tenure: { lifetime: 'static' } }),
    thing('Account/bot', { class: 'identity' }),
    thing('Account/operator', { class: 'identity' }),
    thing('Role/sync', { class: 'permission' }),
    thing('Role/pods', { class: 'permission' }),
    thing('Role/root', { class: 'permission' }),
    thing('Account/root', { class: 'identity' }),
    thing('Cluster/all', { class: 'control-plane' }),
  ],
  edges: {
    DELIVERS: [step('Repo/deploy', 'Sync/prod'), step('Sync/prod', 'Deployment/web')],
    PUSHES: [step('Build/app', 'Images/app'), step('Images/app', 'Deployment/web', { likelihood: 0.5 })],
    RUNS: [step('Deployment/web', 'Pod/web')],
    ASSUMES: [step('Pod/web', 'Account/web')],
    WRITE: [
      step('Account/author', 'Repo/deploy'),
      step('Account/web', 'Repo/deploy'),
      step('Account/bot', 'Build/app'),
    ],
    MAY: [
      step('Account/bot', 'Role/sync'),
      step('Account/operator', 'Role/pods'),
      step('Account/bot', 'Role/pods'),
      step('Account/root', 'Role/root'),
      step('Role/root', 'Cluster/all'),
    ],
    // the same power leads to the channel and, through it, to what it delivers
    SYNC: [step('Role/sync', 'Sync/prod'), step('Role/sync', 'Deployment/web')],
    EXEC: [step('Role/pods', group('deployments', ['Deployment/web']))],
    ALL: [step('Cluster/all', group('everything', ['Sync/prod', 'Deployment/web', 'Build/app']))],
  },
});
const { channels, counts } = channelsOf(graph);
const channel = (text: string) => channels.find(({ id }) => id === idOf(text));
const names = (refs: readonly { readonly id: string }[] = []) => refs.map(({ id }) => id.slice(5));

test('a channel is what leads to something that runs', () => {
  expect(names(channels).sort()).toEqual(['Build/app', 'Images/app', 'Repo/deploy', 'Sync/prod']);
  expect(names(channel('Build/app')?.delivers)).toEqual(['Images/app']);
});

test.each([
  [
    'Sync/prod',
    'repository',
    ['Repo/deploy'],
    ['Account/author', 'Account/web'],
    ['Account/bot', 'Account/root'],
    ['Account/web'],
  ],
  ['Images/app', 'pipeline', ['Build/app'], ['Account/bot', 'Account/root'], [], ['Account/web']],
  ['Repo/deploy', 'repository', [], ['Account/author', 'Account/web'], ['Account/author', 'Account/web'], []],
])('%s is driven by a %s', (id, driven, sources, publish, promote, pull) => {
  const found = channel(id);
  expect(found?.driven).toBe(driven);
  expect(names(found?.sources)).toEqual(sources);
  expect(names(found?.publish)).toEqual(publish);
  expect(names(found?.promote)).toEqual(promote);
  expect(names(found?.pull)).toEqual(pull);
});

test('build and runtime authority in one identity is found, and nothing else', () => {
  const findings = channel('Sync/prod')?.findings.map(({ finding, actor }) => [finding, actor.id.slice(5)]);
  expect(findings).toEqual([
    ['static-publisher', 'Account/author'],
    ['publishes-and-operates', 'Account/bot'],
    ['publishes-what-it-runs', 'Account/web'],
  ]);
  expect(channel('Sync/prod')?.promote.find(({ id }) => id === idOf('Account/bot'))).toMatchObject({
    type: 'SYNC',
    through: [{ id: idOf('Role/sync') }],
  });
  expect(counts).toEqual({ channels: 4, publishers: 4, mixed: 2 });
});

test('the right to change a model or data is a channel where something runs on it', () => {
  const apart = smallWorld({
    nodes: [
      thing('Model/m', { class: 'model' }),
      thing('ModelWrite/m', { class: 'update-channel' }),
      thing('Prompt/p', { class: 'prompt' }),
      thing('PromptWrite/p', { class: 'update-channel' }),
      thing('Data/d', { class: 'dataset' }),
      thing('DataWrite/d', { class: 'update-channel' }),
      thing('Agent/a', { class: 'agent' }),
      thing('Account/x', { class: 'identity' }),
    ],
    edges: {
      SERVES: [step('ModelWrite/m', 'Agent/a')],
      STEERS: [step('PromptWrite/p', 'Agent/a')],
      EDIT: [step('Account/x', 'ModelWrite/m')],
    },
  });
  expect(channelsOf(apart).channels.map(({ name, driven, publish }) => [name, driven, names(publish)])).toEqual([
    ['m', 'registry', ['Account/x']],
    ['p', 'data', []],
  ]);
});
