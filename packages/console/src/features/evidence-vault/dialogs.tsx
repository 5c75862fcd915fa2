/** Taking, auditing, holding and destroying: each asks why, because the log wants to know. */
import type { Snapshot, Vault } from '@firebreak/contract/answers/evidence-vault';
import { Checkbox, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { call } from '../../data/client.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { count } from '../../ui/count.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';

interface WhyDialogProps {
  readonly title: string;
  readonly action: string;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  readonly act: (reason: string) => Promise<unknown>;
  readonly onClose: () => void;
  readonly children?: ReactNode;
}

function WhyDialog({ title, action, danger = false, disabled = false, act, onClose, children }: WhyDialogProps) {
  const client = useQueryClient();
  const [reason, setReason] = useState('');
  const mutation = useMutation({
    mutationFn: () => act(reason.trim()),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['evidence-vault'] });
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={title}
      onClose={onClose}
      action={action}
      danger={danger}
      disabled={disabled || reason.trim() === ''}
      busy={mutation.isPending}
      error={mutation.error}
      onConfirm={() => mutation.mutate()}
    >
      {children}
      <Textarea
        label="Why"
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

export function TakeDialog({ vault, onClose }: { readonly vault: Vault; readonly onClose: () => void }) {
  const [subject, setSubject] = useState('');
  return (
    <WhyDialog
      title="Take evidence"
      action="Take"
      disabled={subject.trim() === ''}
      onClose={onClose}
      act={(reason) => call('takeEvidence', { body: { subject: subject.trim(), reason } })}
    >
      <TextInput
        label="Of what"
        description={`Such as kubernetes:Namespace/prod. ${count(vault.kinds.length, 'kind')} can be taken.`}
        value={subject}
        onChange={(event) => setSubject(event.currentTarget.value)}
        list="evidence-kinds"
        maxLength={2000}
        required
      />
      <datalist id="evidence-kinds">
        {vault.kinds.map(({ kind, title }) => (
          <option key={kind} value={`${kind}/`}>
            {title}
          </option>
        ))}
      </datalist>
    </WhyDialog>
  );
}

export function AuditDialog({ snapshot, onClose }: { readonly snapshot?: string; readonly onClose: () => void }) {
  const [deep, setDeep] = useState(true);
  return (
    <WhyDialog
      title={snapshot === undefined ? 'Audit all evidence' : 'Audit this snapshot'}
      action="Audit"
      onClose={onClose}
      act={(reason) =>
        call('auditEvidence', { body: { reason, deep, ...(snapshot === undefined ? {} : { snapshot }) } })
      }
    >
      <Checkbox
        label="Read every byte and compare it with the log"
        checked={deep}
        onChange={(event) => setDeep(event.currentTarget.checked)}
      />
    </WhyDialog>
  );
}

export function HoldDialog({ snapshot, onClose }: { readonly snapshot: string; readonly onClose: () => void }) {
  return (
    <WhyDialog
      title="Legal hold"
      action="Hold"
      onClose={onClose}
      act={(reason) => call('holdEvidence', { body: { snapshot, reason } })}
    >
      <p>Until somebody with the right to do so releases it, nobody can destroy it, whatever its date says.</p>
    </WhyDialog>
  );
}

export function ReleaseDialog({ hold, onClose }: { readonly hold: string; readonly onClose: () => void }) {
  return (
    <WhyDialog
      title="Release the hold"
      action="Release"
      onClose={onClose}
      act={(reason) => call('releaseEvidence', { params: { id: hold }, body: { reason } })}
    />
  );
}

/** Says what destroying would do before it can be asked for. */
export function DestroyDialog({ snapshot, onClose }: { readonly snapshot: Snapshot; readonly onClose: () => void }) {
  const { id } = snapshot;
  const rehearsal = useQuery({
    queryKey: ['evidence-vault', id, 'destroy'],
    queryFn: ({ signal }) =>
      call('destroyEvidence', { params: { id }, body: { reason: 'What would it do?', doIt: false } }, signal),
    gcTime: 0,
  });
  const { data } = rehearsal;
  return (
    <WhyDialog
      title="Destroy this snapshot"
      action="Destroy for ever"
      danger
      disabled={data === undefined || data.forbidden.length > 0}
      onClose={onClose}
      act={(reason) => call('destroyEvidence', { params: { id }, body: { reason, doIt: true } })}
    >
      {rehearsal.isError && <ProblemNotice error={rehearsal.error} />}
      {data?.forbidden.map((sentence) => (
        <p key={sentence}>
          <ForeignText text={sentence} most={400} />
        </p>
      ))}
      {data?.forbidden.length === 0 &&
        data.ways.map(({ store, way, blobs }) => (
          <p key={store}>
            In {store}, {count(blobs, 'blob')} will be {way}. The log keeps the digests, your name and the reason.
          </p>
        ))}
    </WhyDialog>
  );
}
