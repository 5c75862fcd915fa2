/**
 * The approval. It shows the digest of the plan that is on the screen and sends that very digest; the plan is kept from the
 * moment the dialog opened, so that a plan that arrives meanwhile can never be approved unseen.
 */

import type { Execution } from '@firebreak/contract/incident';
import type { Plan } from '@firebreak/contract/plan';
import { Checkbox, NativeSelect } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { breakGlassesQuery } from '../../data/approval-queries.ts';
import { call } from '../../data/client.ts';
import { ProblemError } from '../../data/problem.ts';
import { executionQuery } from '../../data/queries.ts';
import { usePrincipal } from '../../data/session.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { count } from '../../ui/count.ts';
import { Digest } from '../../ui/digest.tsx';
import { ForeignText } from '../../ui/foreign-text.tsx';
import { LimitedNotice } from '../../ui/limited-notice.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Tag } from '../../ui/tag.tsx';
import { visible } from '../../ui/visible.ts';
import { BreakGlassAsk } from '../break-glass/break-glass-ask.tsx';
import { approvable, approvalOf, missingBefore, runsOf } from './approval.ts';
import classes from './approve-dialog.module.css';

interface ApproveDialogProps {
  readonly incidentId: string;
  readonly plan: Plan;
  readonly execution: Execution | null;
  readonly onClose: () => void;
}

const hour = 3_600_000;
const leases = [
  { value: '0', label: 'until somebody undoes it' },
  { value: String(4 * hour), label: '4 hours' },
  { value: String(24 * hour), label: 'a day' },
  { value: String(7 * 24 * hour), label: 'a week' },
];

export function ApproveDialog({ incidentId, plan: current, execution, onClose }: ApproveDialogProps) {
  const client = useQueryClient();
  const me = usePrincipal()?.name ?? '';
  const [plan] = useState(current);
  const [lease, setLease] = useState(0);
  const open = approvable(plan, execution, me);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const chosen = open.filter((step) => !left.has(step.id));
  const missing = missingBefore(plan, execution, new Set(chosen.map((step) => step.id)));
  const replaced = current.digest !== plan.digest;
  const runs = runsOf(execution);
  const second = chosen.filter((step) => {
    const { given, needed } = approvalOf(step, runs.get(step.id), me);
    return given + 1 < needed;
  });
  const whole = chosen.length === plan.steps.length;
  const approve = useMutation({
    mutationFn: (reason?: string) =>
      call('approve', {
        params: { id: incidentId },
        body: {
          digest: plan.digest,
          ...(whole ? {} : { steps: chosen.map((step) => step.id) }),
          ...(lease === 0 ? {} : { lease: { ms: lease } }),
          ...(reason === undefined ? {} : { breakGlass: { reason } }),
        },
      }),
    onSuccess: (answer) => {
      client.setQueryData(executionQuery(incidentId).queryKey, answer);
      void client.invalidateQueries({ queryKey: ['incident', incidentId] });
      void client.invalidateQueries({ queryKey: breakGlassesQuery.queryKey });
      onClose();
    },
  });
  const refused = approve.error instanceof ProblemError && approve.error.problem.code === 'FB-APPROVAL-REFUSED';
  const toggle = (id: string) => {
    const next = new Set(left);
    if (!next.delete(id)) next.add(id);
    setLeft(next);
  };
  return (
    <ConfirmDialog
      title="Approve the plan"
      onClose={onClose}
      action={whole ? `Approve all ${plan.steps.length} steps` : `Approve ${count(chosen.length, 'step')}`}
      disabled={replaced || chosen.length === 0}
      busy={approve.isPending}
      error={approve.error}
      onConfirm={() => approve.mutate(undefined)}
    >
      {replaced && (
        <Notice tone="danger" urgent title="A new plan was made meanwhile.">
          This one can no longer be approved. Close this and look at the new plan.
        </Notice>
      )}
      <p>
        You approve exactly what is on this page, by its digest. Approved steps start as soon as they have all approvals
        that they need.
      </p>
      <Digest value={plan.digest} label="Digest of the plan" />
      <ul className={classes.steps} aria-label="Steps to approve">
        {open.map((step) => (
          <li key={step.id}>
            <Checkbox
              checked={!left.has(step.id)}
              onChange={() => toggle(step.id)}
              label={
                <>
                  <span className={classes.ordinal}>{step.ordinal}</span> <ForeignText text={step.title} most={160} />{' '}
                  {step.drastic && <Tag tone="danger">drastic</Tag>}
                </>
              }
              description={
                step.interrupts.length === 0
                  ? undefined
                  : [...new Set(step.interrupts.map((interruption) => visible(interruption.what)))].join(' ')
              }
            />
          </li>
        ))}
      </ul>
      {execution === null && (
        <NativeSelect
          label="How long it stands"
          description="Then it is undone by itself, unless somebody renews it."
          value={String(lease)}
          onChange={(event) => setLease(Number(event.currentTarget.value))}
          data={leases}
        />
      )}
      {plan.verdict === 'partial' && (
        <Notice tone="warn" title="This plan does not cut everything.">
          {count(plan.uncut.length, 'path')} to protected nodes {plan.uncut.length === 1 ? 'stays' : 'stay'} open after
          it.
        </Notice>
      )}
      <LimitedNotice completeness={plan.completeness} meaning="what could not be read is not in the proof." />
      {missing.length > 0 && (
        <Notice tone="warn" title="Part of what you chose will wait.">
          {count(missing.length, 'step')} must be done before and {missing.length === 1 ? 'is' : 'are'} not approved:{' '}
          {missing.map((step) => step.ordinal).join(', ')}.
        </Notice>
      )}
      {second.length > 0 && (
        <Notice tone="info" title="A second person has to approve too.">
          {count(second.length, 'chosen step')} {second.length === 1 ? 'is' : 'are'} drastic: customers are hit, or undo
          cannot bring everything back. {second.length === 1 ? 'It starts' : 'They start'} only after somebody else with
          the approver role approves the same digest.
        </Notice>
      )}
      {refused && <BreakGlassAsk busy={approve.isPending} onBreak={(reason) => approve.mutate(reason)} />}
    </ConfirmDialog>
  );
}
