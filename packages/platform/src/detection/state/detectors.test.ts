import { expect, test } from 'vitest';
import { estateOf } from '../../facts/estate.ts';
import { findIn } from './find.ts';
import { detectorFiles, stateDetectors } from './index.ts';

test('a file’s name is its detector’s id, and every detector explains itself in whole sentences', () => {
  expect(stateDetectors.map(({ id }) => `${id}.ts`)).toEqual(detectorFiles.map((file) => file.replace(/^.*\//, '')));
  for (const { id, explain, needs, techniques } of stateDetectors) {
    expect(needs.length, id).toBeGreaterThan(0);
    for (const technique of techniques) expect(technique).toMatch(/^(T\d{4}(\.\d{3})?|AML\.T\d{4}(\.\d{3})?)$/);
    for (const sentence of Object.values(explain)) expect(sentence, id).toMatch(/^[A-Z`].+\.$/);
  }
});

test('where a kind that a detector needs has a gap, nothing found is not called clean', () => {
  const gap = { kinds: ['github.workflow'], where: 'a.yml', code: 'FB-YAML-INVALID', reason: 'r', next: 'n' };
  expect(findIn(estateOf([], [gap]), stateDetectors)).toEqual({
    findings: [],
    completeness: { answer: 'limited', reasons: [gap] },
  });
  expect(findIn(estateOf([], []), stateDetectors).completeness).toEqual({ answer: 'complete' });
});
