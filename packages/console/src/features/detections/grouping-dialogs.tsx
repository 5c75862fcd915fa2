/** What people decide about the grouping of detections. Each needs a reason, which goes to the ledger. */
import { type Closing, closings } from '@firebreak/contract/answers/cases';
import { Checkbox, Radio } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { call } from '../../data/client.ts';
import { queueQuery } from '../../data/detection-queries.ts';
import { count } from '../../ui/count.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { ReasonDialog } from '../../ui/reason-dialog.tsx';
import classes from './dialogs.module.css';

interface GroupingDialogProps {
  readonly incidentId: string;
  readonly onClose: () => void;
}

interface FrameProps extends GroupingDialogProps {
  readonly title: string;
  readonly action: string;
  readonly ready?: boolean;
  readonly decide: (reason: string) => Promise<{ readonly id: string }>;
  readonly children?: ReactNode;
}

/** The question, and the way to the incident that comes of it. */
function Frame({ incidentId, ...props }: FrameProps) {
  const navigate = useNavigate();
  return (
    <ReasonDialog
      {...props}
      outdates={[['incidents'], ['incident'], ['detections']]}
      onDone={({ id }) => {
        if (id !== incidentId) void navigate({ to: '/incidents/$incidentId/detections', params: { incidentId: id } });
      }}
    />
  );
}

/** Takes the chosen detections out into an incident of their own. */
export function SplitDialog({
  detections,
  ...props
}: GroupingDialogProps & { readonly detections: readonly string[] }) {
  return (
    <Frame
      {...props}
      title={`Split off ${count(detections.length, 'detection')}`}
      action="Split"
      decide={(reason) =>
        call('splitIncident', { params: { id: props.incidentId }, body: { detections: [...detections], reason } })
      }
    >
      <p>They become an incident of their own, and no rule puts the two together again.</p>
    </Frame>
  );
}

/** Puts other incidents of the queue into this one. */
export function MergeDialog(props: GroupingDialogProps) {
  const { data: queue } = useQuery(queueQuery(false));
  const [from, setFrom] = useState<readonly string[]>([]);
  const others = queue?.incidents.filter(({ id }) => id !== props.incidentId) ?? [];
  const toggle = (id: string) => setFrom(from.includes(id) ? from.filter((other) => other !== id) : [...from, id]);
  return (
    <Frame
      {...props}
      title="Merge other incidents into this one"
      action="Merge"
      ready={from.length > 0}
      decide={(reason) =>
        call('mergeIncidents', { params: { id: props.incidentId }, body: { from: [...from], reason } })
      }
    >
      <p>Their detections come here, and no rule takes them apart again.</p>
      <div className={classes.others}>
        {others.length === 0 && <span className="fb-quiet">No other incident is in the queue.</span>}
        {others.map(({ id, title }) => (
          <Checkbox
            key={id}
            label={<ForeignText text={title} most={120} />}
            checked={from.includes(id)}
            onChange={() => toggle(id)}
          />
        ))}
      </div>
    </Frame>
  );
}

const closingWords: Readonly<Record<Closing, string>> = {
  resolved: 'Resolved: it was one, and it is over',
  'false-alarm': 'False alarm: it never was one',
};

export function CloseDialog(props: GroupingDialogProps) {
  const [as, setAs] = useState<Closing>('resolved');
  return (
    <Frame
      {...props}
      title="Close the incident"
      action="Close incident"
      decide={(reason) => call('closeIncident', { params: { id: props.incidentId }, body: { as, reason } })}
    >
      <p>It leaves the queue and gathers no more detections. It can be opened again.</p>
      <Radio.Group
        label="What it was"
        value={as}
        onChange={(value) => setAs(closings.find((known) => known === value) ?? 'resolved')}
      >
        <div className="fb-stack">
          {closings.map((value) => (
            <Radio key={value} value={value} label={closingWords[value]} />
          ))}
        </div>
      </Radio.Group>
    </Frame>
  );
}

export function ReopenDialog(props: GroupingDialogProps) {
  return (
    <Frame
      {...props}
      title="Open the incident again"
      action="Open again"
      decide={(reason) => call('reopenIncident', { params: { id: props.incidentId }, body: { reason } })}
    >
      <p>It comes back into the queue and gathers detections again.</p>
    </Frame>
  );
}
