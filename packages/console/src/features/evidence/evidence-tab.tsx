import { Button, Skeleton } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { addressOf } from '../../data/client.ts';
import { ledgerQuery } from '../../data/queries.ts';
import { count } from '../../ui/count.ts';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Checkpoint } from './checkpoint.tsx';
import classes from './evidence-tab.module.css';
import { LedgerTimeline } from './ledger-timeline.tsx';
import { SecondParties } from './second-parties.tsx';
import { Verification } from './verification.tsx';

/** What was recorded, and everything that somebody else needs to check it. */
export function EvidenceTab() {
  const { incidentId } = useParams({ from: '/incidents/$incidentId/evidence' });
  const ledger = useQuery(ledgerQuery(incidentId));
  if (ledger.isLoadingError) return <ProblemNotice error={ledger.error} onRetry={() => void ledger.refetch()} />;
  const entries = ledger.data?.entries;
  return (
    <div className={classes.columns} aria-busy={entries === undefined}>
      <Panel
        title="Entries"
        flush
        aside={entries === undefined ? undefined : `${count(entries.length, 'entry', 'entries')} of this incident`}
      >
        {entries === undefined ? <EntriesSkeleton /> : <LedgerTimeline entries={entries} />}
      </Panel>
      <div className="fb-stack">
        <Panel title="Hand over">
          <p className={classes.plain}>
            One file with every entry, its proofs, the signed checkpoint, the blobs, the timeline, plan and approvals,
            and a report to read. Anybody can check it without this server: with{' '}
            <code>firebreak evidence verify FILE</code>, or by dragging it into the{' '}
            <a href="/firebreak-verifier.html" download>
              verifier page
            </a>
            , one file that works from a disk.
          </p>
          <div>
            <Button
              component="a"
              href={addressOf('exportEvidence', { params: { id: incidentId }, query: {} })}
              download={`${incidentId}.evidence.tar`}
              leftSection={<IconDownload size={16} />}
            >
              Download evidence file
            </Button>
          </div>
        </Panel>
        <Verification incidentId={incidentId} />
        <SecondParties incidentId={incidentId} />
        {ledger.data !== undefined && (
          <Checkpoint checkpoint={ledger.data.checkpoint} verifierKey={ledger.data.verifierKey} />
        )}
      </div>
    </div>
  );
}

function EntriesSkeleton() {
  return (
    <div className={classes.waiting}>
      {[0, 1, 2, 3, 4].map((key) => (
        <Skeleton key={key} height={38} />
      ))}
    </div>
  );
}
