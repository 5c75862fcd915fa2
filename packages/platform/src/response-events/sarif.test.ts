/** What we write is what our own reader of SARIF takes, place for place; and what is foreign stays text. */
import type { DataGate, Finding } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { normalise } from '../events/normalise.ts';
import { findingsAsSarif, gateAsSarif } from './sarif.ts';

const finding: Finding = {
  detector: 'workflow/template-injection',
  severity: 'high',
  title: 'A title',
  about: 'x',
  where: { locator: '.github/workflows/a b.yml', line: 7, column: 3 },
  note: 'run: echo $TITLE <script>',
  thorough: false,
  what: 'What.',
  why: 'Why.',
  next: 'Next.',
  techniques: ['attack.t1195'],
  facts: ['f'],
};
const gate: DataGate = {
  kind: 'firebreak/data-gate',
  at: '2026-11-21T10:00:00.000Z',
  verdict: 'fail',
  candidate: { name: 'data/new.jsonl', sha256: 'ab', rows: 9 },
  checks: [
    {
      check: 'labels',
      title: 'Labels',
      verdict: 'fail',
      why: 'Half.',
      evidence: [{ what: 'They do not fit.', rows: 2, examples: [4, 5] }],
    },
    { check: 'shift', title: 'Shift', verdict: 'hold', why: 'Other.', evidence: [] },
    { check: 'schema', title: 'Schema', verdict: 'pass', why: 'Fine.', evidence: [] },
  ],
  completeness: { answer: 'complete' },
};
const read = (log: object) =>
  [...normalise(log, { locator: 'x', received: '2026-11-21T10:00:00.000Z' })].map((each) =>
    'event' in each ? each.event.operation : each,
  );

test('findings of the estate', () => {
  const log = findingsAsSarif([finding, { ...finding, severity: 'low' }], '1.2.3');
  expect(read(log)).toEqual(['found workflow/template-injection', 'found workflow/template-injection']);
  expect(log).toMatchObject({
    runs: [
      {
        tool: {
          driver: {
            name: 'Firebreak',
            rules: [{ id: 'workflow/template-injection', properties: { tags: ['attack.t1195'] } }],
          },
        },
        results: [
          {
            ruleIndex: 0,
            level: 'error',
            message: { text: finding.note },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: '.github/workflows/a%20b.yml' },
                  region: { startLine: 7, startColumn: 3 },
                },
              },
            ],
          },
          { level: 'note' },
        ],
      },
    ],
  });
});

test('a report of the data gate: a result for each thing that speaks, at its first row', () => {
  const log = gateAsSarif(gate, '1.2.3');
  expect(read(log)).toEqual(['found data-gate/labels', 'found data-gate/shift']);
  expect(log).toMatchObject({
    runs: [
      {
        results: [
          {
            level: 'error',
            message: { text: 'They do not fit. 2 rows.' },
            locations: [{ physicalLocation: { region: { startLine: 4 } } }],
          },
          { level: 'warning' },
        ],
      },
    ],
  });
});
