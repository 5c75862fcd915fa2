/** One snapshot: what is in it, what keeps it, and its chain of custody. */
import type { CustodyRecord, KeptPiece, Snapshot } from '@firebreak/contract/answers/evidence-vault';
import { Button, Group, Skeleton } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../data/client.ts';
import { may, usePrincipal } from '../../data/session.ts';
import { snapshotQuery } from '../../data/vault-queries.ts';
import { count } from '../../ui/count.ts';
import { FactList } from '../../ui/fact-list.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Rows } from '../../ui/rows.tsx';
import { LookTag, Tag } from '../../ui/tag.tsx';
import { AuditDialog, DestroyDialog, HoldDialog, ReleaseDialog } from './dialogs.tsx';
import { IncidentLink } from './incident-link.tsx';
import { auditLooks, sealText, sizeText, stateLooks } from './snapshot-words.ts';
import classes from './vault-page.module.css';

export function SnapshotPage() {
  const { snapshotId } = useParams({ from: '/evidence/$snapshotId' });
  const answer = useQuery(snapshotQuery(snapshotId));
  return (
    <>
      <PageHead
        title="Snapshot"
        about={
          <>
            <Link to="/evidence">Evidence vault</Link> · <code>{snapshotId}</code>
          </>
        }
      />
      {answer.isLoadingError && <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton height={420} radius={8} />}
      {answer.data !== undefined && (
        <div className="fb-stack">
          <Summary snapshot={answer.data.snapshot} />
          <Custody records={answer.data.custody} />
          <Pieces snapshot={answer.data.snapshot} pieces={answer.data.pieces} />
        </div>
      )}
    </>
  );
}

