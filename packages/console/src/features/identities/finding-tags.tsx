import type { IdentityFinding, IdentityRow } from '@firebreak/contract/answers/identities';
import { Tag } from '../../ui/tag.tsx';
import { findingWords } from './identities-search.ts';

/** What ought to be looked at first. */
const urgent: ReadonlySet<IdentityFinding> = new Set(['stale', 'unused', 'expired', 'outlives-workload']);

export function FindingTags({ row }: { readonly row: Pick<IdentityRow, 'findings'> }) {
  return row.findings.map(({ finding, why }) => (
    <span key={finding}>
      <Tag tone={urgent.has(finding) ? 'warn' : 'neutral'} title={why}>
        {findingWords[finding]}
      </Tag>{' '}
    </span>
  ));
}
