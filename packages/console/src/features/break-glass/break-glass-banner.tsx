import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { breakGlassesQuery } from '../../data/approval-queries.ts';
import { count } from '../../ui/count.ts';
import classes from './break-glass-banner.module.css';

/** On every page, until somebody else has signed off what was approved against the policy. */
export function BreakGlassBanner() {
  const { data = [] } = useQuery(breakGlassesQuery);
  const open = data.filter(({ review }) => review === null);
  if (open.length === 0) return null;
  return (
    <div className={classes.banner} role="status">
      <IconAlertTriangle size={18} aria-hidden />
      <span>
        <strong>Glass was broken:</strong>{' '}
        {count(open.length, 'approval against the policy waits', 'approvals against the policy wait')} to be signed off
        by somebody else.
      </span>
      <Link to="/reviews/break-glass">Review</Link>
    </div>
  );
}
