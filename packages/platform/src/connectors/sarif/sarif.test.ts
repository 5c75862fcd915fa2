import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import { afterAll, expect, test } from 'vitest';
import { findIn } from '../../detection/state/find.ts';
import { stateDetectors } from '../../detection/state/index.ts';
import { collectEstate } from '../../facts/collect.ts';
import sarif from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'firebreak-sarif-'));
afterAll(() => rmSync(folder, { recursive: true }));
const signal = new AbortController().signal;

const place = (uri: string, startLine: number) => [
  { physicalLocation: { artifactLocation: { uri }, region: { startLine, startColumn: 3 } } },
];
const log = {
  version: '2.1.0',
  runs: [
    {
      tool: {
        driver: {
          name: 'Scan\u001b[31mner',
          rules: [
            { id: 'injection', shortDescription: { text: 'Injection' }, properties: { 'security-severity': '9.3' } },
            { id: 'style', defaultConfiguration: { level: 'note' } },
          ],
        },
      },
      results: [
        { ruleId: 'injection', message: { text: 'here' }, locations: place('.github/workflows/a.yml', 7) },
        { ruleIndex: 1, message: { text: 'there' }, locations: place('b.py', 1) },
        { ruleId: 'unknown', level: 'error', message: { text: 'without a place' } },
        { ruleId: 'injection', message: { text: 'accepted' }, suppressions: [{ kind: 'inSource' }] },
        { ruleId: 'injection', message: { text: 'fine' }, kind: 'pass' },
        { ruleId: 'injection', level: 'catastrophic', message: { text: 'no such level' } },
      ],
    },
  ],
};
writeFileSync(join(folder, 'scan.sarif'), JSON.stringify(log));
writeFileSync(join(folder, 'other.json'), '{"version":"1.0.0"}');

connectorConformance({
  name: 'SARIF files',
  connector: sarif,
  open: () => sarif.connect({ from: folder }, signal),
  config: { good: { from: folder }, bad: { from: '' } },
  secrets: [],
  expectedGaps: ['FB-FILE-SKIPPED'],
});

test('results are findings beside our own, as severe as their scanner says', async () => {
  const { estate } = await collectEstate(sarif, { from: folder }, signal);
  const { findings, completeness } = findIn(estate, stateDetectors);
  expect(findings.map(({ severity, where, note }) => [severity, where, note])).toEqual([
    ['critical', { locator: '.github/workflows/a.yml', line: 7, column: 3 }, 'Scan\\u{1b}[31mner injection: here'],
    ['low', { locator: 'b.py', line: 1, column: 3 }, 'Scan\\u{1b}[31mner style: there'],
    ['high', { locator: '(no place)' }, 'Scan\\u{1b}[31mner unknown: without a place'],
  ]);
  expect(completeness).toMatchObject({
    answer: 'limited',
    reasons: [{ where: 'other.json#1' }, { where: 'scan.sarif#1' }],
  });
});
