import { defineAction, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import type { GithubSession } from '../session.ts';
import { type BranchBefore, branchAction, branchChange, branchParams, readBranch } from './branch/branch-change.ts';
import type { Protection } from './branch/protection.ts';
import { deskOf } from './exchange/desk.ts';
import { impactOf, interruptWriters } from './impact/legitimate-use.ts';

const params = branchParams.extend({
  /** Approvals of others that a change needs, at least. */
  approvals: z.number().int().min(1).max(6).default(1),
});
type Params = z.infer<typeof params>;

/** A change needs others' approval, also of those who were exempt from it; and it holds for administrators. */
function tightened(from: Protection, { approvals }: Params): Protection {
  const had = from.required_pull_request_reviews;
  const bypass = had?.bypass_pull_request_allowances;
  return {
    ...from,
    enforce_admins: true,
    allow_force_pushes: false,
    required_pull_request_reviews: {
      dismiss_stale_reviews: true,
      require_code_owner_reviews: had?.require_code_owner_reviews ?? false,
      required_approving_review_count: Math.max(approvals, had?.required_approving_review_count ?? 0),
      // Whoever pushed last may not be the one who approves.
      require_last_push_approval: true,
      ...(had?.dismissal_restrictions === undefined ? {} : { dismissal_restrictions: had.dismissal_restrictions }),
      ...(bypass === undefined ? {} : { bypass_pull_request_allowances: { users: [], teams: [], apps: [] } }),
    },
  };
}

export default defineAction<Params, BranchBefore, GithubSession>({
  ...branchAction,
  id: 'github.require-review',
  title: 'Require review on branch',
  params,
  describe: (of) =>
    `Let nobody change ${of.branch} of ${of.repository} without ${of.approvals} approvals of others, administrators and exempt ones included.`,
  drastic: () => false,
  impact: (of, estate) =>
    impactOf(
      'require-review',
      interruptWriters(estate, of, `Changes to ${of.branch} wait for somebody else’s approval.`),
    ),
  ...branchChange<Params>(tightened),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const { exists, protection } = await readBranch(await deskOf(attempt, of), of);
    const review = protection?.required_pull_request_reviews;
    const count = review?.required_approving_review_count ?? 0;
    const named = Object.values(review?.bypass_pull_request_allowances ?? {}).flat().length;
    const isClosed = count >= of.approvals && named === 0 && protection?.enforce_admins === true;
    return [
      {
        what: `${of.branch} of ${of.repository} takes no change without approval`,
        result: !exists || isClosed ? 'holds' : 'fails',
        evidence: exists
          ? `It asks for ${count} approvals, ${protection?.enforce_admins === true ? 'also of' : 'but not of'} administrators, and ${named} are exempt.`
          : 'The branch is gone.',
      },
    ];
  },
});
