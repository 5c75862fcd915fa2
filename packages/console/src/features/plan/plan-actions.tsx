import type { Execution, Incident } from '@firebreak/contract/incident';
import type { Plan } from '@firebreak/contract/plan';
import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconArrowBackUp, IconLink, IconListSearch, IconRefresh, IconShieldCheck } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useShortcut } from '../../app/shortcuts.tsx';
import { may, usePrincipal } from '../../data/session.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { MakeLinkDialog } from '../approval-link/make-link-dialog.tsx';
import { approvable } from './approval.ts';
import { ApproveDialog } from './approve-dialog.tsx';
import { useMakePlan } from './make-plan.ts';
import { undoable } from './step-progress.ts';
import { UndoDialog } from './undo-dialog.tsx';

interface PlanActionsProps {
  readonly incident: Incident;
  readonly plan: Plan;
  /** What became of this plan. */
  readonly own: Execution | null;
  /** The newest execution of the incident, whichever plan it was of. */
  readonly latest: Execution | null;
  readonly onDryRun: () => void;
  readonly dryRunning: boolean;
}

/** Only what makes sense now and what this person may do; the server decides again. */
export function PlanActions({ incident, plan, own, latest, onDryRun, dryRunning }: PlanActionsProps) {
  const principal = usePrincipal();
  const { approve } = useSearch({ from: '/incidents/$incidentId/plan' });
  const navigate = useNavigate();
  const ask = (asking: boolean) =>
    void navigate({
      to: '/incidents/$incidentId/plan',
      params: { incidentId: incident.id },
      search: asking ? { approve: true } : {},
      replace: true,
    });
  const [undoing, undoDialog] = useDisclosure(false);
  const [linking, linkDialog] = useDisclosure(false);
  const mayRespond = may(principal, 'responder');
  const mayApprove = may(principal, 'approver');
  const beforeRun = incident.state === 'planned' || incident.state === 'containing' || incident.state === 'recovering';
  // Who may approve which step is the policy's to say; a responder may approve the taking of evidence, for one.
  const canApprove = mayRespond && beforeRun && approvable(plan, own, principal?.name ?? '').length > 0;
  const canUndo = mayApprove && incident.state !== 'undoing' && undoable(latest).length > 0;
  const canReplan =
    mayRespond && (incident.state === 'planned' || incident.state === 'stopped' || incident.state === 'undone');
  const dryRunButton = mayRespond && plan.steps.length > 0 && incident.state === 'planned';
  useShortcut('a', 'Review the approval', () => {
    if (canApprove) ask(true);
  });
  useShortcut('d', 'Dry-run: show the exact requests', () => {
    if (dryRunButton) onDryRun();
  });
  return (
    <>
      {canReplan && <ReplanButton incident={incident} />}
      {dryRunButton && (
        <Button variant="default" leftSection={<IconListSearch size={16} />} loading={dryRunning} onClick={onDryRun}>
          Dry-run
        </Button>
      )}
      {canUndo && (
        <Button variant="default" leftSection={<IconArrowBackUp size={16} />} onClick={undoDialog.open}>
          {latest?.state === 'running' ? 'Stop and undo…' : 'Undo…'}
        </Button>
      )}
      {canApprove && (
        <Button variant="default" leftSection={<IconLink size={16} />} onClick={linkDialog.open}>
          Approval link…
        </Button>
      )}
      {linking && <MakeLinkDialog incidentId={incident.id} plan={plan} onClose={linkDialog.close} />}
      {canApprove && (
        <Button leftSection={<IconShieldCheck size={16} />} onClick={() => ask(true)}>
          Approve…
        </Button>
      )}
      {approve === true && mayRespond && beforeRun && (
        <ApproveDialog plan={plan} incidentId={incident.id} execution={own} onClose={() => ask(false)} />
      )}
      {undoing && latest !== null && (
        <UndoDialog incidentId={incident.id} execution={latest} onClose={undoDialog.close} />
      )}
    </>
  );
}

function ReplanButton({ incident }: { readonly incident: Incident }) {
  const [asking, dialog] = useDisclosure(false);
  const make = useMakePlan(incident.id);
  return (
    <>
      <Button variant="default" leftSection={<IconRefresh size={16} />} onClick={dialog.open}>
        New plan…
      </Button>
      {asking && (
        <ConfirmDialog
          title="Make a new plan?"
          onClose={dialog.close}
          action="Make a new plan"
          busy={make.isPending}
          error={make.error}
          onConfirm={() => make.mutate(undefined, { onSuccess: dialog.close })}
        >
          <p>
            A new plan has a new digest: approvals of the present one do not count for it. Nothing in the estate
            changes.
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}
