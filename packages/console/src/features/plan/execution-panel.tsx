import type { Execution } from '@firebreak/contract/incident';
import { Progress } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { usePrincipal } from '../../data/session.ts';
import { count } from '../../ui/count.ts';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { Moment } from '../../ui/moment.tsx';
import { NodeName } from '../../ui/node-name.tsx';
import { Notice } from '../../ui/notice.tsx';
import { waitsForOthers } from './approval.ts';
import classes from './execution-panel.module.css';

import { Steering } from './steering.tsx';
import { progressOf, stepWord } from './step-progress.ts';

/** How far containment or undo is, and the proof at its end. */
export function ExecutionPanel({ execution }: { readonly execution: Execution }) {
  const me = usePrincipal()?.name ?? '';
  const progress = progressOf(execution);
  const current = execution.steps.find((run) => stepWord(run).busy);
  const running = execution.state === 'running';
  return (
    <section className={classes.panel} data-tone={progress.tone} aria-label="Progress">
      <div className={classes.head}>
        <h2 role="status">{progress.title}</h2>
        <span className={classes.count}>
          {progress.ended} of {count(progress.total, 'step')}
        </span>
      </div>
      <Progress
        value={progress.total === 0 ? 0 : (100 * progress.ended) / progress.total}
        size={6}
        animated={running}
        color={running ? 'harbor' : `var(--fb-${progress.tone})`}
        aria-label="Steps that have ended"
      />
      {current !== undefined && (
        <div className={classes.current}>
          Step {current.ordinal}: <ForeignText text={current.title} most={140} /> –{' '}
          {stepWord(current).word.toLowerCase()}
        </div>
      )}
      {execution.state === 'waiting-approval' && waitsForOthers(execution, me) && (
        <div className={classes.current}>
          You have approved. The steps that still wait need a second person: ask a colleague with the approver role to
          open this page and approve the same digest.
        </div>
      )}
      <Steering execution={execution} />
      {execution.proof !== null && (
        <Proof incidentId={execution.incident} proof={execution.proof} direction={execution.direction} />
      )}
    </section>
  );
}

const mostReachable = 20;

interface ProofProps {
  readonly incidentId: string;
  readonly proof: NonNullable<Execution['proof']>;
  readonly direction: Execution['direction'];
}

function Proof({ incidentId, proof, direction }: ProofProps) {
  if (direction === 'undo') {
    return (
      <Notice tone="info" title="After the undo">
        <ForeignText text={proof.detail} /> <Moment at={proof.at} />
      </Notice>
    );
  }
  return (
    <Notice
      tone={proof.contained ? 'good' : 'danger'}
      title={proof.contained ? 'Proof: nothing protected is reachable on a fresh collect' : 'Not contained'}
    >
      <div>
        <ForeignText text={proof.detail} />{' '}
        <span className="fb-quiet">
          Checked <Moment at={proof.at} />.
        </span>
      </div>
      {proof.reachable.length > 0 && (
        <ul className={classes.reachable}>
          {proof.reachable.slice(0, mostReachable).map((node) => (
            <li key={node.id}>
              still reachable: <NodeName node={node} />{' '}
              <Link to="/incidents/$incidentId/paths" params={{ incidentId }} search={{ goal: node.id }}>
                by which path
              </Link>
            </li>
          ))}
          {proof.reachable.length > mostReachable && <li>and {proof.reachable.length - mostReachable} more</li>}
        </ul>
      )}
    </Notice>
  );
}
