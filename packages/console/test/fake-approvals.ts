/** Broken glass and approval links behind the fake API. */
import type { BreakGlass, ShownLink } from '@firebreak/contract/answers/approvals';
import { hostileName } from './fake-estate.ts';
import type { FakeCase } from './fake-world.ts';

export class FakeApprovals {
  glasses: BreakGlass[] = [];
  /** The links that were made and not used: for whom, and of which incident. */
  readonly links = new Map<string, { person: string; madeBy: string; incident: string }>();

  break(by: string, { incident, plan }: FakeCase, steps: string[], reason: string): void {
    this.glasses.unshift({
      id: `brk-${this.glasses.length}`,
      incident: incident.id,
      planDigest: plan?.digest ?? '',
      steps,
      by,
      role: 'responder',
      at: '2026-03-04T03:02:00.000Z',
      reason,
      refused: [`step 2 (Evict ${hostileName}): No policy permits responders to approve this.`],
      review: null,
    });
  }

  /** Undefined for one that is not there, null for one's own. */
  review(id: string, by: string, verdict: 'justified' | 'not-justified', note: string): BreakGlass | null | undefined {
    const found = this.glasses.find((glass) => glass.id === id);
    if (found === undefined) return undefined;
    if (found.by === by) return null;
    found.review = { verdict, by, at: '2026-03-04T04:00:00.000Z', note };
    return found;
  }

  make(madeBy: string, person: string, { incident }: FakeCase): string {
    const secret = `approve-${this.links.size}-0123456789`;
    this.links.set(secret, { person, madeBy, incident: incident.id });
    return secret;
  }

  show(secret: string, { incident, plan, execution }: FakeCase): ShownLink {
    const { person = '', madeBy = '' } = this.links.get(secret) ?? {};
    const runs = new Map(execution?.steps.map((run) => [run.stepId, run]));
    return {
      incident: { id: incident.id, title: incident.title, note: incident.note },
      person,
      madeBy,
      expiresAt: '2026-03-04T03:20:00.000Z',
      digest: plan?.digest ?? '',
      steps: (plan?.steps ?? []).map((step) => ({
        id: step.id,
        ordinal: step.ordinal,
        title: step.title,
        why: step.why,
        drastic: step.drastic,
        interrupts: step.interrupts.map(({ what }) => what),
        undo: step.reversal.how,
        approvals: runs.get(step.id)?.approvals.length ?? 0,
        approvalsNeeded: step.approvals,
      })),
    };
  }
}
