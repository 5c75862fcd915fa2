import type { RecoveryBoard, RecoveryItem, RecoveryState } from '@firebreak/contract/answers/recovery';
import { Button, Group } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../data/client.ts';
import { may, usePrincipal } from '../../data/session.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Prose } from '../../ui/prose.tsx';
import { ReasonDialog } from '../../ui/reason-dialog.tsx';
import { type Look, LookTag } from '../../ui/tag.tsx';
import classes from './recovery-tab.module.css';

const looks: Readonly<Record<RecoveryState, Look>> = {
  open: { word: 'Open', tone: 'warn' },
  failed: { word: 'Not yet', tone: 'danger' },
  done: { word: 'Done', tone: 'good' },
  'not-applicable': { word: 'Not needed', tone: 'neutral' },
};

type Said = 'done' | 'not-applicable';

export function BoardItem({ item, board }: { readonly item: RecoveryItem; readonly board: RecoveryBoard }) {
  const maySay = may(usePrincipal(), 'responder') && (item.state === 'open' || item.state === 'failed');
  const [asked, ask] = useState<Said | null>(null);
  const titleOf = (id: string) => board.items.find((each) => each.id === id)?.title ?? id;
  return (
    <li className={item.id === board.next ? classes.next : undefined}>
      <span>
        <LookTag look={looks[item.state]} />
      </span>
      <div>
        <strong>
          <ForeignText text={item.title} most={200} />
        </strong>
        <div className="fb-quiet">
          <ForeignText text={item.why} most={400} />
        </div>
        {item.after.length > 0 && (
          <div className={classes.after}>
            First: {item.after.slice(0, 3).map(titleOf).join('; ')}
            {item.after.length > 3 ? ', …' : ''}
          </div>
        )}
        {item.proof !== null && item.proof.what !== item.why && (
          <div className={classes.proof}>
            <ForeignText text={item.proof.what} most={400} />
            {item.proof.entry !== null && <span className="fb-quiet"> · entry {item.proof.entry} of the log</span>}
          </div>
        )}
        {item.by !== null && (item.by !== 'firebreak' || item.at !== null) && (
          <div className="fb-quiet">
            {item.by === 'firebreak' ? 'Firebreak' : <ForeignText text={item.by} most={60} />}
            {item.at !== null && (
              <>
                , <Moment at={item.at} />
              </>
            )}
          </div>
        )}
        {item.next !== '' && item.after.length === 0 && (
          <div>
            <Prose text={item.next} />
          </div>
        )}
      </div>
      {maySay && (
        <Group gap={6}>
          {item.how === 'person' && (
            <Button size="compact-sm" variant="default" disabled={item.after.length > 0} onClick={() => ask('done')}>
              It is done…
            </Button>
          )}
          <Button size="compact-sm" variant="subtle" color="gray" onClick={() => ask('not-applicable')}>
            Not needed…
          </Button>
        </Group>
      )}
      {asked !== null && <Say incidentId={board.incident} item={item} state={asked} onClose={() => ask(null)} />}
    </li>
  );
}

interface SayProps {
  readonly incidentId: string;
  readonly item: RecoveryItem;
  readonly state: Said;
  readonly onClose: () => void;
}

function Say({ incidentId, item, state, onClose }: SayProps) {
  const client = useQueryClient();
  return (
    <ReasonDialog
      title={item.title}
      onClose={onClose}
      action={state === 'done' ? 'It is done' : 'It is not needed'}
      label={state === 'done' ? 'What you looked at' : 'Why it is not needed'}
      decide={(note) => call('sayRecovery', { params: { id: incidentId }, body: { item: item.id, state, note } })}
      onDone={(board) => client.setQueryData(['incident', incidentId, 'recovery'], board)}
    />
  );
}
