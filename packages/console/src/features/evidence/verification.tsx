import type { EvidenceReport } from '@firebreak/contract';
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '../../data/client.ts';
import { CheckList } from '../../ui/check-list.tsx';
import { count } from '../../ui/count.ts';
import { Digest } from '../../ui/digest.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import classes from './evidence-tab.module.css';

/** Exports and verifies on the server, check by check. */
export function Verification({ incidentId }: { readonly incidentId: string }) {
  const client = useQueryClient();
  const verify = useMutation({
    mutationFn: () => call('verifyEvidence', { params: { id: incidentId } }),
    // The export was written down, and its second parties were asked.
    onSuccess: () => void client.invalidateQueries({ queryKey: ['incident', incidentId] }),
  });
  const report = verify.data;
  return (
    <Panel
      title="Verification"
      aside={
        <Button size="compact-sm" variant="default" loading={verify.isPending} onClick={() => verify.mutate()}>
          Verify now
        </Button>
      }
    >
      {report === undefined && verify.error === null && (
        <p className={classes.plain}>
          Not verified on this page yet. The server exports the evidence and checks it as a stranger would.
        </p>
      )}
      {verify.error !== null && <ProblemNotice error={verify.error} onRetry={() => verify.mutate()} />}
      {report !== undefined && (
        <>
          <Notice urgent tone={toneOf(report)} title={titleOf(report)}>
            {count(report.entries, 'entry', 'entries')} and {count(report.blobs, 'blob')} in a log of {report.treeSize}
            {report.keySource === 'embedded' && ', checked against the key inside of the file'}.
          </Notice>
          <CheckList checks={report.checks} />
          <Digest value={report.rootHash} label="Root of the log" />
        </>
      )}
    </Panel>
  );
}

function toneOf({ ok, unvouched }: EvidenceReport) {
  if (ok) return 'good';
  return unvouched ? 'warn' : 'danger';
}

function titleOf({ ok, unvouched }: EvidenceReport): string {
  if (ok) return 'The evidence verifies.';
  if (unvouched) return 'The file holds, but a second party that its log names has not vouched for it.';
  return 'The evidence does not verify. Treat it as tampered with.';
}
