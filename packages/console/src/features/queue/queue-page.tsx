/** Incidents as they are worked: the most severe first, each with where it began and how much is in it. */
import type { Queue } from '@firebreak/contract/answers/cases';
import { Button, Skeleton, Switch } from '@mantine/core';
import { useDisclosure, useDocumentTitle } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useShortcut } from '../../app/shortcuts.tsx';
import { queueQuery } from '../../data/detection-queries.ts';
import { useFallbackInterval } from '../../data/live.ts';
import { may, usePrincipal } from '../../data/session.ts';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { OpenIncidentDialog } from '../incidents/open-incident-dialog.tsx';
import { LooseDetections } from './loose-detections.tsx';
import classes from './queue-page.module.css';
import { QueueRowView } from './queue-row.tsx';

export function QueuePage() {
  useDocumentTitle('Incidents · Firebreak');
  const [hidden, setHidden] = useState(false);
  const queue = useQuery({ ...queueQuery(hidden), refetchInterval: useFallbackInterval() });
  const mayOpen = may(usePrincipal(), 'responder');
  const [opened, dialog] = useDisclosure(false);
  useShortcut('o', 'Open an incident', () => {
    if (mayOpen) dialog.open();
  });
  return (
    <>
      <header className={classes.head}>
        <h1>Incidents</h1>
        {mayOpen && (
          <Button leftSection={<IconPlus size={16} />} onClick={dialog.open}>
            Open incident
          </Button>
        )}
      </header>
      {queue.isLoadingError ? (
        <ProblemNotice error={queue.error} onRetry={() => void queue.refetch()} />
      ) : (
        <div className={classes.columns}>
          <div>
            <QueueTable queue={queue.data} />
            <div className={classes.foot}>
              <span role="status">{queue.data === undefined ? '' : inWords(queue.data, hidden)}</span>
              <Switch
                size="xs"
                label="Closed, merged and suppressed ones too"
                checked={hidden}
                onChange={(event) => setHidden(event.currentTarget.checked)}
              />
            </div>
          </div>
          <LooseDetections loose={queue.data?.loose} />
        </div>
      )}
      <OpenIncidentDialog opened={opened} onClose={dialog.close} />
    </>
  );
}

/** The table has its final shape while it loads, so nothing moves when the rows come. */
function QueueTable({ queue }: { readonly queue: Queue | undefined }) {
  return (
    <div className={classes.frame} aria-busy={queue === undefined}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Severity</th>
            <th scope="col">Incident</th>
            <th scope="col">Began with</th>
            <th scope="col">Detections</th>
            <th scope="col">Newest</th>
          </tr>
        </thead>
        <tbody>
          {queue === undefined
            ? ['a', 'b', 'c'].map((key) => <SkeletonRow key={key} />)
            : queue.incidents.map((row) => <QueueRowView key={row.id} row={row} />)}
        </tbody>
      </table>
      {queue?.incidents.length === 0 && (
        <p className={classes.empty}>
          Nothing waits. Detections that belong together open an incident by themselves; open one by hand when you know,
          or only suspect, that an identity, a workload or a credential is abused. Nothing is changed before somebody
          approves a plan.
        </p>
      )}
    </div>
  );
}

function SkeletonRow() {
  return (
    <tr className={classes.row}>
      <td>
        <Skeleton height={20} width={84} />
      </td>
      <td>
        <Skeleton height={15} width="46%" mb={9} mt={3} />
        <Skeleton height={12} width="82%" mb={3} />
      </td>
      <td>
        <Skeleton height={13} width="80%" mt={4} />
      </td>
      <td>
        <Skeleton height={13} width={60} mt={4} />
      </td>
      <td>
        <Skeleton height={13} width={120} mt={4} />
      </td>
    </tr>
  );
}

function inWords({ incidents, hidden: count }: Queue, shown: boolean): string {
  if (shown) return `${incidents.length.toLocaleString()} in all, ${count.toLocaleString()} of them out of the queue`;
  return `${incidents.length.toLocaleString()} in the queue, ${count.toLocaleString()} not shown`;
}
