/** What every delivery channel delivers beside what was approved: after an incident, the first thing to ask. */
import type { ChannelAudit } from '@firebreak/contract/answers/channel-audit';
import { Button, NativeSelect, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../../data/client.ts';
import { channelAuditQuery } from '../../data/promotion-queries.ts';
import { may, usePrincipal } from '../../data/session.ts';
import { count } from '../../ui/count.ts';
import { Empty } from '../../ui/empty.tsx';
import { Figure, Figures } from '../../ui/figure.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { ReasonDialog } from '../../ui/reason-dialog.tsx';
import { Rows } from '../../ui/rows.tsx';
import { type Look, Tag } from '../../ui/tag.tsx';
import { ChannelsNav } from './channels-nav.tsx';

type Row = ChannelAudit['rows'][number];

const looks: Readonly<Record<Row['state'], Look>> = {
  moved: { word: 'Moved', tone: 'danger' },
  changed: { word: 'Changed', tone: 'warn' },
  'cannot-tell': { word: 'Cannot tell', tone: 'warn' },
  expired: { word: 'Expired', tone: 'warn' },
  'not-approved': { word: 'Not approved', tone: 'neutral' },
  'as-approved': { word: 'As approved', tone: 'good' },
};
const hours = [1, 6, 24, 72, 168, 720];
const hourMs = 3_600_000;
const most = 200;

export function ChannelAuditPage() {
  const [opened] = useState(() => Date.now());
  const [back, setBack] = useState(24);
  const answer = useQuery(channelAuditQuery(new Date(opened - back * hourMs).toISOString()));
  return (
    <>
      <PageHead
        title="Channel audit"
        about="What every channel delivers beside what was approved, and what it delivered before."
        completeness={answer.data?.completeness}
      />
      <ChannelsNav />
      <NativeSelect
        size="xs"
        w={240}
        mb="sm"
        label="Compared with"
        value={String(back)}
        onChange={(event) => setBack(Number(event.currentTarget.value))}
        data={hours.map((each) => ({
          value: String(each),
          label: each < 48 ? `${count(each, 'hour')} ago` : `${each / 24} days ago`,
        }))}
      />
      {answer.isLoadingError && <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton height={480} radius={8} />}
      {answer.data !== undefined && <Known audit={answer.data} />}
    </>
  );
}

function Known({ audit: { rows, counts, completeness } }: { readonly audit: ChannelAudit }) {
  const recorded =
    completeness.answer === 'complete' || completeness.reasons.every(({ code }) => code !== 'FB-HISTORY-NONE');
  return (
    <div className="fb-stack">
      <Figures>
        <Figure
          label="Moved"
          {...(counts.moved > 0 ? { tone: 'danger' as const } : {})}
          value={counts.moved.toLocaleString()}
          hint="not what was approved"
        />
        <Figure
          label="Changed"
          {...(recorded && counts.changed === 0 ? {} : { tone: 'warn' as const })}
          value={recorded ? counts.changed.toLocaleString() : 'Cannot tell'}
          hint={recorded ? 'since then, and nobody approved it' : 'the estate was not recorded then'}
        />
        <Figure
          label="As approved"
          value={counts['as-approved'].toLocaleString()}
          hint={`${counts['not-approved'].toLocaleString()} nobody approved`}
        />
      </Figures>
      <Panel title={<span role="status">{count(rows.length, 'channel')}</span>} flush>
        {rows.length === 0 ? (
          <Empty title="No channel says what it delivers.">
            Read registries, model registries, repositories and what delivers into the cluster.
          </Empty>
        ) : (
          <Rows>
            {rows.slice(0, most).map((row) => (
              <AuditRow key={row.channel} row={row} />
            ))}
          </Rows>
        )}
      </Panel>
      {rows.length > most && (
        <p className="fb-quiet">{rows.length - most} more are in `firebreak channels audit --json`.</p>
      )}
    </div>
  );
}

function AuditRow({ row }: { readonly row: Row }) {
  const mayApprove = may(usePrincipal(), 'approver');
  const [asked, setAsked] = useState(false);
  const { word, tone } = looks[row.state];
  return (
    <li>
      <span>
        <Tag tone={tone}>{word}</Tag>
      </span>
      <div>
        <strong>
          <ForeignText text={row.name} most={90} />
        </strong>{' '}
        <span className="fb-quiet">{row.kind}</span>
        <div>
          <ForeignText text={row.why} most={400} /> <ForeignText text={row.next} most={400} />
        </div>
        <div className="fb-quiet">
          <ForeignText text={row.channel} mono most={90} />{' '}
          {row.value !== null && <ForeignText text={row.value} mono most={50} />}
        </div>
      </div>
      {mayApprove && row.value !== null && row.state !== 'as-approved' ? (
        <Button size="compact-sm" variant="default" onClick={() => setAsked(true)}>
          Approve…
        </Button>
      ) : (
        <span />
      )}
      {asked && row.value !== null && <Approve row={row} value={row.value} onClose={() => setAsked(false)} />}
    </li>
  );
}

interface ApproveProps {
  readonly row: Row;
  readonly value: string;
  readonly onClose: () => void;
}

function Approve({ row, value, onClose }: ApproveProps) {
  return (
    <ReasonDialog
      title={`Approve ${row.name}`}
      onClose={onClose}
      action="Approve for 30 days"
      label="How you know that this is right"
      outdates={[['promotion', 'channels']]}
      decide={(note) => call('approveChannel', { body: { channel: row.channel, value, note } })}
    >
      <p>
        It delivers <ForeignText text={value} mono most={90} />. What moves away from that is told.
      </p>
    </ReasonDialog>
  );
}
