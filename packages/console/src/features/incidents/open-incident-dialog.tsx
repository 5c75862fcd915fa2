import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { call } from '../../data/client.ts';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { NodePicker } from './node-picker.tsx';
import classes from './open-incident-dialog.module.css';

interface OpenIncidentDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Opening changes nothing in the estate: it records what is compromised and what has to be protected. */
export function OpenIncidentDialog({ opened, onClose }: OpenIncidentDialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Open an incident"
      size="xl"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <OpenIncidentForm onCancel={onClose} />
    </Modal>
  );
}

function OpenIncidentForm({ onCancel }: { readonly onCancel: () => void }) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const [title, setTitle] = useState('');
  const [compromised, setCompromised] = useState<readonly string[]>([]);
  const [protect, setProtect] = useState('default');
  const open = useMutation({
    mutationFn: () =>
      call('openIncident', {
        body: { title: title.trim(), compromised: [...compromised], protect: protect.trim() || 'default' },
      }),
    onSuccess: (incident) => {
      void client.invalidateQueries({ queryKey: ['incidents'] });
      void navigate({ to: '/incidents/$incidentId', params: { incidentId: incident.id } });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    open.mutate();
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      <TextInput
        label="What happened"
        placeholder="Token of the predictor is used from outside"
        value={title}
        onChange={(event) => setTitle(event.currentTarget.value)}
        maxLength={200}
        required
        data-autofocus
      />
      <NodePicker value={compromised} onChange={setCompromised} />
      <TextInput
        label="What must be protected"
        description={
          <>
            <code>default</code> means all crown jewels. Or terms such as <code>class=model</code>,{' '}
            <code>kind=Secret</code>, <code>namespace=prod</code>, <code>label:tier=gold</code>, joined by commas.
          </>
        }
        value={protect}
        onChange={(event) => setProtect(event.currentTarget.value)}
        maxLength={1000}
        spellCheck={false}
      />
      {open.error !== null && <ProblemNotice error={open.error} />}
      <div className={classes.buttons}>
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" disabled={title.trim() === '' || compromised.length === 0} loading={open.isPending}>
          Open incident
        </Button>
      </div>
    </form>
  );
}
