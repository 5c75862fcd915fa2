/** What hides detections: whose decision, why, until when, and how many it has hidden. */
import type { Suppression } from '@firebreak/contract/answers/detections';
import { Button, Skeleton } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { call } from '../../data/client.ts';
import { suppressionsQuery } from '../../data/detection-queries.ts';
import { may, usePrincipal } from '../../data/session.ts';
import { count } from '../../ui/count.ts';
import { Empty } from '../../ui/empty.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Rows } from '../../ui/rows.tsx';
import { Tag } from '../../ui/tag.tsx';
import { DetectionNav } from './detection-nav.tsx';

export function SuppressionsPage() {
  const answer = useQuery(suppressionsQuery);
  return (
    <>
      <PageHead
        title="Suppressions"
        about="What hides detections. Nothing that is hidden is lost, and all of it ends."
      />
      <DetectionNav />
      {answer.isLoadingError && <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton height={260} radius={8} />}
      {answer.data !== undefined && (
        <Panel
          title={count(answer.data.suppressions.length, 'suppression')}
          aside={
            <Link to="/detection" search={{ suppressed: 'only' }}>
              What they hide
            </Link>
          }
          flush
        >
          {answer.data.suppressions.length === 0 ? (
            <Empty title="Nothing is suppressed.">
              A detection that is right but not wanted can be suppressed where it is shown, by what found it, who acted
              or what it was done to, until a day.
            </Empty>
          ) : (
            <Rows>
              {answer.data.suppressions.map((suppression) => (
                <Row key={suppression.id} suppression={suppression} />
              ))}
            </Rows>
          )}
        </Panel>
      )}
    </>
  );
}

const words = { active: 'Active', expired: 'Expired', ended: 'Ended' } as const;

function Row({ suppression }: { readonly suppression: Suppression }) {
  const client = useQueryClient();
  const mayEnd = may(usePrincipal(), 'responder');
  const end = useMutation({
    mutationFn: () => call('endSuppression', { params: { id: suppression.id } }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['detections'] }),
  });
  return (
    <li>
      <span>
        <Tag tone={suppression.state === 'active' ? 'warn' : 'neutral'}>{words[suppression.state]}</Tag>
      </span>
      <div>
        <div>
          <ForeignText text={scopeInWords(suppression)} most={400} />
        </div>
        <div className="fb-quiet">
          <ForeignText text={suppression.reason} most={400} /> · <ForeignText text={suppression.by} most={60} />,{' '}
          <Moment at={suppression.at} />, until <Moment at={suppression.until} />
          {suppression.endedBy !== null && (
            <>
              , ended by <ForeignText text={suppression.endedBy} most={60} />
            </>
          )}
        </div>
        <div className="fb-quiet">It has hidden {count(suppression.hidden, 'detection')}.</div>
        {end.error !== null && <ProblemNotice error={end.error} />}
      </div>
      {suppression.state === 'active' && mayEnd ? (
        <Button size="compact-sm" variant="default" loading={end.isPending} onClick={() => end.mutate()}>
          End now
        </Button>
      ) : (
        <span />
      )}
    </li>
  );
}

function scopeInWords({ scope: { detector, identity, asset, text } }: Suppression): string {
  return [
    detector === undefined ? [] : [`found by ${detector}`],
    identity === undefined ? [] : [`done by ${identity}`],
    asset === undefined ? [] : [`done to ${asset}`],
    text === undefined ? [] : [`whose ${text.field} holds “${text.holds}”`],
  ]
    .flat()
    .join(', ');
}
