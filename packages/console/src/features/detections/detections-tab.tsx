/** The detections of an incident: why each is in it, what people say of them, and what people did to the grouping. */
import type { Case } from '@firebreak/contract/answers/cases';
import { Button, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { caseQuery } from '../../data/detection-queries.ts';
import { may, usePrincipal } from '../../data/session.ts';
import { count } from '../../ui/count.ts';
import { Empty } from '../../ui/empty.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { LimitedNotice } from '../../ui/limited-notice.tsx';
import { Moment } from '../../ui/moment.tsx';
import { NodeLink } from '../../ui/node-link.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { DetectionCard } from './detection-card.tsx';
import classes from './detections-tab.module.css';
import { CloseDialog, MergeDialog, ReopenDialog, SplitDialog } from './grouping-dialogs.tsx';
import { SeverityTag } from './severity-tag.tsx';

type Asked = 'split' | 'merge' | 'close' | 'reopen' | null;

export function DetectionsTab() {
  const { incidentId } = useParams({ from: '/incidents/$incidentId/detections' });
  const answer = useQuery(caseQuery(incidentId));
  if (answer.isLoadingError) return <ProblemNotice error={answer.error} onRetry={() => void answer.refetch()} />;
  if (answer.data === undefined) return <Skeleton height={640} radius={8} aria-busy="true" />;
  return <CaseView key={incidentId} found={answer.data} />;
}

function CaseView({ found }: { readonly found: Case }) {
  const mayWork = may(usePrincipal(), 'responder');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [asked, ask] = useState<Asked>(null);
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const done = () => {
    ask(null);
    setChosen(new Set());
  };
  const stillChosen = found.members.map(({ id }) => id).filter((id) => chosen.has(id));
  return (
    <div className={classes.columns}>
      <div className={classes.main}>
        <LimitedNotice completeness={found.completeness} meaning="there are more detections than are listed." />
        {found.mergedInto !== null && (
          <Notice tone="info" title="This incident was merged into another.">
            <Link to="/incidents/$incidentId/detections" params={{ incidentId: found.mergedInto }}>
              Go to it
            </Link>
          </Notice>
        )}
        <Panel
          title={count(found.detections, 'detection')}
          aside={
            mayWork &&
            found.mergedInto === null && (
              <>
                <Button
                  size="compact-sm"
                  variant="default"
                  disabled={stillChosen.length === 0}
                  onClick={() => ask('split')}
                >
                  Split off{stillChosen.length > 0 ? ` ${stillChosen.length}` : ''}…
                </Button>
                <Button size="compact-sm" variant="default" onClick={() => ask('merge')}>
                  Merge…
                </Button>
                {found.closed === null ? (
                  <Button size="compact-sm" variant="default" onClick={() => ask('close')}>
                    Close…
                  </Button>
                ) : (
                  <Button size="compact-sm" variant="default" onClick={() => ask('reopen')}>
                    Open again…
                  </Button>
                )}
              </>
            )
          }
          flush
        >
          {found.members.length === 0 ? (
            <Empty title="No detection is in this incident.">
              A person opened it. Detections that the same identity, its credential or a short way ties to it come in by
              themselves, as long as it is open.
            </Empty>
          ) : (
            found.members.map((detection) => (
              <DetectionCard
                key={detection.id}
                detection={detection}
                chosen={chosen.has(detection.id)}
                onChoose={() => toggle(detection.id)}
              />
            ))
          )}
        </Panel>
      </div>
      <CaseSide found={found} />
      {asked === 'split' && <SplitDialog incidentId={found.id} detections={stillChosen} onClose={done} />}
      {asked === 'merge' && <MergeDialog incidentId={found.id} onClose={done} />}
      {asked === 'close' && <CloseDialog incidentId={found.id} onClose={done} />}
      {asked === 'reopen' && <ReopenDialog incidentId={found.id} onClose={done} />}
    </div>
  );
}

function CaseSide({ found }: { readonly found: Case }) {
  return (
    <div className="fb-stack">
      <Panel title="How bad it is">
        {found.severity === null ? (
          <span className="fb-quiet">No detection says so.</span>
        ) : (
          <>
            <div>
              <SeverityTag level={found.severity.level} score={found.severity.score} />
            </div>
            <p className={classes.plain}>
              <ForeignText text={found.severity.why} />
            </p>
          </>
        )}
        {found.closed !== null && (
          <p className={classes.plain}>
            Closed as {found.closed.as === 'resolved' ? 'resolved' : 'a false alarm'} by{' '}
            <ForeignText text={found.closed.by} most={60} />, <Moment at={found.closed.at} />:{' '}
            <ForeignText text={found.closed.reason} most={300} />
          </p>
        )}
      </Panel>
      <Panel title="Where it began">
        <ul className={classes.list}>
          {found.roots.map(({ node, known, why }) => (
            <li key={node.id}>
              <NodeLink node={node} most={60} /> {!known && <span className="fb-quiet">(not in the estate)</span>}
              <div className="fb-quiet">
                <ForeignText text={why} most={300} />
              </div>
            </li>
          ))}
          {found.roots.length === 0 && <li className="fb-quiet">No detection tells.</li>}
        </ul>
        {found.newRoots.length > 0 && (
          <Notice tone="warn" title="Found since the plan was made:">
            <ul className={classes.list}>
              {found.newRoots.map((node) => (
                <li key={node.id}>
                  <NodeLink node={node} most={60} />
                </li>
              ))}
            </ul>
          </Notice>
        )}
      </Panel>
      {found.related.length > 0 && (
        <Panel title="Kept apart from">
          <ul className={classes.list}>
            {found.related.map(({ incident, words }) => (
              <li key={`${incident} ${words}`}>
                <Link to="/incidents/$incidentId/detections" params={{ incidentId: incident }}>
                  <ForeignText text={incident} most={40} mono />
                </Link>
                <div className="fb-quiet">
                  <ForeignText text={words} most={300} />
                </div>
              </li>
            ))}
          </ul>
        </Panel>
      )}
      <Panel title="What people did to the grouping">
        <ul className={classes.list}>
          {found.history.map(({ at, by, did, reason }) => (
            <li key={`${at} ${did}`}>
              <strong>{did}</strong> by <ForeignText text={by} most={60} />, <Moment at={at} />
              <div className="fb-quiet">
                <ForeignText text={reason} most={300} />
              </div>
            </li>
          ))}
          {found.history.length === 0 && <li className="fb-quiet">Nothing: the rules put it together.</li>}
        </ul>
      </Panel>
    </div>
  );
}
