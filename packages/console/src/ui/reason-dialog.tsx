import { Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { ConfirmDialog } from './confirm-dialog.tsx';

interface ReasonDialogProps<Answer> {
  readonly title: string;
  readonly onClose: () => void;
  /** The verb on the button. */
  readonly action: string;
  readonly danger?: boolean;
  /** Whether all but the reason is there. */
  readonly ready?: boolean;
  /** What is asked; "Why" when left out. */
  readonly label?: string;
  readonly decide: (reason: string) => Promise<Answer>;
  /** Answers that the decision makes old. */
  readonly outdates?: readonly (readonly string[])[];
  readonly onDone?: (answer: Answer) => void;
  readonly children?: ReactNode;
}

/** A decision that needs a reason, which goes to the ledger with it. */
export function ReasonDialog<Answer>(props: ReasonDialogProps<Answer>) {
  const { title, onClose, action, danger = false, ready = true, label = 'Why', children } = props;
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const decision = useMutation({
    mutationFn: () => props.decide(reason.trim()),
    onSuccess: (answer) => {
      for (const queryKey of props.outdates ?? []) void client.invalidateQueries({ queryKey });
      onClose();
      props.onDone?.(answer);
    },
  });
  return (
    <ConfirmDialog
      title={title}
      onClose={onClose}
      action={action}
      danger={danger}
      disabled={!ready || reason.trim() === ''}
      busy={decision.isPending}
      error={decision.error}
      onConfirm={() => decision.mutate()}
    >
      {children}
      <Textarea
        label={label}
        description="It is in the log, with your name."
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        maxLength={2000}
        autosize
        minRows={2}
        required
      />
    </ConfirmDialog>
  );
}
