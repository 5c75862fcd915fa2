/** Could versus did: what was within reach, and what of it the logs say was touched. What no log covers is unknown, never clean. */
import type { CouldDid } from '@firebreak/contract/answers/could-did';
import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { didQuery } from '../../data/detection-queries.ts';
import { count } from '../../ui/count.ts';
import { Empty } from '../../ui/empty.tsx';
import { Figure } from '../../ui/figure.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Actors } from './actors.tsx';
import { Coverage } from './coverage.tsx';
import { DidPicture } from './did-picture.tsx';
import classes from './did-tab.module.css';
import { DidTable } from './did-table.tsx';

export function DidTab() {
  const { incidentId } = useParams({ from: '/incidents/$incidentId/did' });
  const answer = useQuery(didQuery(incidentId));
  if (answer.isLoadingError) return <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />;
  if (answer.data === undefined) return <Skeleton height={820} radius={8} aria-busy="true" />;
  return <DidView incidentId={incidentId} found={answer.data} />;
}

function DidView({ incidentId, found }: { readonly incidentId: string; readonly found: CouldDid }) {
  const [selected, setSelected] = useState<string | null>(null);
  const jewels = found.did.filter(({ jewel }) => jewel !== undefined).length;
  const blind = found.unlogged.reduce((sum, { reached }) => sum + reached, 0);
  return (
    <div className="fb-stack">
      <dl className={classes.figures}>
        <Figure
          label="Could reach"
          value={found.could.reached.toLocaleString()}
          hint={count(found.could.jewels, 'crown jewel')}
        />
        <Figure
          label="Did touch"
          tone={found.did.length === 0 ? 'neutral' : 'danger'}
          value={found.did.length.toLocaleString()}
          hint={count(jewels, 'crown jewel')}
        />
        <Figure
          label="Unknown: no log was read"
          tone={blind === 0 ? 'neutral' : 'warn'}
          value={blind.toLocaleString()}
          hint={blind === 0 ? 'every system within reach is logged' : `in ${count(found.unlogged.length, 'system')}`}
        />
        <Figure
          label="Their events"
          value={found.log.theirs.toLocaleString()}
          hint={`of ${found.log.events.toLocaleString()} that were read`}
        />
      </dl>
      {found.unlogged.length > 0 && (
        <Notice
          tone="warn"
          title="Nothing is known of these systems. That nothing is shown there does not mean nothing happened."
        >
          <ul className={classes.unlogged}>
            {found.unlogged.map(({ system, reached, jewels: lost, why }) => (
              <li key={system}>
                <strong>
                  <ForeignText text={system} most={60} />
                </strong>
                : {reached.toLocaleString()} within reach, {count(lost, 'crown jewel')}.{' '}
                <ForeignText text={why} most={200} />
              </li>
            ))}
          </ul>
        </Notice>
      )}
      <DidPicture incidentId={incidentId} found={found} selected={selected} onSelect={setSelected} />
      <Panel title="What was touched, crown jewels first" aside={count(found.did.length, 'asset')} flush>
        {found.did.length === 0 ? (
          <Empty title="No event shows that anything was touched.">
            {found.log.events === 0
              ? 'No log has come in, so this cannot be told: send the audit logs of the systems within reach.'
              : 'That holds for what is logged, and for the time that the logs cover.'}
          </Empty>
        ) : (
          <DidTable found={found} selected={selected} onSelect={setSelected} />
        )}
      </Panel>
      <div className={classes.columns}>
        <Actors found={found} />
        <Coverage found={found} />
      </div>
    </div>
  );
}
