import type { Incident } from '@firebreak/contract/incident';
import { Button, Skeleton } from '@mantine/core';
import { useDisclosure, useDocumentTitle } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useShortcut } from '../../app/shortcuts.tsx';
import { useFallbackInterval } from '../../data/live.ts';
import { incidentsQuery } from '../../data/queries.ts';
import { may, usePrincipal } from '../../data/session.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { StateTag } from './incident-state.tsx';
import classes from './incidents-page.module.css';
import { OpenIncidentDialog } from './open-incident-dialog.tsx';

export function IncidentsPage() {
  useDocumentTitle('Incidents · Firebreak');
  const incidents = useQuery({ ...incidentsQuery, refetchInterval: useFallbackInterval() });
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
      {incidents.isLoadingError ? (
        <ProblemNotice error={incidents.error} onRetry={() => void incidents.refetch()} />
      ) : (
        <IncidentTable incidents={incidents.data?.incidents} />
      )}
      <OpenIncidentDialog opened={opened} onClose={dialog.close} />
    </>
  );
}

/** The table has its final shape while it loads, so nothing moves when the rows come. */
function IncidentTable({ incidents }: { readonly incidents: readonly Incident[] | undefined }) {
  return (
    <div className={classes.frame} aria-busy={incidents === undefined}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Incident</th>
            <th scope="col">Compromised</th>
            <th scope="col">Opened</th>
          </tr>
        </thead>
        <tbody>
          {incidents === undefined
            ? ['a', 'b', 'c'].map((key) => <SkeletonRow key={key} />)
            : incidents.map((incident) => <IncidentRow key={incident.id} incident={incident} />)}
        </tbody>
      </table>
      {incidents?.length === 0 && (
        <p className={classes.empty}>
          No incident yet. Open one when you know, or only suspect, that an identity, a workload or a credential is
          abused: Firebreak shows what it reaches, and nothing is changed before somebody approves a plan.
        </p>
      )}
    </div>
  );
}

function IncidentRow({ incident }: { readonly incident: Incident }) {
  const navigate = useNavigate();
  const first = incident.compromised[0];
  const open = () => void navigate({ to: '/incidents/$incidentId', params: { incidentId: incident.id } });
  return (
    // The link in the row is what keyboards and screen readers use; the row only enlarges it for the mouse.
    <tr className={classes.row} onClick={open}>
      <td className={classes.state}>
        <StateTag state={incident.state} />
      </td>
      <td>
        <Link
          to="/incidents/$incidentId"
          params={{ incidentId: incident.id }}
          className={classes.title}
          onClick={(event) => event.stopPropagation()}
        >
          <ForeignText text={incident.title} most={140} />
        </Link>
        <div className="fb-quiet">
          <ForeignText text={incident.note} most={200} />
        </div>
      </td>
      <td className={classes.compromised}>
        {first !== undefined && <ForeignText text={first} most={64} mono />}
        {incident.compromised.length > 1 && <div className="fb-quiet">and {incident.compromised.length - 1} more</div>}
      </td>
      <td className={classes.opened}>
        <Moment at={incident.openedAt} />
        <div className="fb-quiet">
          by <ForeignText text={incident.openedBy} most={40} />
        </div>
      </td>
    </tr>
  );
}

function SkeletonRow() {
  return (
    <tr className={classes.row}>
      <td className={classes.state}>
        <Skeleton height={20} width={92} />
      </td>
      <td>
        <Skeleton height={15} width="46%" mb={9} mt={3} />
        <Skeleton height={12} width="62%" mb={3} />
      </td>
      <td className={classes.compromised}>
        <Skeleton height={13} width="80%" mt={4} />
      </td>
      <td className={classes.opened}>
        <Skeleton height={13} width={140} mt={4} />
      </td>
    </tr>
  );
}
