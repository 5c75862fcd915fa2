/** What is known of the artifacts of a lineage, as marks on its drawing: signed by whom, safe to load or not. */
import { useQuery } from '@tanstack/react-query';
import { inspectionsQuery, promotionsQuery } from '../../data/promotion-queries.ts';

export interface ArtifactMark {
  /** Short: it stands in a box. */
  readonly words: string;
  readonly good: boolean;
}

/** By node; the latest decision and inspection count. */
export function useArtifactMarks(): ReadonlyMap<string, ArtifactMark> {
  const inspections = useQuery(inspectionsQuery).data?.inspections ?? [];
  const records = useQuery(promotionsQuery).data?.records ?? [];
  const marks = new Map<string, ArtifactMark>();
  for (const { decision, findings } of records.toReversed()) {
    const { node, name } = decision.request.subject;
    const { signature } = findings;
    const verified = signature.state === 'read' && signature.verified;
    marks.set(node ?? name, {
      words: verified
        ? `signed: ${signature.signer}`
        : signature.state === 'unread'
          ? 'signature not read'
          : 'not signed',
      good: verified,
    });
  }
  for (const { subject, report } of inspections) {
    const signed = marks.get(subject);
    if (report.verdict === 'safe' && signed !== undefined) continue;
    marks.set(subject, { words: `files: ${report.verdict}`, good: report.verdict === 'safe' });
  }
  return marks;
}
