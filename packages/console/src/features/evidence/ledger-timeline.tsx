import type { AnswerOf } from '../../data/client.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { JsonRecord } from '../../ui/json-record.tsx';
import { Notice } from '../../ui/notice.tsx';
import { utc } from '../../ui/utc.ts';
import { missingEntries } from './gapless.ts';
import classes from './ledger-timeline.module.css';

type Entry = AnswerOf<'ledger'>['entries'][number];

/** Entries in the order of the log, with the record's own UTC time. */
export function LedgerTimeline({ entries }: { readonly entries: readonly Entry[] }) {
  const missing = missingEntries(entries.map((entry) => entry.incidentSeq));
  if (entries.length === 0) return <p className={classes.none}>Nothing was recorded yet.</p>;
  return (
    <>
      {missing.length > 0 && (
        <div className={classes.gap}>
          <Notice tone="danger" title="Entries are missing.">
            The numbers of this incident's entries must be without gaps. Missing: {missing.join(', ')}.
          </Notice>
        </div>
      )}
      <ol className={classes.entries}>
        {entries.map((entry) => (
          <li key={entry.index}>
            <span className={classes.seq} title={`Entry ${entry.index} of the log`}>
              {entry.incidentSeq}
            </span>
            <div className={classes.body}>
              <div className={classes.line}>
                <code className={classes.kind}>{entry.kind}</code>
                <span>
                  by <ForeignText text={entry.actor} most={60} />
                </span>
                <time dateTime={entry.at}>{utc(entry.at)}</time>
              </div>
              <JsonRecord value={entry.body} label={summary(entry.body)} />
              {entry.blobs.length > 0 && (
                <ul className={classes.blobs}>
                  {entry.blobs.map((blob) => (
                    <li key={`${blob.sha256} ${blob.name}`}>
                      <ForeignText text={blob.name} most={80} /> · {blob.size.toLocaleString()} bytes · sha256{' '}
                      <code title={blob.sha256}>{blob.sha256.slice(0, 16)}…</code>
                    </li>
                  ))}
                </ul>
              )}
            </div>
          </li>
        ))}
      </ol>
    </>
  );
}

function summary(body: Entry['body']): string {
  const names = Object.keys(body);
  return names.length === 0 ? 'Record' : `Record: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`;
}
