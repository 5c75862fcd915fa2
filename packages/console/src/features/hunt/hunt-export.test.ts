import type { Hunt } from '@firebreak/contract/answers/hunt';
import { expect, test } from 'vitest';
import { asCsv, asJsonLines } from './hunt-export.ts';

function found(operation: string, values?: string[][]): Hunt['events'][number] {
  return {
    no: 1,
    received: '2026-11-21T10:00:01.000Z',
    file: null,
    event: {
      id: 'e1',
      time: '2026-11-21T10:00:00.000Z',
      timeIs: 'told',
      source: { format: 'cloudtrail', locator: 'here' },
      digest: 'd',
      system: 'aws',
      actor: { name: 'alice' },
      operation,
      activity: 'read',
      targets: ['a:B/c', 'a:B/d'],
      outcome: 'done',
    },
    ...(values === undefined ? {} : { values }),
  };
}
const operationOf = (csv: string) => csv.split('\r\n')[1]?.split(',').slice(5, -5).join(',');

test.each([
  ['s3:GetObject', '"s3:GetObject"'],
  ["=cmd|'/c calc'!A1", "\"'=cmd|'/c calc'!A1\""],
  ['+1', '"\'+1"'],
  ['-1', '"\'-1"'],
  ['@SUM(A1)', '"\'@SUM(A1)"'],
  ['\t=1', '"\'\t=1"'],
  ['  =1', '"\'  =1"'],
  ['\uFF1D1', '"\'\uFF1D1"'],
  ['a","=1', '"a"",""=1"'],
  ['a=1', '"a=1"'],
])('%j is the cell %j', (text, written) => {
  expect(operationOf(asCsv([found(text)], []))).toBe(written);
});

test('a title is a cell as well, and fields come last', () => {
  const csv = asCsv([found('x', [['1', '=2'], []])], ['raw.a', '=raw']);
  expect(csv.split('\r\n').map((line) => line.split(',').slice(-2))).toEqual([
    ['"raw.a"', '"\'=raw"'],
    ['"1 | =2"', '""'],
    [''],
  ]);
});

test('a line an event, whatever it holds', () => {
  const lines = asJsonLines([found('a\nb\u2028"', [['1']]), found('x', [[]])], ['raw.a']).split('\n');
  expect(lines).toHaveLength(3);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ operation: 'a\nb\u2028"', fields: { 'raw.a': ['1'] } });
});
