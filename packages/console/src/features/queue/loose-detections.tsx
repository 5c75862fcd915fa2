import type { Queue } from '@firebreak/contract/answers/cases';
import { findingSeverities } from '@firebreak/contract/finding';
import { Skeleton } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Moment } from '../../ui/moment.tsx';
import { Panel } from '../../ui/panel.tsx';
import { SeverityTag } from '../detections/severity-tag.tsx';
import classes from './loose-detections.module.css';

/** Detections that are in no incident: too light, on trial, or like nothing else. */
export function LooseDetections({ loose }: { readonly loose: Queue['loose'] | undefined }) {
  return (
    <Panel title="Loose detections" aside={loose === undefined ? undefined : loose.count.toLocaleString()}>
      <div className={classes.body} aria-busy={loose === undefined}>
        {loose === undefined ? (
          <Skeleton height={120} />
        ) : loose.count === 0 ? (
          <p className="fb-quiet">None. Whatever was detected is in an incident.</p>
        ) : (
          <>
            <p className="fb-quiet">In no incident: too light, on trial, or like nothing else.</p>
            <ul className={classes.counts}>
              {findingSeverities.toReversed().map((severity) => {
                const number = loose.bySeverity[severity] ?? 0;
                return number === 0 ? null : (
                  <li key={severity}>
                    <SeverityTag level={severity} /> <span>{number.toLocaleString()}</span>
                  </li>
                );
              })}
            </ul>
            {loose.newest !== null && (
              <p className="fb-quiet">
                newest <Moment at={loose.newest} />
              </p>
            )}
          </>
        )}
        <Link to="/detection" search={loose !== undefined && loose.count > 0 ? { incident: 'none' } : {}}>
          {loose !== undefined && loose.count > 0 ? 'Look through them' : 'All detections'}
        </Link>
      </div>
    </Panel>
  );
}
