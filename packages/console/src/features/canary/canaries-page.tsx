/** Restored versions that take traffic step by step. */
import type { CanaryLine } from '@firebreak/contract/canary';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { canariesQuery } from '../../data/canary-queries.ts';
import { count } from '../../ui/count.ts';
import { Empty } from '../../ui/empty.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { ShortTable } from '../../ui/short-table.tsx';
import { LookTag } from '../../ui/tag.tsx';
import classes from './canary.module.css';
import { stateWords } from './canary-words.ts';

export function CanariesPage() {
  const answer = useQuery(canariesQuery);
  return (
    <>
      <PageHead
        title="Canaries"
        about="Restored versions that take a growing share of the traffic, judged by numbers before they get more."
      />
      {answer.isLoadingError && <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton height={320} radius={8} />}
      {answer.data !== undefined && (
        <Panel title={count(answer.data.canaries.length, 'canary', 'canaries')} flush>
          {answer.data.canaries.length === 0 ? (
            <Empty title="No canary yet.">
              Start one with <code>firebreak canary start description.yaml</code>.
            </Empty>
          ) : (
            <Table lines={answer.data.canaries} />
          )}
        </Panel>
      )}
    </>
  );
}

function Table({ lines }: { readonly lines: readonly CanaryLine[] }) {
  return (
    <ShortTable label="Canaries" className={classes.table}>
      <thead>
        <tr>
          <th scope="col">Canary</th>
          <th scope="col">State</th>
          <th scope="col" data-numeric>
            Traffic
          </th>
          <th scope="col" data-numeric>
            Stage
          </th>
          <th scope="col" data-numeric>
            Looks
          </th>
          <th scope="col">Why</th>
          <th scope="col">Started</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={line.id}>
            <td>
              <Link to="/canaries/$canaryId" params={{ canaryId: line.id }}>
                <ForeignText text={line.name} most={60} />
              </Link>
            </td>
            <td>
              <LookTag look={stateWords[line.state]} />
            </td>
            <td data-numeric>{line.percent === null ? 'unknown' : `${line.percent} %`}</td>
            <td data-numeric>
              {line.stage + 1} of {line.stages}
            </td>
            <td data-numeric>{line.looks}</td>
            <td>
              <ForeignText text={line.why} most={140} />
            </td>
            <td>
              <Moment at={line.startedAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </ShortTable>
  );
}
