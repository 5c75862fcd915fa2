import type { Execution } from '@firebreak/contract/incident';
import { Radio } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../data/client.ts';
import { executionQuery } from '../../data/queries.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { count } from '../../ui/count.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Notice } from '../../ui/notice.tsx';

import { undoable } from './step-progress.ts';
import classes from './undo-dialog.module.css';

type Others = 'leave' | 'merge' | 'overwrite';

const ways: readonly { readonly way: Others; readonly label: string; readonly description: string }[] = [
  { way: 'leave', label: 'Leave it', description: 'The step is left alone and says so.' },
  { way: 'merge', label: 'Merge', description: 'Only what nobody else changed is put back; the rest is listed.' },
  { way: 'overwrite', label: 'Overwrite', description: 'The recorded state is put back, whatever others did.' },
];

interface UndoDialogProps {
  readonly incidentId: string;
  readonly execution: Execution;
  readonly onClose: () => void;
}

/** Undo opens the way for the attacker again; it says so, and lists what comes back in which order. */
export function UndoDialog({ incidentId, execution, onClose }: UndoDialogProps) {
  const client = useQueryClient();
  const [others, setOthers] = useState<Others>('leave');
  const steps = undoable(execution);
  const undo = useMutation({
    mutationFn: () =>
      call('undo', { params: { id: incidentId }, body: { force: others === 'overwrite', merge: others === 'merge' } }),
    onSuccess: (answer) => {
      client.setQueryData(executionQuery(incidentId).queryKey, answer);
      void client.invalidateQueries({ queryKey: ['incident', incidentId] });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title="Undo the containment"
      onClose={onClose}
      action={`Undo ${count(steps.length, 'step')}`}
      danger
      busy={undo.isPending}
      error={undo.error}
      onConfirm={() => undo.mutate()}
    >
      <Notice tone="warn" title="Undo gives back what the attacker could reach.">
        Do it when the compromised identities are clean, or when the cut does more harm than the attacker.
      </Notice>
      {execution.state === 'running' && <p>What is running stops first.</p>}
      <p>Every step is put back to its recorded state, last first:</p>
      <ol className={classes.steps}>
        {steps.map((step) => (
          <li key={step.stepId}>
            <div>
              <span className={classes.ordinal}>{step.ordinal}</span> <ForeignText text={step.title} most={160} />
            </div>
            <div className="fb-quiet">
              <ForeignText text={step.undo} most={240} />
            </div>
          </li>
        ))}
      </ol>
      <Radio.Group
        label="Where others have changed an object since"
        value={others}
        onChange={(value) => setOthers(ways.find(({ way }) => way === value)?.way ?? 'leave')}
      >
        {ways.map(({ way, label, description }) => (
          <Radio key={way} value={way} label={label} description={description} mt={6} />
        ))}
      </Radio.Group>
    </ConfirmDialog>
  );
}
