import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { breakGlassesQuery } from '../../data/approval-queries.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Notice } from '../../ui/notice.tsx';
import classes from './incident-break-glass.module.css';

/** What was approved against the policy in this incident, with the reason that was given. */
export function IncidentBreakGlass({ incidentId }: { readonly incidentId: string }) {
  const { data = [] } = useQuery(breakGlassesQuery);
  const here = data.filter(({ incident }) => incident === incidentId);
  if (here.length === 0) return null;
  return (
    <div className={classes.broken}>
      {here.map(({ id, by, at, reason, steps, review }) => (
        <Notice
          key={id}
          tone={review === null ? 'danger' : 'info'}
          title={
            <>
              <ForeignText text={by} most={60} /> broke glass to approve {steps.length === 1 ? 'step' : 'steps'}{' '}
              {steps.join(', ')}
            </>
          }
        >
          <div>
            “<ForeignText text={reason} />” <Moment at={at} />
          </div>
          <div className="fb-quiet">
            {review === null ? (
              <>
                Nobody has signed it off. <Link to="/reviews/break-glass">Review</Link>
              </>
            ) : (
              <>
                {review.verdict === 'justified' ? 'Justified' : 'Not justified'}, says{' '}
                <ForeignText text={review.by} most={60} />: <ForeignText text={review.note} />
              </>
            )}
          </div>
        </Notice>
      ))}
    </div>
  );
}
