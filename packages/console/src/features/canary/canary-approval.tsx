import type { CanaryRun } from '@firebreak/contract/canary';
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { canaryQuery } from '../../data/canary-queries.ts';
import { call } from '../../data/client.ts';
import { may, usePrincipal } from '../../data/session.ts';
import { count } from '../../ui/count.ts';
import { Digest } from '../../ui/digest.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import classes from './canary.module.css';

interface CanaryApprovalProps {
  readonly run: CanaryRun;
  readonly approval: NonNullable<CanaryRun['approval']>;
}

/** What a canary would do to the traffic, who has allowed it, and the button for whoever else may. */
export function CanaryApproval({ run, approval: { digest, what, needed, given } }: CanaryApprovalProps) {
  const mayAsk = may(usePrincipal(), 'responder');
  const client = useQueryClient();
  const approve = useMutation({
    mutationFn: () => call('approveCanary', { params: { id: run.id }, body: { digest } }),
    onSuccess: (approved) => {
      client.setQueryData(canaryQuery(run.id).queryKey, approved);
      void client.invalidateQueries({ queryKey: ['canaries'] });
    },
  });
  return (
    <Panel
      title={`Approved by ${given.length} of ${count(needed, 'person', 'people')}`}
      aside={
        mayAsk && (
          <Button size="compact-sm" loading={approve.isPending} onClick={() => approve.mutate()}>
            Approve
          </Button>
        )
      }
    >
      <div>
        <ForeignText text={what} most={600} />
      </div>
      {given.length > 0 && (
        <ul className={classes.plain}>
          {given.map(({ by, at }) => (
            <li key={by}>
              <ForeignText text={by} most={60} />, <Moment at={at} />
            </li>
          ))}
        </ul>
      )}
      <Digest value={digest} label="What is approved" />
      {approve.error !== null && <ProblemNotice error={approve.error} />}
    </Panel>
  );
}
