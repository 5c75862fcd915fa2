import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useDeferredValue, useMemo, useRef } from 'react';
import { useShortcut } from '../../app/shortcuts.tsx';
import { mostRows, searchQuery } from '../../data/estate-queries.ts';
import { estateQuery } from '../../data/queries.ts';
import { composeQuery } from '../../data/query-text.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { count } from '../../ui/count.ts';
import { PageHead } from '../../ui/page-head.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { AssetTable } from './asset-table.tsx';
import { EstateNav } from './estate-nav.tsx';
import classes from './explorer-page.module.css';
import { type ExplorerSearch, toggled } from './explorer-search.ts';
import { facetCounts } from './facet-counts.ts';
import { FacetList } from './facet-list.tsx';
import { QueryBox, queryInputId } from './query-box.tsx';
import { queryFault } from './query-fault.ts';

/** Everything that can be held, found by query, facet or part of a name. */
export function ExplorerPage() {
  const search = useSearch({ from: '/estate/' });
  const navigate = useNavigate({ from: '/estate' });
  const composed = composeQuery(search.q ?? '', search);
  const estate = useQuery(estateQuery);
  const found = useQuery(searchQuery(composed.query));
  const fault = queryFault(found.error, composed);
  const answer = useLastKnown(found.data);
  const counts = useMemo(() => facetCounts(answer?.nodes ?? []), [answer]);
  // A long table gives way to typing.
  const nodes = useDeferredValue(answer?.nodes);
  useShortcut('/', 'Search the estate', () => document.getElementById(queryInputId)?.focus());

  const show = (next: ExplorerSearch) =>
    void navigate({ search: (now) => ({ ...next, without: now.without }), replace: true });
  return (
    <>
      <PageHead
        title="Estate"
        about={estate.data && <EstateLine estate={estate.data} />}
        completeness={answer?.completeness}
      />
      <EstateNav />
      <QueryBox
        text={search.q ?? ''}
        onText={(q) => {
          const { q: _, ...facets } = search;
          show(q === '' ? facets : { ...facets, q });
        }}
        fault={fault}
      />
      {found.error !== null && fault === null && (
        <ProblemNotice error={found.error} onRetry={() => void found.refetch()} />
      )}
      <div className={classes.stage}>
        <FacetList search={search} counts={counts} onToggle={(name, value) => show(toggled(search, name, value))} />
        <div className={classes.result}>
          <div className={classes.frame}>
            {nodes !== undefined && (
              <AssetTable
                nodes={nodes}
                stale={found.isPlaceholderData || fault !== null || nodes !== answer?.nodes}
                searched={composed.query !== 'everything'}
              />
            )}
          </div>
          <footer className={classes.foot}>
            <span role="status">
              {found.data === undefined
                ? found.isError
                  ? 'No answer.'
                  : 'Searching…'
                : `${count(found.data.total, 'node')}${found.data.total > mostRows ? `, the first ${mostRows.toLocaleString()} are listed and counted` : ''}`}
            </span>
            <CopyButton label="Copy the query" text={() => found.data?.query ?? composed.query} />
          </footer>
        </div>
      </div>
    </>
  );
}

/** The last answer that there was: a query that cannot be read takes nothing off the screen. */
function useLastKnown<T>(answer: T | undefined): T | undefined {
  const last = useRef(answer);
  if (answer !== undefined) last.current = answer;
  return last.current;
}

function EstateLine({ estate }: { readonly estate: { nodes: number; edges: number; jewels: number } }) {
  return (
    <>
      {count(estate.nodes, 'node')}, {count(estate.edges, 'attack step')}, {count(estate.jewels, 'crown jewel')}
    </>
  );
}
