import { useQuery } from '@tanstack/react-query';
import { secondPartiesQuery } from '../../data/queries.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { count } from '../../ui/count.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { utc } from '../../ui/utc.ts';
import classes from './evidence-tab.module.css';

/** Witnesses and time stamping authorities, and what each last said: who did not answer is told as well. */
export function SecondParties({ incidentId }: { readonly incidentId: string }) {
  const asked = useQuery(secondPartiesQuery(incidentId));
  if (asked.isLoadingError) return <ProblemNotice error={asked.error} onRetry={() => void asked.refetch()} />;
  if (asked.data === undefined) return null;
  const { parties, quorum, checkpoint } = asked.data;
  // Of witnesses a quorum is enough, of authorities none may be missing.
  const authorities = parties.filter(({ kind }) => kind === 'authority').length;
  return (
    <Panel
      title="Second parties"
      aside={
        checkpoint === null ? undefined : <CopyButton label="Copy cosigned checkpoint" text={() => checkpoint.note} />
      }
    >
      {parties.length === 0 ? (
        <p className={classes.plain}>
          Nobody else vouches for this log: only its owner says that there is one such log and that it was never
          rewritten. Start the server with <code>--witness</code> or <code>--timestamp-authority</code>.
        </p>
      ) : (
        <>
          <ul className={classes.parties} aria-label="Second parties">
            {parties.map(({ kind, name, seenAt, size, reason }) => (
              <li key={`${kind} ${name}`}>
                <span>
                  {kind === 'witness' ? 'Witness' : 'Time stamps'} <ForeignText text={name} most={80} />
                </span>
                <span className={seenAt === null ? classes.lacking : 'fb-quiet'}>
                  {seenAt !== null && `saw ${size} entries at ${utc(seenAt)}`}
                  {seenAt === null && reason === null && 'not asked yet'}
                  {seenAt === null && reason !== null && <ForeignText text={`did not vouch: ${reason}`} most={200} />}
                </span>
              </li>
            ))}
          </ul>
          <p className={classes.plain}>
            {count(quorum, 'witness', 'witnesses')} and {count(authorities, 'authority', 'authorities')} must have
            vouched before an incident file verifies. They are asked whenever one is made, and every few minutes.
          </p>
        </>
      )}
    </Panel>
  );
}
