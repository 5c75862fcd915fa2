/** One event: as its system wrote it, in the one form, and what of the estate it is tied to. */
import type { KeptEventAnswer } from '@firebreak/contract/answers/event';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { keptEventQuery } from '../../data/detection-queries.ts';
import { Digest } from '../../ui/digest.tsx';
import { FactList } from '../../ui/fact-list.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { JsonRecord } from '../../ui/json-record.tsx';
import { Moment } from '../../ui/moment.tsx';
import { NodeLink } from '../../ui/node-link.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { DetectionNav } from './detection-nav.tsx';
import classes from './event-page.module.css';

export function EventPage() {
  const { id } = useSearch({ from: '/detection/event' });
  const answer = useQuery(keptEventQuery(id));
  return (
    <>
      <PageHead title="Event" about={<ForeignText text={id} mono most={100} />} />
      <DetectionNav />
      {answer.isLoadingError && <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton height={520} radius={8} />}
      {answer.data !== undefined && <EventView kept={answer.data} />}
    </>
  );
}

function EventView({ kept: { event, received, raw, ties } }: { readonly kept: KeptEventAnswer }) {
  return (
    <div className={classes.columns}>
      <Panel title="What happened">
        <FactList
          facts={[
            ['When', <Moment key="at" at={event.time} />],
            ['Time is', event.timeIs === 'told' ? 'as its system told' : 'when it came in'],
            ['Came in', <Moment key="in" at={received} />],
            ['Operation', event.operation],
            ['Outcome', event.reason === undefined ? event.outcome : `${event.outcome}: ${event.reason}`],
            ['Actor', event.actor.name],
            ['Session', event.actor.session],
            ['Address', event.actor.address],
            ['Program', event.actor.agent],
            ['System', event.system],
            ['Format', event.source.format],
            ['From', event.source.locator],
          ]}
        />
      </Panel>
      <Panel title="What of the estate it names">
        <ul className={classes.ties}>
          {ties.nodes.map((tie) => (
            <li key={`${tie.as} ${tie.id}`}>
              <span className="fb-quiet">{tie.as}</span>{' '}
              {tie.node === null ? (
                <>
                  <ForeignText text={tie.id} mono most={90} /> <span className="fb-quiet">(not in the estate)</span>
                </>
              ) : (
                <NodeLink node={tie.node} />
              )}
            </li>
          ))}
          {ties.permission !== null && (
            <li>
              <span className="fb-quiet">allowed by</span> <ForeignText text={ties.permission.told} most={200} />
            </li>
          )}
          {ties.step !== null && (
            <li>
              <span className="fb-quiet">our own step</span> <ForeignText text={ties.step.title} most={160} />, approved
              by <ForeignText text={ties.step.approvers.join(', ')} most={160} />
            </li>
          )}
        </ul>
      </Panel>
      <div className={classes.wide}>
        <Panel title="As its system wrote it">
          <JsonRecord value={raw} />
          <Digest value={event.digest} label="SHA-256 of its canonical JSON" />
        </Panel>
      </div>
    </div>
  );
}
