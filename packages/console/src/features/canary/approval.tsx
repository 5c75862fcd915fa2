/** What a canary does to traffic, and the approval that it waits for. */
import type { CanaryRun } from '@firebreak/contract/canary';
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../data/client.ts';
import { may, usePrincipal } from '../../data/session.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Digest } from '../../ui/digest.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';

export function Approve({ run }: { readonly run: CanaryRun }) {
  const [asked, ask] = useState(false);
  const isOpen = may(usePrincipal(), 'responder') && run.state === 'waiting-approval' && run.approval !== null;
  return (
    <>
      {isOpen && <Button onClick={() => ask(true)}>Approve</Button>}
      {asked && run.approval !== null && (
        <ApproveDialog id={run.id} approval={run.approval} onClose={() => ask(false)} />
      )}
    </>
  );
}

interface ApproveDialogProps {
  readonly id: string;
  readonly approval: NonNullable<CanaryRun['approval']>;
  readonly onClose: () => void;
}

function ApproveDialog({ id, approval: { what, digest, given, needed }, onClose }: ApproveDialogProps) {
  const client = useQueryClient();
  const approval = useMutation({
    mutationFn: () => call('approveCanary', { params: { id }, body: { digest } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['canaries'] });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title="Approve this canary"
      action="Approve"
      onClose={onClose}
      busy={approval.isPending}
      error={approval.error}
      onConfirm={() => approval.mutate()}
    >
      <p>
        <ForeignText text={what} most={400} /> Stage by stage, each only after the one before has passed.
      </p>
      <p>
        {given.length} of {needed} approvals.
      </p>
      <Digest value={digest} label="What is approved: the description, by its digest" />
    </ConfirmDialog>
  );
}

export function ApprovalLine({ run: { approval } }: { readonly run: CanaryRun }) {
  if (approval === null || approval.given.length === 0) return null;
  return (
    <p>
      Approved by <ForeignText text={approval.given.map(({ by }) => by).join(', ')} most={200} />:{' '}
      <ForeignText text={approval.what} most={400} />
    </p>
  );
}
