import type { Moment as TimelineMoment } from '@firebreak/contract/answers/timeline';
import { Link } from '@tanstack/react-router';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { NodeLink } from '../../ui/node-link.tsx';
import { Tag, type Tone } from '../../ui/tag.tsx';
import { SeverityTag } from '../detections/severity-tag.tsx';
import classes from './moment-card.module.css';
import { kindWords, type Together } from './timeline-search.ts';

const tones: Readonly<Partial<Record<TimelineMoment['kind'], Tone>>> = {
  model: 'jewel',
  data: 'jewel',
  detection: 'warn',
  response: 'good',
  human: 'info',
};
const fewTargets = 4;

/** What is of one time, each in its lane. */
export function MomentRow({ row: { at, lanes } }: { readonly row: Together }) {
  return (
    <li className={classes.row}>
      <div className={classes.time}>
        <Moment at={at} />
      </div>
      {lanes.map(({ lane, moments }) => (
        <div key={lane} className={classes.lane} data-lane={lane}>
          {moments.map((moment) => (
            <MomentCard key={moment.id} moment={moment} />
          ))}
        </div>
      ))}
    </li>
  );
}

function MomentCard({ moment }: { readonly moment: TimelineMoment }) {
  return (
    <div className={classes.card}>
      <div className={classes.head}>
        <Tag tone={tones[moment.kind] ?? 'neutral'}>{kindWords[moment.kind]}</Tag>
        {moment.severity !== null && <SeverityTag level={moment.severity} />}
        {(moment.outcome === 'refused' || moment.outcome === 'failed') && <Tag>{moment.outcome}</Tag>}
      </div>
      <p className={classes.words}>
        <ForeignText text={moment.words} most={400} />
      </p>
      <div className={classes.who}>
        {moment.identity === null ? (
          <ForeignText text={moment.actor} most={80} mono />
        ) : (
          <NodeLink node={moment.identity} most={48} />
        )}
        {moment.address !== null && (
          <>
            {' '}
            from <ForeignText text={moment.address} most={60} mono />
          </>
        )}
      </div>
      {moment.targets.length > 0 && (
        <div className={classes.who}>
          on{' '}
          {moment.targets.slice(0, fewTargets).map((node, index) => (
            <span key={node.id}>
              {index > 0 && ', '}
              <NodeLink node={node} most={48} />
            </span>
          ))}
          {moment.targets.length > fewTargets && ` and ${moment.targets.length - fewTargets} more`}
        </div>
      )}
      <Right moment={moment} />
      {moment.event !== null && (
        <Link to="/detection/event" search={{ id: moment.event.id }} className={classes.raw}>
          The event
        </Link>
      )}
      {moment.ledger !== null && <span className="fb-quiet">entry {moment.ledger} of the ledger</span>}
    </div>
  );
}

function Right({ moment: { permission, approval } }: { readonly moment: TimelineMoment }) {
  return (
    <>
      {permission !== null && (
        <div className="fb-quiet">
          {permission === 'none' ? (
            'The graph knows of no right that let it.'
          ) : (
            <>
              Let by <ForeignText text={permission.words} most={200} />
            </>
          )}
        </div>
      )}
      {approval !== null && (
        <div className="fb-quiet">
          <ForeignText text={approval} most={200} />
        </div>
      )}
    </>
  );
}