function Summary({ snapshot }: { readonly snapshot: Snapshot }) {
  const { state, subject, title, by, reason, startedAt, endedAt, stores, retainUntil, holds, audit, reasons } =
    snapshot;
  return (
    <Panel
      title={
        <>
          <LookTag look={stateLooks[state]} /> <ForeignText text={subject} mono most={120} />
        </>
      }
      aside={<Acts snapshot={snapshot} />}
    >
      <FactList
        facts={[
          ['What', title],
          ['Taken by', by],
          ['Incident', snapshot.incident === null ? undefined : <IncidentLink key="incident" id={snapshot.incident} />],
          ['Why', reason],
          ['Begun', <Moment key="begun" at={startedAt} />],
          ['Ended', endedAt === null ? undefined : <Moment key="ended" at={endedAt} />],
          [
            'Kept',
            `${count(snapshot.pieces, 'piece')}, ${sizeText(snapshot.bytes)}, ${snapshot.references} by reference, ${sealText(snapshot)}`,
          ],
          ['Where', stores.length === 0 ? 'in no store' : stores.join(', ')],
          ['Kept until', retainUntil === null ? 'no date' : <Moment key="until" at={retainUntil} />],
          [
            'Audit',
            audit === null ? (
              'never'
            ) : (
              <span key="audit">
                <LookTag look={auditLooks[audit.state]} /> <Moment at={audit.at} />{' '}
                <ForeignText text={audit.detail} most={300} />
              </span>
            ),
          ],
        ]}
      />
      {holds.map((hold) => (
        <div key={hold.id}>
          <Tag tone="jewel">Held</Tag> by <ForeignText text={hold.by} most={60} /> since <Moment at={hold.at} />:{' '}
          <ForeignText text={hold.reason} most={300} />
        </div>
      ))}
      {reasons.length > 0 && (
        <>
          <strong>Not in it</strong>
          <ul className={classes.reasons}>
            {reasons.slice(0, 20).map((gap) => (
              <li key={`${gap.where} ${gap.reason}`}>
                <ForeignText text={gap.where} mono most={120} />: <ForeignText text={gap.reason} most={300} />{' '}
                <span className="fb-quiet">{gap.code}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}

function Acts({ snapshot }: { readonly snapshot: Snapshot }) {
  const principal = usePrincipal();
  const [asked, ask] = useState<'audit' | 'hold' | 'release' | 'destroy' | null>(null);
  const close = () => ask(null);
  const [hold] = snapshot.holds;
  const isThere = snapshot.state !== 'destroyed';
  const client = useQueryClient();
  const resume = useMutation({
    mutationFn: () => call('resumeEvidence', { params: { id: snapshot.id } }),
    onSettled: () => void client.invalidateQueries({ queryKey: ['evidence-vault'] }),
  });
  return (
    <Group gap={6}>
      {snapshot.audit?.state === 'unfinished' && may(principal, 'responder') && (
        <Button size="compact-sm" loading={resume.isPending} onClick={() => resume.mutate()}>
          Go on with it
        </Button>
      )}
      {may(principal, 'responder') && (
        <Button size="compact-sm" variant="default" onClick={() => ask('audit')}>
          Audit…
        </Button>
      )}
      {isThere && may(principal, 'responder') && (
        <Button size="compact-sm" variant="default" onClick={() => ask('hold')}>
          Hold…
        </Button>
      )}
      {hold !== undefined && may(principal, 'approver') && (
        <Button size="compact-sm" variant="default" onClick={() => ask('release')}>
          Release…
        </Button>
      )}
      {isThere && may(principal, 'admin') && (
        <Button size="compact-sm" variant="default" color="red" onClick={() => ask('destroy')}>
          Destroy…
        </Button>
      )}
      {asked === 'audit' && <AuditDialog snapshot={snapshot.id} onClose={close} />}
      {asked === 'hold' && <HoldDialog snapshot={snapshot.id} onClose={close} />}
      {asked === 'release' && hold !== undefined && <ReleaseDialog hold={hold.id} onClose={close} />}
      {asked === 'destroy' && <DestroyDialog snapshot={snapshot} onClose={close} />}
    </Group>
  );
}

function Custody({ records }: { readonly records: readonly CustodyRecord[] }) {
  return (
    <Panel title="Chain of custody" aside={<span className="fb-quiet">from the log, entry by entry</span>} flush>
      <Rows label="Chain of custody" columns="96px 190px minmax(0, 1fr)">
        {records.map(({ index, at, act, who, why, where, how, detail }) => (
          <li key={index}>
            <span>
              <Tag>{act}</Tag>
            </span>
            <span>
              <Moment at={at} />
              <br />
              <span className="fb-quiet">entry {index}</span>
            </span>
            <div>
              <strong>
                <ForeignText text={who} most={80} />
              </strong>{' '}
              <ForeignText text={detail} most={400} />
              <div>
                <span className="fb-quiet">why</span> <ForeignText text={why} most={300} />
              </div>
              <div className="fb-quiet">
                <ForeignText text={where} most={160} /> · <ForeignText text={how} most={200} />
              </div>
            </div>
          </li>
        ))}
      </Rows>
    </Panel>
  );
}

function Pieces({ snapshot, pieces }: { readonly snapshot: Snapshot; readonly pieces: readonly KeptPiece[] }) {
  const all = snapshot.pieces + snapshot.references;
  return (
    <Panel
      title={count(all, 'piece')}
      aside={all > pieces.length && <span className="fb-quiet">the first {pieces.length} are shown</span>}
      flush
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className={classes.pieces} aria-label="Pieces" tabIndex={0}>
        <Rows label="Pieces" columns="minmax(0, 1fr) 90px 300px">
          {pieces.map(({ name, size, sha256, reference }) => (
            <li key={name}>
              <ForeignText text={name} mono most={160} />
              <span className="fb-quiet">{size === null ? '' : sizeText(size)}</span>
              {sha256 === null ? (
                <ForeignText text={`${reference?.digest ?? ''} at ${reference?.at ?? ''}`} mono most={110} />
              ) : (
                <code title={sha256}>{sha256.slice(0, 32)}…</code>
              )}
            </li>
          ))}
        </Rows>
      </section>
    </Panel>
  );
}
