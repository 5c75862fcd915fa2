import { Button, Skeleton } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type AnswerOf, call } from '../../data/client.ts';
import { estateQuery } from '../../data/queries.ts';
import { may, usePrincipal } from '../../data/session.ts';
import { count } from '../../ui/count.ts';
import { Figure, Figures } from '../../ui/figure.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { GapList } from '../../ui/limited-notice.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Notice } from '../../ui/notice.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { EstateNav } from '../explorer/estate-nav.tsx';
import classes from './estate-page.module.css';

type Estate = AnswerOf<'estate'>;

/** What Firebreak knows, and what it knows that it does not know. */
export function EstatePage() {
  const client = useQueryClient();
  const principal = usePrincipal();
  const estate = useQuery(estateQuery);
  const collect = useMutation({
    mutationFn: () => call('recollect', {}),
    onSuccess: () => client.invalidateQueries(),
  });
  return (
    <>
      <PageHead
        title="What was read"
        about={
          estate.data && (
            <>
              {count(sourcesOf(estate.data).length, 'source')}, read <Moment at={estate.data.collectedAt} />
            </>
          )
        }
        completeness={estate.data?.completeness}
      >
        {may(principal, 'responder') && (
          <Button
            variant="default"
            leftSection={<IconRefresh size={16} />}
            loading={collect.isPending}
            onClick={() => collect.mutate()}
          >
            Read again
          </Button>
        )}
      </PageHead>
      <EstateNav />
      <div className="fb-stack" aria-busy={estate.data === undefined}>
        {collect.error !== null && <ProblemNotice error={collect.error} onRetry={() => collect.mutate()} />}
        {estate.isLoadingError && <ProblemNotice error={estate.error} onRetry={() => void estate.refetch()} />}
        {!estate.isLoadingError && (estate.data === undefined ? <EstateSkeleton /> : <Known estate={estate.data} />)}
      </div>
    </>
  );
}

function Known({ estate }: { readonly estate: Estate }) {
  const kinds = Object.entries(estate.counts).toSorted(([a, m], [b, n]) => n - m || a.localeCompare(b));
  const most = kinds[0]?.[1] ?? 1;
  return (
    <>
      <Figures>
        <Figure label="Nodes" value={estate.nodes.toLocaleString()} hint="what can be held" />
        <Figure label="Attack steps" value={estate.edges.toLocaleString()} hint="edges between them" />
        <Figure label="Crown jewels" tone="jewel" value={estate.jewels.toLocaleString()} hint="must not be lost" />
        <Figure
          label="Completeness"
          tone={estate.completeness.answer === 'complete' ? 'good' : 'warn'}
          value={estate.completeness.answer === 'complete' ? 'Complete' : 'Limited'}
          hint={
            estate.completeness.answer === 'complete'
              ? 'everything asked for was read'
              : count(estate.completeness.reasons.length, 'gap')
          }
        />
      </Figures>
      <div className={classes.columns}>
        <div className="fb-stack">
          <Panel title="Sources" aside={count(sourcesOf(estate).length, 'source')}>
            <ul className={classes.sources}>
              {sourcesOf(estate).map((source) => (
                <li key={source}>
                  <ForeignText text={source} mono most={300} />
                </li>
              ))}
            </ul>
          </Panel>
          <Panel title="By kind" flush aside={count(kinds.length, 'kind')}>
            <table className={classes.kinds}>
              <thead>
                <tr>
                  <th scope="col">Kind</th>
                  <th scope="col">Count</th>
                  <td />
                </tr>
              </thead>
              <tbody>
                {kinds.map(([kind, count]) => (
                  <tr key={kind}>
                    <td>
                      <ForeignText text={kind} most={60} />
                    </td>
                    <td className={classes.number}>{count.toLocaleString()}</td>
                    <td className={classes.share} aria-hidden>
                      <div style={{ width: `${(100 * count) / most}%` }} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Panel>
        </div>
        <Panel title="What could not be read">
          {estate.completeness.answer === 'complete' ? (
            <Notice tone="good" title="Nothing: every kind that was asked for was read." />
          ) : (
            <>
              <Notice tone="warn" title="Answers that depend on these are limited, and say so." />
              <GapList gaps={estate.completeness.reasons} />
            </>
          )}
        </Panel>
      </div>
    </>
  );
}

/** The answer has them in one line; each begins with its connector. */
function sourcesOf({ source }: Estate): readonly string[] {
  return source.split(/ (?=[a-z][a-z-]*:)/);
}

function EstateSkeleton() {
  return (
    <>
      <Skeleton height={86} radius={8} />
      <div className={classes.columns}>
        <Skeleton height={420} radius={8} />
        <Skeleton height={220} radius={8} />
      </div>
    </>
  );
}
