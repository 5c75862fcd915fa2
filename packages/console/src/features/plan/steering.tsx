/** What people do to an execution on its way, and to what stands after it: pause, go on, end, let it stand longer, watch it. */
import type { Execution } from '@firebreak/contract/incident';
import { Button, NativeSelect } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconClockPlus, IconPlayerPause, IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '../../data/client.ts';
import { executionQuery } from '../../data/queries.ts';
import { may, usePrincipal } from '../../data/session.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import classes from './steering.module.css';

const watchWords = { alarm: 'Say so when a step is reverted', 're-assert': 'Do again what is reverted' } as const;

export function Steering({ execution }: { readonly execution: Execution }) {
  const principal = usePrincipal();
  const client = useQueryClient();
  const [ending, endDialog] = useDisclosure(false);
  const { incident, state, direction, expiresAt, watch } = execution;
  const params = { id: incident };
  const steer = useMutation({
    mutationFn: (ask: () => Promise<Execution>) => ask(),
    onSuccess: (answer) => {
      client.setQueryData(executionQuery(incident).queryKey, answer);
      void client.invalidateQueries({ queryKey: ['incident', incident] });
    },
  });
  const mayRespond = may(principal, 'responder');
  const mayApprove = may(principal, 'approver');
  const underWay = direction === 'contain' && (state === 'running' || state === 'waiting-approval');
  const stands = direction === 'contain' && ['contained', 'done-unproven', 'not-contained'].includes(state);
  if (!underWay && !stands && state !== 'paused') return null;
  return (
    <div className={classes.steering}>
      {mayRespond && underWay && (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlayerPause size={14} aria-hidden />}
          onClick={() => steer.mutate(() => call('pause', { params }))}
        >
          Pause
        </Button>
      )}
      {mayRespond && state === 'paused' && (
        <Button
          size="compact-sm"
          leftSection={<IconPlayerPlay size={14} aria-hidden />}
          onClick={() => steer.mutate(() => call('resume', { params }))}
        >
          Go on
        </Button>
      )}
      {mayRespond && (underWay || state === 'paused') && (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconPlayerStop size={14} aria-hidden />}
          onClick={endDialog.open}
        >
          End here…
        </Button>
      )}
      {expiresAt !== undefined && (
        <span>
          Undone by itself <Moment at={expiresAt} />
        </span>
      )}
      {mayApprove && stands && expiresAt !== undefined && (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconClockPlus size={14} aria-hidden />}
          onClick={() => steer.mutate(() => call('renew', { params, body: {} }))}
        >
          Renew
        </Button>
      )}
      {stands && watch !== undefined && (
        <NativeSelect
          size="xs"
          aria-label="What the watch does"
          value={watch.mode}
          disabled={!mayApprove}
          onChange={(event) => {
            const mode = event.currentTarget.value === 're-assert' ? 're-assert' : 'alarm';
            steer.mutate(() => call('watch', { params, body: { mode } }));
          }}
          data={Object.entries(watchWords).map(([value, label]) => ({ value, label }))}
        />
      )}
      {stands && watch?.lookedAt != null && (
        <span className="fb-quiet">
          looked at <Moment at={watch.lookedAt} />
        </span>
      )}
      {watch?.note != null && (
        <span className={classes.note}>
          <ForeignText text={watch.note} />
        </span>
      )}
      {steer.error !== null && !ending && <ProblemNotice error={steer.error} />}
      {ending && (
        <ConfirmDialog
          title="End the containment here?"
          onClose={endDialog.close}
          action="End here"
          danger
          busy={steer.isPending}
          error={steer.error}
          onConfirm={() => steer.mutate(() => call('abort', { params }), { onSuccess: endDialog.close })}
        >
          <p>
            The step under way is finished and no other begins. What was done stands, and can be undone. It is not
            contained then.
          </p>
        </ConfirmDialog>
      )}
    </div>
  );
}
