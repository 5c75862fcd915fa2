import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unifiedDiff } from './unified-diff.ts';

test('a change is shown with its surroundings', () => {
  const before = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].join('\n');
  const after = ['a', 'b', 'c', 'd', 'E', 'f', 'g', 'h', 'i', 'j'].join('\n');
  expect(unifiedDiff('x', before, after)).toBe(
    '--- x\n+++ x (right-sized)\n@@ -2,8 +2,9 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n i\n+j\n',
  );
});

test('changes far apart are two pieces; equal texts are none', () => {
  const lines = Array.from({ length: 20 }, (_, index) => `l${index}`);
  const diff = unifiedDiff('x', lines.join('\n'), lines.with(2, 'X').with(17, 'Y').join('\n'));
  expect(diff.match(/^@@.*@@$/gm)).toEqual(['@@ -1,6 +1,6 @@', '@@ -15,6 +15,6 @@']);
  expect(unifiedDiff('x', 'same\n', 'same\n')).toBe('');
  expect(unifiedDiff('x', 'gone\n', '')).toBe('--- x\n+++ x (right-sized)\n@@ -1,1 +0,0 @@\n-gone\n');
});

/** What `patch` does. */
function apply(before: readonly string[], diff: string): string[] {
  const after: string[] = [];
  let next = 0;
  for (const line of diff.split('\n').slice(2, -1)) {
    const range = /^@@ -(\d+),(\d+) \+\d+,\d+ @@$/.exec(line);
    if (range !== null) {
      const start = range[2] === '0' ? Number(range[1]) : Number(range[1]) - 1;
      after.push(...before.slice(next, start));
      next = start;
    } else if (line[0] === '+') after.push(line.slice(1));
    else {
      expect(before[next]).toBe(line.slice(1));
      if (line[0] === ' ') after.push(before[next] as string);
      next += 1;
    }
  }
  return [...after, ...before.slice(next)];
}

test('applied, it gives the new text', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 25 });
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const diff = unifiedDiff('x', before.join('\n'), after.join('\n'));
      if (diff !== '') expect(apply(before, diff)).toEqual(after);
      else expect(before).toEqual(after);
    }),
  );
});
