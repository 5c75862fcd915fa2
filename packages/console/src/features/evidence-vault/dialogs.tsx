/** Taking, auditing, holding and destroying: each asks why, because the log wants to know. */
import type { Snapshot, Vault } from '@firebreak/contract/answers/evidence-vault';
import { Checkbox, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../data/client.ts';
import { count } from '../../ui/count.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { ReasonDialog } from '../../ui/reason-dialog.tsx';

const outdates = [['evidence-vault']];

export function TakeDialog({ vault, onClose }: { readonly vault: Vault; readonly onClose: () => void }) {
  const [subject, setSubject] = useState('');
  return (
    <ReasonDialog
      title="Take evidence"
      action="Take"
      ready={subject.trim() !== ''}
      onClose={onClose}
      outdates={outdates}
      decide={(reason) => call('takeEvidence', { body: { subject: subject.trim(), reason } })}
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
    </ReasonDialog>
  );
}

export function AuditDialog({ snapshot, onClose }: { readonly snapshot?: string; readonly onClose: () => void }) {
  const [deep, setDeep] = useState(true);
  return (
    <ReasonDialog
      title={snapshot === undefined ? 'Audit all evidence' : 'Audit this snapshot'}
      action="Audit"
      onClose={onClose}
      outdates={outdates}
      decide={(reason) =>
        call('auditEvidence', { body: { reason, deep, ...(snapshot === undefined ? {} : { snapshot }) } })
      }
    >
      <Checkbox
        label="Read every byte and compare it with the log"
        checked={deep}
        onChange={(event) => setDeep(event.currentTarget.checked)}
      />
    </ReasonDialog>
  );
}

export function HoldDialog({ snapshot, onClose }: { readonly snapshot: string; readonly onClose: () => void }) {
  return (
    <ReasonDialog
      title="Legal hold"
      action="Hold"
      onClose={onClose}
      outdates={outdates}
      decide={(reason) => call('holdEvidence', { body: { snapshot, reason } })}
    >
      <p>Until somebody with the right to do so releases it, nobody can destroy it, whatever its date says.</p>
    </ReasonDialog>
  );
}

export function ReleaseDialog({ hold, onClose }: { readonly hold: string; readonly onClose: () => void }) {
  return (
    <ReasonDialog
      title="Release the hold"
      action="Release"
      onClose={onClose}
      outdates={outdates}
      decide={(reason) => call('releaseEvidence', { params: { id: hold }, body: { reason } })}
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
    <ReasonDialog
      title="Destroy this snapshot"
      action="Destroy for ever"
      danger
      ready={data?.forbidden.length === 0}
      onClose={onClose}
      outdates={outdates}
      decide={(reason) => call('destroyEvidence', { params: { id }, body: { reason, doIt: true } })}
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
    </ReasonDialog>
  );
}
