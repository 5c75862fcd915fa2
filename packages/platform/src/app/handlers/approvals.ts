/** Approving, by whoever is signed in or by a one-time link, and what becomes of approvals against the policy. */
import { type Execution, FirebreakError, type Plan, type Role } from '@firebreak/contract';
import { newSecret } from '../../http/authenticate.ts';
import type { Handlers } from '../../http/handlers.ts';
import { mustHaveField, mustStillHold, type Station } from '../station.ts';

export function approvalHandlers(
  station: Station,
): Pick<
  Handlers,
  'approve' | 'makeApprovalLink' | 'showApprovalLink' | 'useApprovalLink' | 'breakGlasses' | 'reviewBreakGlass'
> {
  const { approvalLinks, breakGlasses, incidents } = station;
  return {
    approve: ({ params, body, caller, signal }) =>
      approvePlan(station, { ...body, incident: params.id, by: caller.name, role: caller.role }, signal),

    makeApprovalLink: async ({ params, body, caller }) => {
      const plan = await incidents.plan(params.id);
      mustBeOf(plan, body.steps);
      const secret = newSecret();
      const { id, person, planDigest, steps, expiresAt } = await approvalLinks.make(
        {
          incident: params.id,
          planDigest: plan.digest,
          steps: body.steps ?? null,
          person: body.for,
          minutes: body.minutes,
          by: { name: caller.name, role: caller.role },
        },
        secret,
      );
      const link = `/approve#link=${secret}`;
      return { id, link, person, digest: planDigest, steps: steps === null ? null : [...steps], expiresAt };
    },

    showApprovalLink: async ({ body }) => {
      const link = await approvalLinks.open(body.link);
      const { id, title, note } = await incidents.get(link.incident);
      const plan = await incidents.plan(link.incident);
      mustBeThePlan(plan, link.planDigest);
      const latest = await mustHaveField(station).runner.status(link.incident);
      const runs = new Map(latest?.planDigest === plan.digest ? latest.steps.map((run) => [run.stepId, run]) : []);
      const steps = plan.steps.filter((step) => link.steps === null || link.steps.includes(step.id));
      return {
        incident: { id, title, note },
        person: link.person,
        madeBy: link.madeBy,
        expiresAt: link.expiresAt,
        digest: plan.digest,
        steps: steps.map((step) => ({
          id: step.id,
          ordinal: step.ordinal,
          title: step.title,
          why: step.why,
          drastic: step.drastic,
          interrupts: [...new Set(step.interrupts.map(({ what }) => what))],
          undo: step.reversal.how,
          approvals: runs.get(step.id)?.approvals.length ?? 0,
          approvalsNeeded: runs.get(step.id)?.approvalsNeeded ?? step.approvals,
        })),
      };
    },

    useApprovalLink: async ({ body, signal }) => {
      const { id, incident, planDigest, steps, person, role, madeBy } = await approvalLinks.open(body.link);
      const vouchedBy = madeBy === person ? undefined : madeBy;
      const request = {
        incident,
        digest: planDigest,
        steps: steps ?? undefined,
        by: person,
        role,
        link: id,
        vouchedBy,
      };
      const { state } = await approvePlan(station, request, signal);
      return { incident, state };
    },

    breakGlasses: async () => ({ breakGlasses: [...(await breakGlasses.list())] }),
    reviewBreakGlass: ({ params, body, caller }) =>
      breakGlasses.review({ id: params.id, by: caller.name, verdict: body.verdict, note: body.note }),
  };
}

type Approving = Parameters<ReturnType<typeof mustHaveField>['runner']['approve']>[0] &
  Pick<Parameters<ReturnType<typeof mustHaveField>['runner']['start']>[0], 'lease' | 'watch'> & { readonly role: Role };

/** Approves the incident's plan, which must be the one of the digest and, before anything began, must still hold. */
export async function approvePlan(
  station: Station,
  { lease, watch, ...approving }: Approving,
  signal: AbortSignal,
): Promise<Execution> {
  const { incident, digest, by } = approving;
  const field = mustHaveField(station);
  const plan = await station.incidents.plan(incident);
  mustBeThePlan(plan, digest);
  const before = await field.runner.status(incident);
  if (before === null || before.planDigest !== plan.digest) await mustStillHold(field, plan, signal);
  await field.runner.start({ incident, plan, by, lease, watch });
  return field.runner.approve(approving);
}

/** @throws FirebreakError FB-APPROVAL-DIGEST */
function mustBeThePlan(plan: Plan, digest: string): void {
  if (plan.digest !== digest)
    throw new FirebreakError('FB-APPROVAL-DIGEST', `The plan of this incident is ${plan.digest}.`);
}

/** @throws FirebreakError FB-USAGE */
function mustBeOf(plan: Plan, steps: readonly string[] | undefined): void {
  const unknown = steps?.find((id) => plan.steps.every((step) => step.id !== id));
  if (unknown !== undefined) throw new FirebreakError('FB-USAGE', `The plan has no step ${unknown}.`);
}
