/** A rule of one selection, asked of one event: what the tests of the language need. */

import type { RuleSetReport } from '../engine/sigma-engine.ts';
import { SigmaEngine } from '../engine/sigma-engine.ts';

export const anySource = {
  id: 'any',
  logsource: { product: 'test' },
  recognise: [],
  eventId: ['id'],
  time: ['time'],
  transformations: [],
  vars: new Map([['Servers', ['srv*', 'db1']]]),
} as const;

/** @param detection the lines of the section, without indentation. */
export function ruleText(detection: string, more = ''): string {
  const indented = detection
    .trim()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
  return `title: A rule\nid: rule\nlogsource:\n  product: test\n${more}detection:\n${indented}\n`;
}

export interface Asked {
  readonly report: RuleSetReport;
  readonly speaks: (event: object) => boolean;
}

export function asked(detection: string): Asked {
  const engine = new SigmaEngine({ sources: [anySource] });
  const report = engine.load([{ file: 'rule.yml', text: ruleText(detection) }]);
  return { report, speaks: (event) => engine.judge(event, { source: 'any' }).rules.length > 0 };
}

/** `field|modifiers: value` in a selection of its own, with `condition: selection`. */
export function item(written: string): Asked {
  const lines = written
    .trim()
    .split('\n')
    .map((line) => `  ${line}`);
  return asked(['selection:', ...lines, 'condition: selection'].join('\n'));
}
