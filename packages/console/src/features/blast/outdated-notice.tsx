import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../../data/client.ts';
import { estateQuery, executionQuery } from '../../data/queries.ts';
import { may, usePrincipal } from '../../data/session.ts';
import { Moment } from '../../ui/moment.tsx';
import { Notice } from '../../ui/notice.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { isOutdated } from '../incidents/reach.ts';

/** Says that steps have changed the estate since it was read, and offers to read it again. Nothing when it is up to date. */
export function OutdatedNotice({ incidentId }: { readonly incidentId: string }) {
  const client = useQueryClient();
  const principal = usePrincipal();
  const estate = useQuery(estateQuery);
  const execution = useQuery(executionQuery(incidentId));
  const collect = useMutation({ mutationFn: () => call('recollect', {}), onSuccess: () => client.invalidateQueries() });
  if (estate.data === undefined || !isOutdated(estate.data.collectedAt, execution.data)) return null;
  return (
    <Notice tone="warn" title="What is shown here is from before the last change.">
      <div>
        The estate was read <Moment at={estate.data.collectedAt} />, and steps have ended since.
      </div>
      {may(principal, 'responder') && (
        <div>
          <Button size="compact-sm" variant="default" loading={collect.isPending} onClick={() => collect.mutate()}>
            Read again
          </Button>
        </div>
      )}
      {collect.error !== null && <ProblemNotice error={collect.error} />}
    </Notice>
  );
}
