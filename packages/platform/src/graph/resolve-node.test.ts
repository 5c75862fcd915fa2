import { FirebreakError } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { mustHaveRead } from './resolve-node.ts';
import { group, smallWorld, step, thing } from './small-world.ts';

const graph = smallWorld({
  nodes: [
    thing('Pod/prod/web'),
    thing('Pod/test/web'),
    thing('Secret/prod/web'),
    thing('Container/prod/web/app', { name: 'app' }),
    thing('Application.argoproj.io/argocd/serving'),
    thing('Node/gpu-1'),
  ],
  edges: { GO: [step('Node/gpu-1', group('pods', ['Pod/prod/web']))] },
});
const resolved = (text: string) => graph.nodeAt(graph.resolve(text)).id;

test.each([
  ['test:Pod/prod/web', 'test:Pod/prod/web'],
  ['Pod/prod/web', 'test:Pod/prod/web'],
  ['Container/prod/web/app', 'test:Container/prod/web/app'],
  ['Container/app', 'test:Container/prod/web/app'],
  ['Secret/web', 'test:Secret/prod/web'],
  ['node/gpu-1', 'test:Node/gpu-1'],
  ['application/argocd/serving', 'test:Application.argoproj.io/argocd/serving'],
  ['Application/serving', 'test:Application.argoproj.io/argocd/serving'],
])('%s is %s', (text, id) => {
  expect(resolved(text)).toBe(id);
});

test('what several nodes are called needs an id, and the ids are offered', () => {
  const wrong = failure('Pod/web');
  expect(wrong).toMatchObject({
    code: 'FB-NODE-AMBIGUOUS',
    detail: { candidates: ['test:Pod/prod/web', 'test:Pod/test/web'] },
  });
});

test('what nothing is called is unknown, and namesakes are offered', () => {
  expect(failure('Job/prod/web')).toMatchObject({
    code: 'FB-NODE-UNKNOWN',
    detail: { candidates: ['test:Pod/prod/web', 'test:Pod/test/web', 'test:Secret/prod/web'] },
  });
});

test('a hub is no node to people, nor does text do harm', () => {
  expect(failure('group:pods').code).toBe('FB-NODE-UNKNOWN');
  expect(failure('Group/any of pods').code).toBe('FB-NODE-UNKNOWN');
  expect(failure(`\u001b[2J${'x'.repeat(10_000)}`).message).not.toContain('\u001b');
  expect(failure('').code).toBe('FB-NODE-UNKNOWN');
});

function failure(text: string): FirebreakError {
  try {
    resolved(text);
  } catch (error) {
    if (error instanceof FirebreakError) return error;
  }
  throw new Error(`${text} should not resolve`);
}

test('when nothing could be read, why is the answer', () => {
  const gap = { kinds: ['*'], where: '/apis', code: 'FB-K8S-TIMEOUT', reason: 'No answer.', next: 'Wait.' };
  expect(() => mustHaveRead({ size: 0, gaps: [gap] })).toThrow('FB-K8S-TIMEOUT');
  expect(() => mustHaveRead({ size: 0, gaps: [{ ...gap, code: 'OF-ANOTHER-SYSTEM' }] })).toThrow(
    'FB-SOURCE-UNREADABLE',
  );
  expect(() => mustHaveRead({ size: 1, gaps: [gap] })).not.toThrow();
  expect(() => mustHaveRead({ size: 0, gaps: [] })).not.toThrow();
});
