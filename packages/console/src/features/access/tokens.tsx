import { type Role, roles } from '@firebreak/contract/incident';
import { Button, NumberInput, Skeleton, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { type AnswerOf, call } from '../../data/client.ts';
import { tokensQuery } from '../../data/queries.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import classes from './access-page.module.css';
import { RoleSelect } from './role-select.tsx';
import { ShownOnce } from './shown-once.tsx';

type Token = AnswerOf<'listTokens'>['tokens'][number];

export function Tokens() {
  const tokens = useQuery(tokensQuery);
  const [revoking, setRevoking] = useState<Token | null>(null);
  return (
    <Panel title="API tokens">
      <NewToken />
      {tokens.isLoadingError && <ProblemNotice error={tokens.error} onRetry={() => void tokens.refetch()} />}
      {tokens.isPending && <Skeleton height={96} />}
      {tokens.data?.tokens.length === 0 && <p className={classes.plain}>No token has been made.</p>}
      {tokens.data !== undefined && tokens.data.tokens.length > 0 && (
        <div className={classes.scroll}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Role</th>
                <th scope="col">Expires</th>
                <th scope="col">Last used</th>
                <td />
              </tr>
            </thead>
            <tbody>
              {tokens.data.tokens.map((token) => (
                <tr key={token.id}>
                  <td>
                    <ForeignText text={token.name} most={60} />
                  </td>
                  <td>{token.role}</td>
                  <td>
                    <Moment at={token.expiresAt} />
                  </td>
                  <td>{token.lastUsedAt === null ? 'never' : <Moment at={token.lastUsedAt} />}</td>
                  <td>
                    <Button
                      size="compact-sm"
                      variant="subtle"
                      aria-label={`Revoke ${token.name}`}
                      onClick={() => setRevoking(token)}
                    >
                      Revoke
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {revoking !== null && <RevokeDialog token={revoking} onClose={() => setRevoking(null)} />}
    </Panel>
  );
}

function NewToken() {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [days, setDays] = useState(30);
  const create = useMutation({
    mutationFn: () => call('createToken', { body: { name: name.trim(), role, expiresInDays: days } }),
    onSuccess: () => {
      setName('');
      void client.invalidateQueries({ queryKey: tokensQuery.queryKey });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <>
      <form className={classes.form} onSubmit={submit}>
        <TextInput
          label="New token for"
          placeholder="alert pipeline"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          maxLength={80}
        />
        <RoleSelect among={roles} value={role} onChange={setRole} />
        <NumberInput
          label="Days"
          min={1}
          max={365}
          allowDecimal={false}
          hideControls
          value={days}
          onChange={(value) => setDays(typeof value === 'number' ? value : 30)}
        />
        <Button type="submit" disabled={name.trim() === ''} loading={create.isPending}>
          Make token
        </Button>
      </form>
      {create.error !== null && <ProblemNotice error={create.error} />}
      {create.data !== undefined && (
        <ShownOnce title={`Token for ${create.data.name}`} secret={create.data.token}>
          Copy it now: it is not shown again.
        </ShownOnce>
      )}
    </>
  );
}

function RevokeDialog({ token, onClose }: { readonly token: Token; readonly onClose: () => void }) {
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => call('revokeToken', { params: { id: token.id } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: tokensQuery.queryKey });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title="Revoke the token?"
      onClose={onClose}
      action="Revoke"
      danger
      busy={revoke.isPending}
      error={revoke.error}
      onConfirm={() => revoke.mutate()}
    >
      <p>
        <ForeignText text={token.name} /> stops working at once. This cannot be taken back; a new token can be made.
      </p>
    </ConfirmDialog>
  );
}
