import type { Plan } from '@firebreak/contract/plan';
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { call } from '../../data/client.ts';
import { CheckList } from '../../ui/check-list.tsx';
import { count } from '../../ui/count.ts';
import { Digest } from '../../ui/digest.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { LimitedNotice } from '../../ui/limited-notice.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import classes from './certificate.module.css';

interface CertificateProps {
  readonly incidentId: string;
  readonly plan: Plan;
}

/** Why the plan is right, in words, and a button that has it checked by code that shares nothing with the planner. */
export function Certificate({ incidentId, plan }: CertificateProps) {
  const { certificate } = plan;
  const check = useMutation({ mutationFn: () => call('checkPlan', { params: { id: incidentId } }) });
  // A result belongs to the plan that was checked; a newer plan has to be checked anew.
  const result = check.data?.digest === plan.digest ? check.data : undefined;
  return (
    <Panel
      title="Certificate"
      aside={
        <Button size="compact-sm" variant="default" loading={check.isPending} onClick={() => check.mutate()}>
          Check independently
        </Button>
      }
    >
      <p className={classes.plain}>
        After these steps the attacker's reach is closed: {count(certificate.reached.length, 'node')}, and no remaining
        attack step leads out of them. None of the {count(certificate.protected.length, 'protected node')} is among them
        {certificate.exempt.length > 0 && `, except ${certificate.exempt.length} that no step can save`}.
      </p>
      {certificate.exempt.length > 0 && (
        <ul className={classes.list}>
          {certificate.exempt.map((id) => (
            <li key={id}>
              <ForeignText text={id} mono />
            </li>
          ))}
        </ul>
      )}
      {check.error !== null && <ProblemNotice error={check.error} onRetry={() => check.mutate()} />}
      {check.data !== undefined && result === undefined && (
        <Notice tone="warn" title="The check was of another plan than this one.">
          Check again.
        </Notice>
      )}
      {result !== undefined && (
        <div className={classes.result} role="status">
          <strong data-ok={result.ok}>
            {result.ok
              ? 'The independent check confirms the plan.'
              : 'The independent check does not confirm the plan. Do not run it.'}
          </strong>
          <LimitedNotice completeness={result.completeness} meaning="it confirms the plan for what was read." />
          <CheckList checks={result.checks} />
        </div>
      )}
      {plan.assumptions.length > 0 && (
        <div>
          <h3 className={classes.heading}>What the proof assumes</h3>
          <ul className={classes.assumptions}>
            {plan.assumptions.map((assumption) => (
              <li key={assumption}>
                <ForeignText text={assumption} />
              </li>
            ))}
          </ul>
        </div>
      )}
      <Digest value={plan.digest} label="Digest of the plan" />
      <Digest value={certificate.graphDigest} label="Digest of the graph that it was made from" />
    </Panel>
  );
}
