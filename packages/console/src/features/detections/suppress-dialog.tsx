import type { KeptDetection, SuppressionScope } from '@firebreak/contract/answers/detections';
import { Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { call } from '../../data/client.ts';
import { ReasonDialog } from '../../ui/reason-dialog.tsx';
import { shorten, visible } from '../../ui/visible.ts';

const day = 86_400_000;
const spans = [
  { value: '1', label: 'a day' },
  { value: '7', label: 'a week' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'a year' },
];

interface SuppressDialogProps {
  readonly detection: KeptDetection;
  readonly onClose: () => void;
}

/** Hides what comes of a scope until a day. What is hidden is kept and counted, and all parts of the scope must hold. */
export function SuppressDialog({ detection, onClose }: SuppressDialogProps) {
  const [byDetector, setByDetector] = useState(true);
  const [identity, setIdentity] = useState(detection.by[0] ?? '');
  const [asset, setAsset] = useState('');
  const [holds, setHolds] = useState('');
  const [days, setDays] = useState('7');
  const scope: SuppressionScope = {
    ...(byDetector ? { detector: detection.detector } : {}),
    ...(identity === '' ? {} : { identity }),
    ...(asset === '' ? {} : { asset }),
    ...(holds.trim() === '' ? {} : { text: { field: 'title', holds: holds.trim() } }),
  };
  return (
    <ReasonDialog
      title="Suppress detections"
      onClose={onClose}
      action="Suppress"
      danger
      ready={Object.keys(scope).length > 0}
      outdates={[['detections'], ['incidents'], ['incident']]}
      decide={(reason) =>
        call('suppress', {
          body: { scope, reason, until: new Date(Date.now() + Number(days) * day).toISOString() },
        })
      }
    >
      <p>
        Detections for which all of this holds are hidden from the queue until then. They are kept and counted, and
        anybody can list them.
      </p>
      <div className="fb-stack">
        <Checkbox
          label={`Of the detector ${visible(shorten(detection.detector, 70))}`}
          checked={byDetector}
          onChange={(event) => setByDetector(event.currentTarget.checked)}
        />
        <NativeSelect
          label="Only when this acted"
          value={identity}
          onChange={(event) => setIdentity(event.currentTarget.value)}
          data={choices(detection.by, 'anybody')}
        />
        <NativeSelect
          label="Only when done to"
          value={asset}
          onChange={(event) => setAsset(event.currentTarget.value)}
          data={choices(detection.about, 'anything')}
        />
        <TextInput
          label="Only when the title holds"
          value={holds}
          onChange={(event) => setHolds(event.currentTarget.value)}
          maxLength={500}
        />
        <NativeSelect label="For" value={days} onChange={(event) => setDays(event.currentTarget.value)} data={spans} />
      </div>
    </ReasonDialog>
  );
}

function choices(ids: readonly string[], none: string): { value: string; label: string }[] {
  return [
    { value: '', label: none },
    ...[...new Set(ids)].slice(0, 50).map((id) => ({ value: id, label: visible(shorten(id, 80)) })),
  ];
}
