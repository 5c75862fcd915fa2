import { type PersonRole, personRoleSchema } from '@firebreak/contract/incident';
import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { call } from '../../data/client.ts';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import classes from './access-page.module.css';
import { RoleSelect } from './role-select.tsx';
import { ShownOnce } from './shown-once.tsx';

/** Links for other people. A drastic step needs a second approver, and this is how there comes to be one. */
export function Invitations() {
  const [name, setName] = useState('');
  const [role, setRole] = useState<PersonRole>('approver');
  const invite = useMutation({
    mutationFn: () => call('invite', { body: { name: name.trim(), role } }),
    onSuccess: () => setName(''),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate();
  };
  return (
    <Panel title="Invite a person">
      <p className={classes.plain}>
        Makes a link that signs in once, under the name given here. Send it over a channel that you trust.
      </p>
      <form className={classes.form} data-short onSubmit={submit}>
        <TextInput label="Name" value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={80} />
        <RoleSelect among={personRoleSchema.options} value={role} onChange={setRole} />
        <Button type="submit" disabled={name.trim() === ''} loading={invite.isPending}>
          Make link
        </Button>
      </form>
      {invite.error !== null && <ProblemNotice error={invite.error} />}
      {invite.data !== undefined && (
        <ShownOnce
          title={`Link for ${invite.data.name} (${invite.data.role})`}
          secret={new URL(invite.data.link, window.location.origin).href}
        >
          It works once and is not shown again.
        </ShownOnce>
      )}
    </Panel>
  );
}
