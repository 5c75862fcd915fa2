import type { FollowUp } from '@firebreak/contract/answers/recovery';
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../../data/client.ts';
import { followUpsQuery } from '../../data/recovery-queries.ts';
import { may, usePrincipal } from '../../data/session.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Tag } from '../../ui/tag.tsx';
import classes from './recovery-tab.module.css';

/** What shall be gone by a date; the graph says whether it is. */
export function FollowUps({ incidentId }: { readonly incidentId: string }) {
  const client = useQueryClient();
  const mayAsk = may(usePrincipal(), 'responder');
  const answer = useQuery(followUpsQuery(incidentId));
  const audit = useMutation({
    mutationFn: () => call('auditFollowUps', { body: { incident: incidentId } }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['incident', incidentId] }),
  });
  const list = answer.data?.followUps ?? [];
  return (
    <Panel
      title="Hardening"
      aside={
        mayAsk &&
        list.length > 0 && (
          <Button size="compact-sm" variant="default" loading={audit.isPending} onClick={() => audit.mutate()}>
            Ask the graph now
          </Button>
        )
      }
    >
      {answer.isLoadingError && <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />}
      {audit.error !== null && <ProblemNotice error={audit.error} />}
      {list.length === 0 ? (
        <p className="fb-quiet">
          No follow-up is open. <code>firebreak recovery follow-ups open</code> opens one, with an owner and a date.
        </p>
      ) : (
        <ul className={classes.signs}>
          {list.map((each) => (
            <li key={each.id}>
              <span>
                <State of={each} /> <ForeignText text={each.title} most={120} />
              </span>
              <span className="fb-quiet">
                <ForeignText text={each.owner} most={40} />, by <Moment at={each.due} />
              </span>
              {each.audit !== null && (
                <span className="fb-quiet">
                  <ForeignText text={each.audit.what} most={200} />
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function State({ of: { state, overdue } }: { readonly of: FollowUp }) {
  if (overdue) return <Tag tone="danger">Overdue</Tag>;
  if (state === 'open') return <Tag tone="warn">Open</Tag>;
  return <Tag tone="good">{state === 'gone' ? 'Gone' : 'Closed'}</Tag>;
}
