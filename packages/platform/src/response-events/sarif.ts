/**
 * What gates and detectors of state say, as SARIF 2.1.0 (OASIS), for code review tools: findings of the estate, and reports of the
 * data gate. Texts are Markdown-free: names of others stand in them.
 */
import type { DataGate, Finding } from '@firebreak/contract';
import { ownFingerprint } from '../detection/foreign/echo.ts';
import { sha256Hex } from '../kernel/digest.ts';
import { sarifLog, sarifUri } from '../kernel/sarif-log.ts';
import { clipped } from './clipped.ts';

/** Names of others stand in these texts. */
const bounded = (text: string) => clipped(text, 4000);

interface Result {
  readonly rule: string;
  readonly title: string;
  readonly help: string;
  readonly level: 'error' | 'warning' | 'note';
  readonly text: string;
  readonly locator: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly tags: readonly string[];
}

const levels = { info: 'note', low: 'note', medium: 'warning', high: 'error', critical: 'error' } as const;

export function findingsAsSarif(findings: readonly Finding[], version: string): object {
  return logOf(
    findings.map(({ detector, title, severity, note, what, why, next, where, techniques }) => ({
      rule: detector,
      title,
      help: `${what} ${why} ${next}`,
      level: levels[severity],
      text: note ?? what,
      locator: where.locator,
      line: where.line,
      column: where.column,
      tags: techniques,
    })),
    version,
  );
}

/** One result for each thing that a check says of a place in the data; a check that passed has none. */
export function gateAsSarif({ checks, candidate }: DataGate, version: string): object {
  const spoke = checks.filter(({ verdict }) => verdict === 'hold' || verdict === 'fail');
  return logOf(
    spoke.flatMap(({ check, title, verdict, why, evidence }) =>
      (evidence.length === 0 ? [{ what: why, rows: 0, examples: [] as number[] }] : evidence).map(
        ({ what, rows, examples }): Result => ({
          rule: `data-gate/${check}`,
          title,
          help: why,
          level: verdict === 'fail' ? 'error' : 'warning',
          text: rows === 0 ? what : `${what} ${rows} rows.`,
          locator: candidate.name,
          line: examples[0],
          tags: [],
        }),
      ),
    ),
    version,
  );
}

function logOf(results: readonly Result[], version: string): object {
  const rules = [...new Map(results.map((result) => [result.rule, result])).values()];
  return sarifLog(
    version,
    rules.map(({ rule, title, help, level, tags }) => ({
      id: rule,
      shortDescription: { text: bounded(title) },
      fullDescription: { text: bounded(help) },
      defaultConfiguration: { level },
      ...(tags.length === 0 ? {} : { properties: { tags } }),
    })),
    results.map(({ rule, level, text, locator, line, column }) => ({
      ruleId: rule,
      ruleIndex: rules.findIndex((each) => each.rule === rule),
      level,
      message: { text: bounded(text) },
      partialFingerprints: { [ownFingerprint]: sha256Hex(JSON.stringify([rule, locator, text])) },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: sarifUri(locator) },
            ...(line === undefined
              ? {}
              : { region: { startLine: line, ...(column === undefined ? {} : { startColumn: column }) } }),
          },
        },
      ],
    })),
    { columnKind: 'utf16CodeUnits' },
  );
}
