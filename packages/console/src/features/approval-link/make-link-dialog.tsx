import type { Plan } from '@firebreak/contract/plan';
import { NumberInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../data/client.ts';
import { may, usePrincipal } from '../../data/session.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { ShownOnce } from '../access/shown-once.tsx';

interface MakeLinkDialogProps {
  readonly incidentId: string;
  readonly plan: Plan;
  readonly onClose: () => void;
}

/** A link with which one person approves this plan from chat or mail. It is shown once. */
export function MakeLinkDialog({ incidentId, plan, onClose }: MakeLinkDialogProps) {
  const principal = usePrincipal();
  const mayForOthers = may(principal, 'admin');
  const [person, setPerson] = useState(principal?.name ?? '');
  const [minutes, setMinutes] = useState(15);
  const make = useMutation({
    mutationFn: () => call('makeApprovalLink', { params: { id: incidentId }, body: { for: person.trim(), minutes } }),
  });
  return (
    <ConfirmDialog
      title="Link for an approval"
      onClose={onClose}
      action="Make link"
      busy={make.isPending}
      error={make.error}
      disabled={person.trim() === '' || make.data !== undefined}
      onConfirm={() => make.mutate()}
    >
      <p>
        Whoever opens the link sees the {plan.steps.length} steps and can approve them once, without signing in, in the
        name of the person whom it is for. It is bound to plan <code>{plan.digest.slice(0, 12)}</code>.{' '}
        {mayForOthers
          ? 'If you make it for somebody else you are counted in: you cannot be the other one of two.'
          : 'Only an admin makes one for somebody else.'}
      </p>
      <TextInput
        label="For"
        value={person}
        onChange={(event) => setPerson(event.currentTarget.value)}
        disabled={!mayForOthers}
        maxLength={80}
      />
      <NumberInput
        label="Minutes that it counts"
        value={minutes}
        onChange={(value) => setMinutes(Number(value) || 15)}
        min={1}
        max={1440}
      />
      {make.data !== undefined && (
        <ShownOnce
          title={`Approval link for ${make.data.person}`}
          secret={new URL(make.data.link, window.location.origin).href}
        >
          It works once and is not shown again. A preview of it approves nothing.
        </ShownOnce>
      )}
    </ConfirmDialog>
  );
}
