/** A report as SARIF 2.1.0 (OASIS), for code review: one result for each reason. */
import type { ArtifactReport } from '@firebreak/contract';
import { sarifLog, sarifUri } from '../../kernel/sarif-log.ts';

const levels = { suspicious: 'warning', 'cannot-tell': 'warning', unsafe: 'error' } as const;

export function reportAsSarif({ files }: ArtifactReport, version: string): object {
  const found = files.flatMap((file) => file.reasons.map((reason) => ({ file, reason })));
  const rules = [...new Set(found.map(({ reason }) => reason.rule))];
  const results = found.map(({ file, reason: { rule, verdict, inside, offset, what } }) => ({
    ruleId: `artifact/${rule}`,
    ruleIndex: rules.indexOf(rule),
    level: levels[verdict],
    message: { text: inside.length === 0 ? what : `${inside.join(' › ')}: ${what}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: sarifUri(file.path) },
          ...(inside.length === 0 ? { region: { byteOffset: offset, byteLength: 0 } } : {}),
        },
        ...(inside.length === 0 ? {} : { logicalLocations: [{ fullyQualifiedName: inside.join('/') }] }),
      },
    ],
  }));
  return sarifLog(
    version,
    rules.map((id) => ({ id: `artifact/${id}`, shortDescription: { text: id } })),
    results,
  );
}
