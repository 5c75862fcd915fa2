import type { RecoveryBoard, RecoveryItem, RecoveryState } from '@firebreak/contract/answers/recovery';
import { Button, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../data/client.ts';
import { may, usePrincipal } from '../../data/session.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Prose } from '../../ui/prose.tsx';
import { Tag, type Tone } from '../../ui/tag.tsx';
import classes from './recovery-tab.module.css';

const looks: Readonly<Record<RecoveryState, { readonly word: string; readonly tone: Tone }>> = {
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
    <li data-next={item.id === board.next ? true : undefined}>
      <span>
        <Tag tone={looks[item.state].tone}>{looks[item.state].word}</Tag>
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
        {item.proof !== null && (
          <div className={classes.proof}>
            <ForeignText text={item.proof.what} most={400} />
            {item.proof.entry !== null && <span className="fb-quiet"> · entry {item.proof.entry} of the log</span>}
          </div>
        )}
        {item.by !== null && (
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
        <div className={classes.buttons}>
          {item.how === 'person' && (
            <Button size="compact-sm" variant="default" disabled={item.after.length > 0} onClick={() => ask('done')}>
              It is done…
            </Button>
          )}
          <Button size="compact-sm" variant="subtle" color="gray" onClick={() => ask('not-applicable')}>
            Not needed…
          </Button>
        </div>
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
  const [note, setNote] = useState('');
  const say = useMutation({
    mutationFn: () =>
      call('sayRecovery', { params: { id: incidentId }, body: { item: item.id, state, note: note.trim() } }),
    onSuccess: (board) => {
      client.setQueryData(['incident', incidentId, 'recovery'], board);
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={item.title}
      onClose={onClose}
      action={state === 'done' ? 'It is done' : 'It is not needed'}
      disabled={note.trim() === ''}
      busy={say.isPending}
      error={say.error}
      onConfirm={() => say.mutate()}
    >
      <Textarea
        label={state === 'done' ? 'What you looked at' : 'Why it is not needed'}
        description="It is written down with your name."
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        maxLength={2000}
        autosize
        minRows={2}
        required
      />
    </ConfirmDialog>
  );
}
