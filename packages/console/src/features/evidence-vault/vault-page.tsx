/** What was taken as evidence, from what, by whom and why; where it is kept, until when, and whether it is still what it was. */
import type { Snapshot, Vault } from '@firebreak/contract/answers/evidence-vault';
import { Button, Group, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { may, usePrincipal } from '../../data/session.ts';
import { vaultQuery } from '../../data/vault-queries.ts';
import { count } from '../../ui/count.ts';
import { Empty } from '../../ui/empty.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Rows } from '../../ui/rows.tsx';
import { LookTag, Tag } from '../../ui/tag.tsx';
import { AuditDialog, TakeDialog } from './dialogs.tsx';
import { IncidentLink } from './incident-link.tsx';
import { auditLooks, lockWords, sealText, sizeText, stateLooks } from './snapshot-words.ts';
import classes from './vault-page.module.css';

export function VaultPage() {
  const answer = useQuery(vaultQuery);
  const mayTake = may(usePrincipal(), 'responder');
  const [asked, ask] = useState<'take' | 'audit' | null>(null);
  return (
    <>
      <PageHead
        title="Evidence vault"
        about="Copies that were taken of what was there, kept so that nobody can rewrite them, with everybody who had them in hand."
      />
      {answer.isLoadingError && <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />}
      {answer.isPending && <Skeleton height={420} radius={8} />}
      {answer.data !== undefined && (
        <div className="fb-stack">
          <Panel
            title={<span role="status">{count(answer.data.snapshots.length, 'snapshot')}</span>}
            aside={
              mayTake && (
                <Group gap={6}>
                  <Button size="compact-sm" onClick={() => ask('take')}>
                    Take evidence…
                  </Button>
                  <Button size="compact-sm" variant="default" onClick={() => ask('audit')}>
                    Audit all…
                  </Button>
                </Group>
              )
            }
            flush
          >
            {answer.data.snapshots.length === 0 ? (
              <Empty title="Nothing was taken yet.">
                A snapshot is taken when somebody asks for it, and before a step that destroys what it touches.
              </Empty>
            ) : (
              <Rows label="Snapshots" columns="128px minmax(0, 1fr) auto">
                {answer.data.snapshots.map((snapshot) => (
                  <Line key={snapshot.id} snapshot={snapshot} />
                ))}
              </Rows>
            )}
          </Panel>
          <Stores vault={answer.data} />
          {asked === 'take' && <TakeDialog vault={answer.data} onClose={() => ask(null)} />}
          {asked === 'audit' && <AuditDialog onClose={() => ask(null)} />}
        </div>
      )}
    </>
  );
}

function Line({ snapshot }: { readonly snapshot: Snapshot }) {
  const { id, subject, title, state, by, reason, startedAt, pieces, references, bytes, holds, retainUntil, audit } =
    snapshot;
  const look = stateLooks[state];
  return (
    <li>
      <span className={classes.tags}>
        <LookTag look={look} />
        {holds.length > 0 && <Tag tone="jewel">Held</Tag>}
      </span>
      <div>
        <Link to="/evidence/$snapshotId" params={{ snapshotId: id }} className="fb-node-link">
          <strong>
            <ForeignText text={subject} mono most={110} />
          </strong>
        </Link>
        <div className="fb-quiet">
          {title} · {count(pieces, 'piece')}, {sizeText(bytes)}
          {references > 0 && `, ${references} by reference`} · {sealText(snapshot)} · in {snapshot.stores.join(', ')}
          {snapshot.incident !== null && (
            <>
              {' '}
              · for <IncidentLink id={snapshot.incident} />
            </>
          )}
        </div>
        <div>
          <ForeignText text={by} most={60} />, <Moment at={startedAt} />: <ForeignText text={reason} most={200} />
        </div>
        {snapshot.reasons[0] !== undefined && (
          <div className="fb-quiet">
            {count(snapshot.reasons.length, 'thing')} not in it:{' '}
            <ForeignText text={snapshot.reasons[0].reason} most={160} />
          </div>
        )}
      </div>
      <div className={classes.end}>
        {audit !== null && <LookTag look={auditLooks[audit.state]} />}
        {retainUntil !== null && (
          <span className="fb-quiet">
            kept until <Moment at={retainUntil} />
          </span>
        )}
      </div>
    </li>
  );
}

function Stores({ vault }: { readonly vault: Vault }) {
  return (
    <Panel title={count(vault.stores.length, 'store')} flush>
      <Rows columns="128px 240px minmax(0, 1fr)">
        {vault.stores.map(({ name, kind, where, lock }) => (
          <li key={name}>
            <strong>{name}</strong>
            <span className="fb-quiet">
              {kind}, {lockWords[lock]}
            </span>
            <ForeignText text={where} mono most={120} />
          </li>
        ))}
      </Rows>
    </Panel>
  );
}
