import type { IdentityFinding, IdentityRow } from '@firebreak/contract/answers/identities';
import { Tag } from '../../ui/tag.tsx';
import { visible } from '../../ui/visible.ts';
import { findingWords } from './identities-search.ts';

/** What ought to be looked at first. */
const urgent: ReadonlySet<IdentityFinding> = new Set(['stale', 'unused', 'expired', 'outlives-workload']);

/** So many fit into a row; what is urgent comes first. */
const most = 3;

export function FindingTags({ row }: { readonly row: Pick<IdentityRow, 'findings'> }) {
  const findings = row.findings.toSorted((a, b) => Number(urgent.has(b.finding)) - Number(urgent.has(a.finding)));
  const rest = findings.slice(most);
  return (
    <>
      {findings.slice(0, most).map(({ finding, why }) => (
        <span key={finding}>
          <Tag tone={urgent.has(finding) ? 'warn' : 'neutral'} title={visible(why)}>
            {findingWords[finding]}
          </Tag>{' '}
        </span>
      ))}
      {rest.length > 0 && (
        <span className="fb-quiet" title={rest.map(({ finding }) => findingWords[finding]).join(', ')}>
          and {rest.length} more
        </span>
      )}
    </>
  );
}
