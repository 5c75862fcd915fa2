import type { KeptDetection } from '@firebreak/contract/answers/detections';
import { Button, Checkbox } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link } from '@tanstack/react-router';
import { may, usePrincipal } from '../../data/session.ts';
import { count } from '../../ui/count.ts';
import { FactList } from '../../ui/fact-list.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Prose } from '../../ui/prose.tsx';
import { Tag } from '../../ui/tag.tsx';
import { visible } from '../../ui/visible.ts';
import classes from './detection-card.module.css';
import { SeverityTag } from './severity-tag.tsx';
import { SuppressDialog } from './suppress-dialog.tsx';
import { Verdict } from './verdict.tsx';

interface DetectionCardProps {
  readonly detection: KeptDetection;
  /** Left out where nothing is chosen. */
  readonly chosen?: boolean;
  readonly onChoose?: () => void;
}

const fewEvents = 5;

/** One detection: what it saw, why it is in its incident, and what a person says of it. */
export function DetectionCard({ detection, chosen, onChoose }: DetectionCardProps) {
  const [suppressing, dialog] = useDisclosure(false);
  const mayWork = may(usePrincipal(), 'responder');
  return (
    <article className={classes.card} aria-label={visible(detection.title)}>
      <header className={classes.head}>
        {onChoose !== undefined && mayWork && (
          <Checkbox
            size="xs"
            checked={chosen === true}
            onChange={onChoose}
            aria-label={`Choose ${visible(detection.title)}, ${detection.first}`}
          />
        )}
        <SeverityTag level={detection.severity} />
        <h3>
          <ForeignText text={detection.title} most={160} />
        </h3>
        {detection.status === 'trial' && <Tag title="On trial: it opens no incident.">Trial</Tag>}
        {detection.suppressedBy !== null && <Tag>Suppressed</Tag>}
        <span className={classes.when}>
          <Moment at={detection.first} />
        </span>
      </header>
      <div className="fb-quiet">
        <code>
          <ForeignText text={detection.detector} most={90} />
        </code>{' '}
        · {count(detection.count, 'event')}
        {detection.incident === null && ' · in no incident'}
      </div>
      {detection.note !== undefined && (
        <p className={classes.words}>
          <ForeignText text={detection.note} most={500} />
        </p>
      )}
      {detection.joined !== null && (
        <p className={classes.joined}>
          <strong>Why it is here:</strong> <ForeignText text={detection.joined.words} />
        </p>
      )}
      <Verdict detection={detection} />
      <details className={classes.more}>
        <summary>What it means, who, and the events</summary>
        <p className={classes.words}>
          <Prose text={detection.what} /> <Prose text={detection.why} />
        </p>
        <p className={classes.words}>
          <strong>Next:</strong> <Prose text={detection.next} />
        </p>
        <FactList
          facts={[
            ['Acted', detection.by.length === 0 ? undefined : <Nodes key="by" ids={detection.by} />],
            ['Done to', detection.about.length === 0 ? undefined : <Nodes key="about" ids={detection.about} />],
            ['Sessions', detection.sessions.length === 0 ? undefined : detection.sessions.join(', ')],
            ['Techniques', detection.techniques.length === 0 ? undefined : detection.techniques.join(', ')],
            ['Rule by', detection.author],
            [
              'Events',
              <ul key="events" className={classes.events}>
                {detection.events.slice(0, fewEvents).map((event) => (
                  <li key={event.id}>
                    <Link to="/detection/event" search={{ id: event.id }}>
                      <Moment at={event.time} />
                    </Link>{' '}
                    <span className="fb-quiet">
                      <ForeignText text={event.where.locator} most={60} mono />
                    </span>
                  </li>
                ))}
                {detection.count > fewEvents && (
                  <li className="fb-quiet">of {detection.count.toLocaleString()} in all</li>
                )}
              </ul>,
            ],
          ]}
        />
        {mayWork && (
          <div>
            <Button size="compact-sm" variant="default" onClick={dialog.open}>
              Suppress…
            </Button>
          </div>
        )}
      </details>
      {suppressing && <SuppressDialog detection={detection} onClose={dialog.close} />}
    </article>
  );
}

function Nodes({ ids }: { readonly ids: readonly string[] }) {
  return (
    <ul className={classes.events}>
      {ids.slice(0, 20).map((id) => (
        <li key={id}>
          <Link to="/estate/node" search={{ id }} className="fb-node-link">
            <ForeignText text={id} most={90} mono />
          </Link>
        </li>
      ))}
      {ids.length > 20 && <li className="fb-quiet">and {ids.length - 20} more</li>}
    </ul>
  );
}
