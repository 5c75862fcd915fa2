import type { IdentityRow } from '@firebreak/contract/answers/identities';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { exposureOfQuery, identityQuery } from '../../data/estate-queries.ts';
import { Empty } from '../../ui/empty.tsx';
import { FactList } from '../../ui/fact-list.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { NodeLink } from '../../ui/node-link.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { PathCard } from '../paths/path-card.tsx';
import { PickButton } from '../what-if/pick-button.tsx';
import { findingWords } from './identities-search.ts';
import classes from './identity-page.module.css';

/** One identity: who answers for it, what runs with it, what is wrong with it, and what somebody gets who has it. */
export function IdentityPage() {
  const { id } = useSearch({ from: '/identities/one' });
  const answer = useQuery(identityQuery(id));
  const row = answer.data?.identities[0];
  return (
    <>
      <PageHead
        title={row?.name ?? id}
        heading={<ForeignText text={row?.name ?? id} />}
        about={<ForeignText text={id} mono />}
        completeness={answer.data?.completeness}
      >
        <Link to="/estate/node" search={{ id }} className="fb-node-link">
          As a node
        </Link>
        <PickButton toggle={id} of={row?.name ?? id} />
      </PageHead>
      {answer.isLoadingError && <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton height={420} radius={8} />}
      {answer.data !== undefined && row === undefined && (
        <Empty title="There is no such identity in what was read.">
          Go back to <Link to="/identities">all identities</Link>.
        </Empty>
      )}
      {row !== undefined && (
        <div className={classes.columns}>
          <div className="fb-stack">
            <Known row={row} />
            <Findings row={row} />
          </div>
          <Exposed id={id} />
        </div>
      )}
    </>
  );
}

function Known({ row }: { readonly row: IdentityRow }) {
  const { tenure = {}, days } = row;
  const dated = (at: string | undefined, words: string | undefined) =>
    at === undefined ? 'not known' : at === 'never' ? 'never' : <Dated at={at} words={words} />;
  return (
    <Panel title="What is known">
      <FactList
        facts={[
          ['Kind', row.kind],
          ['Owner', row.owner ?? 'nobody stated'],
          ['Lifetime', tenure.lifetime ?? 'not known'],
          ['Access', tenure.access ?? 'not known'],
          ['Created', dated(tenure.created, days.age === undefined ? undefined : `${days.age} days ago`)],
          ['Expires', dated(tenure.expires, days.left === undefined ? undefined : `${days.left} days left`)],
          ['Last used', dated(tenure.lastUsed, days.idle === undefined ? undefined : `${days.idle} days ago`)],
          ['Functions', row.functions.length === 0 ? 'none seen' : row.functions.join(', ')],
        ]}
      />
      <h3 className={classes.part}>Runs with it</h3>
      <ul className={classes.list}>
        {row.usedBy.map((whole) => (
          <li key={whole.id}>
            <NodeLink node={whole} most={54} />
          </li>
        ))}
        {row.usedBy.length === 0 && <li className="fb-quiet">Nothing in the estate.</li>}
      </ul>
    </Panel>
  );
}

function Dated({ at, words }: { readonly at: string; readonly words: string | undefined }) {
  return (
    <>
      <Moment at={at} /> {words !== undefined && <span className="fb-quiet">{words}</span>}
    </>
  );
}

function Findings({ row: { findings } }: { readonly row: IdentityRow }) {
  return (
    <Panel title="What is wrong with it">
      {findings.length === 0 ? (
        <p className="fb-quiet">Nothing that we look for.</p>
      ) : (
        <ul className={classes.list}>
          {findings.map(({ finding, why }) => (
            <li key={finding}>
              <strong>{findingWords[finding]}</strong>: <ForeignText text={why} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Exposed({ id }: { readonly id: string }) {
  const answer = useQuery(exposureOfQuery(id));
  if (answer.isLoadingError) return <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />;
  if (answer.data === undefined) return <Skeleton height={360} radius={8} />;
  const reached = answer.data.protected.filter((asset) => asset.reachedBy > 0);
  return (
    <div className="fb-stack">
      <Panel title="Crown jewels that it reaches" aside={reached.length}>
        {reached.length === 0 ? (
          <p className="fb-quiet">None.</p>
        ) : (
          <ul className={classes.list}>
            {reached.slice(0, 30).map((asset) => (
              <li key={asset.id}>
                <NodeLink node={asset} most={54} /> <span className="fb-quiet">impact {asset.impact.value}</span>
              </li>
            ))}
            {reached.length > 30 && <li className="fb-quiet">and {reached.length - 30} more</li>}
          </ul>
        )}
      </Panel>
      {answer.data.why[0] !== undefined && <PathCard path={answer.data.why[0]} allOpen={false} />}
    </div>
  );
}
