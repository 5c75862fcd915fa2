import type { Identities, IdentityFinding, IdentityRow } from '@firebreak/contract/answers/identities';
import { Chip, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { identitiesQuery } from '../../data/estate-queries.ts';
import { Empty } from '../../ui/empty.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { type Column, LongTable } from '../../ui/long-table.tsx';
import { NodeName } from '../../ui/node-name.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { FindingTags } from './finding-tags.tsx';
import { IdentitiesNav } from './identities-nav.tsx';
import classes from './identities-page.module.css';
import { findingWords } from './identities-search.ts';

/** Every machine identity and credential, worst first, with what is wrong about it. */
export function IdentitiesPage() {
  const answer = useQuery(identitiesQuery);
  const { only = [] } = useSearch({ from: '/identities/' });
  const navigate = useNavigate({ from: '/identities' });
  const show = (findings: readonly IdentityFinding[]) =>
    void navigate({
      search: ({ without }) => ({ without, ...(findings.length === 0 ? {} : { only: findings }) }),
      replace: true,
    });
  const toggle = (finding: IdentityFinding) =>
    show(only.includes(finding) ? only.filter((other) => other !== finding) : [...only, finding]);
  return (
    <>
      <PageHead
        title="Identities"
        about="Machine identities and credentials: who owns them, how long they live, when they were used last."
        completeness={answer.data?.completeness}
      />
      <IdentitiesNav />
      {answer.isLoadingError && <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton height={520} radius={8} />}
      {answer.data !== undefined && (
        <>
          <fieldset className={classes.findings}>
            <legend>Only those that are</legend>
            {(Object.keys(findingWords) as IdentityFinding[]).map((finding) => (
              <Chip
                key={finding}
                size="xs"
                checked={only.includes(finding)}
                onChange={() => toggle(finding)}
                disabled={answer.data.counts.findings[finding] === 0 && !only.includes(finding)}
              >
                {findingWords[finding]} {answer.data.counts.findings[finding].toLocaleString()}
              </Chip>
            ))}
          </fieldset>
          <List answer={answer.data} only={only} />
        </>
      )}
    </>
  );
}

const columns: readonly Column<IdentityRow>[] = [
  {
    title: 'Identity',
    cell: (row) => (
      <Link to="/identities/one" search={{ id: row.id }} className="fb-node-link">
        <NodeName node={row} most={44} />
      </Link>
    ),
    compare: (a, b) => a.name.localeCompare(b.name),
  },
  {
    title: 'Owner',
    width: '11%',
    cell: ({ owner }) => (owner === undefined ? <Unknown /> : <ForeignText text={owner} most={24} />),
    compare: (a, b) => (a.owner ?? '\uffff').localeCompare(b.owner ?? '\uffff'),
  },
  days('Age', 'age'),
  days('Unused for', 'idle'),
  days('Expires in', 'left'),
  {
    title: 'Used by',
    width: '84px',
    numeric: true,
    cell: (row) => row.usedBy.length,
    compare: (a, b) => b.usedBy.length - a.usedBy.length,
  },
  {
    title: 'Jewels',
    width: '78px',
    numeric: true,
    cell: (row) => row.reaches,
    compare: (a, b) => b.reaches - a.reaches,
  },
  { title: 'Findings', width: '30%', cell: (row) => <FindingTags row={row} /> },
];

function List({ answer, only }: { readonly answer: Identities; readonly only: readonly IdentityFinding[] }) {
  const rows = answer.identities.filter((row) =>
    only.every((wanted) => row.findings.some(({ finding }) => finding === wanted)),
  );
  const { counts } = answer;
  return (
    <div className={classes.result}>
      <div className={classes.frame}>
        <LongTable
          label="Identities"
          rows={rows}
          idOf={(row) => row.id}
          columns={columns}
          empty={
            counts.total === 0 ? (
              <Empty title="No identity has been read.">
                Read a system that has them, for example <code>--from kubernetes:</code> or <code>--from aws:</code>.
              </Empty>
            ) : (
              <Empty title="No identity has all of these findings.">Take one of them away.</Empty>
            )
          }
        />
      </div>
      <footer className={classes.foot}>
        <span role="status">
          {rows.length.toLocaleString()} of {counts.total.toLocaleString()}
        </span>
        <span>
          Known of {counts.total.toLocaleString()}: last use {counts.lastUseKnown.toLocaleString()}, age{' '}
          {counts.ageKnown.toLocaleString()}, expiry {counts.expiryKnown.toLocaleString()}
        </span>
      </footer>
    </div>
  );
}

function days(title: string, of: 'age' | 'idle' | 'left'): Column<IdentityRow> {
  const last = of === 'left' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  return {
    title,
    width: '98px',
    numeric: true,
    cell: (row) => {
      if (of === 'idle' && row.tenure?.lastUsed === 'never') return 'never used';
      const value = row.days[of];
      return value === undefined ? <Unknown /> : `${value.toLocaleString()} d`;
    },
    compare: (a, b) => {
      const [one, other] = [a.days[of] ?? last, b.days[of] ?? last];
      if (one === other) return 0;
      return of === 'left' ? one - other : other - one;
    },
  };
}

function Unknown() {
  return <span className="fb-quiet">–</span>;
}
