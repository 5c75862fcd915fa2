import type { QueueRow } from '@firebreak/contract/answers/cases';
import { Link, useNavigate } from '@tanstack/react-router';
import { count } from '../../ui/count.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { NodeName } from '../../ui/node-name.tsx';
import { Tag } from '../../ui/tag.tsx';
import { SeverityTag } from '../detections/severity-tag.tsx';
import { StateTag } from '../incidents/incident-state.tsx';
import classes from './queue-page.module.css';

/** One incident of the queue. */
export function QueueRowView({ row }: { readonly row: QueueRow }) {
  const navigate = useNavigate();
  const open = () => void navigate({ to: '/incidents/$incidentId', params: { incidentId: row.id } });
  return (
    // The link in the row is what keyboards and screen readers use; the row only enlarges it for the mouse.
    <tr className={classes.row} onClick={open}>
      <td className={classes.tags}>
        {row.severity === null ? (
          <Tag title="No detection says how bad it is.">Not rated</Tag>
        ) : (
          <SeverityTag level={row.severity.level} score={row.severity.score} />
        )}
        <StateTag state={row.state} />
        <OutOfQueue row={row} />
      </td>
      <td>
        <Link
          to="/incidents/$incidentId"
          params={{ incidentId: row.id }}
          className={classes.title}
          onClick={(event) => event.stopPropagation()}
        >
          <ForeignText text={row.title} most={140} />
        </Link>
        <div className="fb-quiet">
          <ForeignText text={row.severity?.why ?? row.note} most={260} />
        </div>
      </td>
      <td>
        <Began row={row} />
      </td>
      <td className={classes.numbers}>
        {row.detections === 0 ? (
          <span className="fb-quiet">none</span>
        ) : (
          <>
            {count(row.detections, 'detection')}
            <div className="fb-quiet">
              by {count(row.detectors, 'detector')}, {row.unjudged.toLocaleString()} unjudged
              {row.suppressed > 0 && `, ${row.suppressed.toLocaleString()} suppressed`}
            </div>
          </>
        )}
      </td>
      <td>
        <Moment at={row.last ?? row.openedAt} />
        <div className="fb-quiet">
          {row.last === null ? 'opened' : 'last seen'}, by <ForeignText text={row.openedBy} most={40} />
        </div>
      </td>
    </tr>
  );
}

function Began({ row }: { readonly row: QueueRow }) {
  const [root, ...others] = row.roots;
  const [first] = row.compromised;
  if (root === undefined) return first === undefined ? null : <ForeignText text={first} most={56} mono />;
  return (
    <>
      <NodeName node={root.node} most={40} />
      <div className="fb-quiet">
        {others.length > 0 && `and ${others.length} more`}
        {!root.known && ' not in the estate'}
      </div>
    </>
  );
}

function OutOfQueue({ row }: { readonly row: QueueRow }) {
  if (row.mergedInto !== null) return <Tag>Merged</Tag>;
  if (row.closed !== null) return <Tag>{row.closed.as === 'resolved' ? 'Resolved' : 'False alarm'}</Tag>;
  if (row.detections > 0 && row.detections === row.suppressed) return <Tag>Suppressed</Tag>;
  return null;
}
