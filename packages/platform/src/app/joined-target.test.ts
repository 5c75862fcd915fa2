import { type AnyAction, type AnyConnector, type AnyFact, type Estate, kubernetesId } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { estateOf } from '../facts/estate.ts';
import { joined, type Source } from './joined-target.ts';

const signal = new AbortController().signal;

function estate(...names: readonly string[]): Estate {
  const facts = names.map((name) => ({
    id: kubernetesId('Namespace', undefined, name),
    kind: 'kubernetes.namespace',
    data: { metadata: { name, labels: {}, annotations: {} } },
    source: { connector: 'test', locator: name },
  }));
  return estateOf(facts as unknown as AnyFact[], []);
}
const names = (of: Estate) => of.all('kubernetes.namespace').map(({ data }) => data.metadata.name);

function source(
  name: string,
  more: { actions?: readonly string[]; answersFor?: string; follow?: Source['follow'] },
): Source {
  const actions = (more.actions ?? []).map((id) => ({ id }) as AnyAction);
  const connector = {
    id: name,
    actions,
    ...(more.answersFor === undefined
      ? {}
      : { answersFor: (_: unknown, params: unknown) => params === more.answersFor }),
  } as unknown as AnyConnector;
  return {
    spec: `${name}:x`,
    connector,
    opened: `session of ${name}`,
    actions,
    session: () => `session of ${name}`,
    collect: async () => ({ estate: estate(name), gaps: [] }),
    follow: more.follow,
    close: async () => {},
  };
}

test('all sources are one estate, and every lever of theirs can be pulled', async () => {
  const target = joined([source('a', { actions: ['a.stop'] }), source('b', {}), source('c', { actions: ['c.cut'] })]);
  expect(names((await target.collect(signal)).estate)).toEqual(['a', 'b', 'c']);
  expect(target.actions.map(({ id }) => id)).toEqual(['a.stop', 'c.cut']);
});

test('what is only read from files is not pulled, unless there is nothing else to plan with', () => {
  const files = { ...source('f', { actions: ['f.stop'] }), actions: [] };
  const live = source('a', { actions: ['a.stop'] });
  const ids = (...sources: Source[]) => joined(sources).actions.map(({ id }) => id);
  expect(ids(files, live)).toEqual(['a.stop']);
  expect(ids(files)).toEqual(['f.stop']);
  expect(ids(files, source('b', {}))).toEqual(['f.stop']);
});

test('an action works on the session of its connector', () => {
  const target = joined([source('a', { actions: ['a.stop'] }), source('c', { actions: ['c.cut'] })]);
  expect(target.session('c.cut', {})).toBe('session of c');
  expect(() => target.session('d.cut', {})).toThrow('None of the open sources');
});

test('of two that could, the one that answers for what the action names; none where neither does', () => {
  const one = source('one', { actions: ['aws.cut'], answersFor: '111' });
  const other = source('other', { actions: ['aws.cut'], answersFor: '222' });
  const target = joined([one, other]);
  expect(target.session('aws.cut', '222')).toBe('session of other');
  expect(() => target.session('aws.cut', '333')).toThrow('None of the open sources');
  const silent = joined([source('k', { actions: ['k.cut'] }), source('l', { actions: ['k.cut'] })]);
  expect(() => silent.session('k.cut', {})).toThrow('None of the open sources');
});

test('followed is whatever tells of its changes, and never one source without the others', async () => {
  const told = Promise.withResolvers<void>();
  async function* first() {
    yield estate('a1');
    yield estate('a1', 'a2');
    told.resolve();
  }
  async function* second() {
    await told.promise;
    yield estate('b1');
    yield estate('b1', 'b2');
  }
  const target = joined([
    source('a', { follow: () => first() }),
    source('b', { follow: () => second() }),
    source('still', {}),
  ]);
  const seen: string[] = [];
  for await (const now of target.follow?.(signal) ?? []) seen.push(names(now).join(' '));
  expect(seen).toEqual(['a1 a2 b1 still', 'a1 a2 b1 b2 still']);
});
