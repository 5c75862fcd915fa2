/** What an inspection says of the files (docs/artifact-inspection.md). */
import type { ArtifactReport, PromotionFindings } from '@firebreak/contract';

const mostRules = 50;

export function scanFinding(report: ArtifactReport): PromotionFindings['scan'] {
  const bad = report.files.filter(({ verdict }) => verdict !== 'safe');
  const [worst] = bad.toSorted((a, b) => rank(b.verdict) - rank(a.verdict));
  const [reason] = worst?.reasons ?? [];
  return {
    state: 'read',
    verdict: report.verdict,
    at: report.at,
    rules: [...new Set(bad.flatMap(({ reasons }) => reasons.map(({ rule }) => rule)))].slice(0, mostRules),
    why:
      worst === undefined
        ? `${report.files.length} files were read to their last byte and hold nothing but what is allowed.`
        : `${bad.length} of ${report.files.length} files are not safe; ${worst.path} is ${worst.verdict}${reason === undefined ? '' : ` (at byte ${reason.offset}: ${reason.what})`}.`.slice(
            0,
            2000,
          ),
    next: worst === undefined ? '' : 'See the reasons in `firebreak artifact scan`.',
  };
}

const rank = (verdict: ArtifactReport['verdict']) => ['safe', 'cannot-tell', 'suspicious', 'unsafe'].indexOf(verdict);
