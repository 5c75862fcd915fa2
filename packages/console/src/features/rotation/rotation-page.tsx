/** Secrets that stood in texts, to be rotated. Of the secrets themselves the console never sees more than a keyed digest. */
import { type RotationItem, type RotationState, rotationStates } from '@firebreak/contract/answers/rotation';
import { Button, Group, SegmentedControl, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../data/client.ts';
import { rotationQuery } from '../../data/detection-queries.ts';
import { may, usePrincipal } from '../../data/session.ts';
import { count } from '../../ui/count.ts';
import { Empty } from '../../ui/empty.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Prose } from '../../ui/prose.tsx';
import { ReasonDialog } from '../../ui/reason-dialog.tsx';
import { Rows } from '../../ui/rows.tsx';
import { type Look, LookTag } from '../../ui/tag.tsx';
import { DetectionNav } from '../detections/detection-nav.tsx';
import classes from './rotation-page.module.css';

const looks: Readonly<Record<RotationState, Look & { readonly act: string }>> = {
  open: { word: 'To rotate', tone: 'danger', act: 'Open again' },
  rotated: { word: 'Rotated', tone: 'good', act: 'It was rotated' },
  dismissed: { word: 'Need not be', tone: 'neutral', act: 'It need not be' },
};

export function RotationPage() {
  const [state, setState] = useState<RotationState | undefined>('open');
  const answer = useQuery(rotationQuery(state));
  return (
    <>
      <PageHead
        title="Rotation"
        about="Secrets that stood in prompts, answers, tool calls or logs, and who revokes them."
      />
      <DetectionNav />
      <div className={classes.tools}>
        <SegmentedControl
          size="xs"
          aria-label="Secrets that are"
          value={state ?? 'all'}
          onChange={(value) => setState(rotationStates.find((known) => known === value))}
          data={[
            ...rotationStates.map((value) => ({ value, label: looks[value].word })),
            { value: 'all', label: 'All' },
          ]}
        />
      </div>
      {answer.isLoadingError && <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton height={320} radius={8} />}
      {answer.data !== undefined && (
        <Panel title={<span role="status">{count(answer.data.items.length, 'secret')}</span>} flush>
          {answer.data.items.length === 0 ? (
            <Empty title="No secret of this sort.">
              Texts are looked through as they come in by the gateway's and the agents' logs; where none come in,
              nothing can be found.
            </Empty>
          ) : (
            <Rows>
              {answer.data.items.map((item) => (
                <Item key={item.id} item={item} />
              ))}
            </Rows>
          )}
        </Panel>
      )}
    </>
  );
}

function Item({ item }: { readonly item: RotationItem }) {
  const mayDecide = may(usePrincipal(), 'responder');
  const [asked, ask] = useState<RotationState | null>(null);
  const [place] = item.places;
  return (
    <li>
      <span>
        <LookTag look={looks[item.state]} />
      </span>
      <div>
        <strong>
          <ForeignText text={item.title} most={120} />
        </strong>{' '}
        <code className="fb-quiet" title={item.id}>
          {item.id.slice(0, 12)}
        </code>
        <div className="fb-quiet">
          in {count(item.count, 'place')}, <Moment at={item.first} /> to <Moment at={item.last} />
          {place !== undefined && (
            <>
              {' '}
              ·{' '}
              <Link to="/detection/event" search={{ id: place.event }}>
                the newest event
              </Link>
              , <ForeignText text={place.path} mono most={60} />
            </>
          )}
        </div>
        {item.opens.length > 0 && (
          <div className="fb-quiet">
            opens{' '}
            {item.opens.slice(0, 5).map((id, index) => (
              <span key={id}>
                {index > 0 && ', '}
                <Link to="/estate/node" search={{ id }} className="fb-node-link">
                  <ForeignText text={id} mono most={70} />
                </Link>
              </span>
            ))}
          </div>
        )}
        <div>
          {item.rotate === '' ? (
            <span className="fb-quiet">Nobody knows where such a secret is revoked.</span>
          ) : (
            <Prose text={item.rotate} />
          )}
        </div>
        {item.decision !== null && (
          <div className="fb-quiet">
            <ForeignText text={item.decision.by} most={60} />, <Moment at={item.decision.at} />:{' '}
            <ForeignText text={item.decision.reason} most={300} />
          </div>
        )}
      </div>
      {mayDecide && (
        <Group gap={6}>
          {rotationStates
            .filter((state) => state !== item.state)
            .map((state) => (
              <Button key={state} size="compact-sm" variant="default" onClick={() => ask(state)}>
                {looks[state].act}…
              </Button>
            ))}
        </Group>
      )}
      {asked !== null && <Decide item={item} state={asked} onClose={() => ask(null)} />}
    </li>
  );
}

interface DecideProps {
  readonly item: RotationItem;
  readonly state: RotationState;
  readonly onClose: () => void;
}

function Decide({ item, state, onClose }: DecideProps) {
  return (
    <ReasonDialog
      title={`${item.title}: ${looks[state].act.toLowerCase()}`}
      onClose={onClose}
      action={looks[state].act}
      label="How that is known"
      outdates={[['rotation']]}
      decide={(reason) => call('decideRotation', { params: { id: item.id }, body: { state, reason } })}
    />
  );
}
