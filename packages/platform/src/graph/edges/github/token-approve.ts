import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { branchNodesOf } from '../../github/branch-nodes.ts';
import { approvalsOf } from '../../github/branches.ts';
import { forbidApproval, jobStops, lockBranch, stopJobs } from '../../github/levers.ts';
import { pushId, tokenId } from '../../github/powers.ts';
import { jobTokensOf } from '../../github/tokens.ts';

export default {
  label: 'TOKEN_APPROVE',
  from: ['JobToken'],
  to: ['Branch'],
  needs: ['github.workflow', 'github.actions-settings', 'github.branch'],
  techniques: ['T1195.002', 'T1098'],
  traverse: 'minutes',
  explain: {
    what: 'Opens a pull request, approves it with GITHUB_TOKEN and merges it.',
    why: 'The token may write pull requests and contents, Actions may approve here, and one approval is enough.',
    cut: 'Take the right to approve pull requests away from Actions.',
  },
  severedBy: [...jobStops, 'github.restrict-workflow-token', 'github.lock-branch'],
  derive,
  levers: (edge, estate) => [
    ...stopJobs(edge, estate),
    ...forbidApproval(edge, estate),
    ...lockBranch(edge.to, estate),
  ],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  const open = new Map<string, { readonly to: string; readonly facts: readonly string[] }[]>();
  for (const { id: to, repository, fact, facts } of branchNodesOf(estate)) {
    const { settings } = repository;
    if (settings?.data.can_approve_pull_request_reviews !== true || fact === undefined) continue;
    const { protection, rules } = fact.data;
    const byOwners =
      protection?.required_pull_request_reviews?.require_code_owner_reviews === true ||
      (rules ?? []).some((rule) => rule.require_code_owner_review === true);
    // An approval of its own is none where the pull request is its own: somebody else must have opened it.
    if (
      approvalsOf(fact.data) !== 1 ||
      byOwners ||
      protection?.restrictions !== undefined ||
      protection?.lock_branch === true
    )
      continue;
    const known = open.get(repository.id) ?? [];
    known.push({ to, facts: [...facts, settings.id] });
    open.set(repository.id, known);
  }
  if (open.size === 0) return;
  for (const { job, permissions, doubt, facts } of jobTokensOf(estate)) {
    if (permissions.access('pull-requests') !== 'write' || permissions.access('contents') !== 'write') continue;
    for (const branch of open.get(job.repository.id) ?? [])
      yield {
        from: tokenId(job),
        with: [pushId(job.repository)],
        to: branch.to,
        facts: [...facts, ...branch.facts],
        likelihood: (doubt.likelihood ?? 1) * 0.8,
        note: doubt.note ?? 'the pull request must be opened by somebody else than the token',
      };
  }
}
