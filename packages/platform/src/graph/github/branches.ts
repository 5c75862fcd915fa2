/**
 * Who may push to a branch. Classic protection and rulesets hold together: each of them may ask for a pull request with
 * approvals, or keep pushing to a few. Bypasses are those of whoever is named in them.
 */
import type { Fact, GithubBranch } from '@firebreak/contract';
import type { KnownRepository } from './repositories.ts';

/** What stands before a push to a branch by somebody who may write to the repository. */
export interface PushRule {
  /** 0: shut without somebody else. 1: open. In between: not known. */
  readonly likelihood: number;
  readonly note?: string;
}

/** Names of branches that something protects. */
export function branchesProtectedIn(repository: KnownRepository): ReadonlySet<string> {
  return new Set(repository.branches.filter(({ data }) => data.protected).map(({ data }) => data.name));
}

/** For a person, key or app with write access and no bypass. */
export function pushRuleOf(branch: GithubBranch): PushRule {
  if (!branch.protected) return { likelihood: 1 };
  const { protection, rules } = branch;
  if (protection === undefined && rules === undefined)
    return { likelihood: 0.3, note: 'the branch is protected, how was not read' };
  if (protection?.lock_branch === true) return { likelihood: 0 };
  if (protection?.restrictions !== undefined) return { likelihood: 0 };
  const approvals = approvalsOf(branch);
  if (approvals > 0) return { likelihood: 0, note: `${approvals} approvals` };
  if ((rules ?? []).some(({ type }) => type === 'update')) return { likelihood: 0 };
  // A pull request without an approval is opened and merged by the same person.
  return { likelihood: 1 };
}

/** Approvals by others that a change needs; 0 when none. */
export function approvalsOf({ protection, rules }: GithubBranch): number {
  const classic = protection?.required_pull_request_reviews;
  const counts = [
    ...(classic === undefined
      ? []
      : [Math.max(classic.required_approving_review_count, classic.require_code_owner_reviews ? 1 : 0)]),
    ...(rules ?? [])
      .filter(({ type }) => type === 'pull_request')
      .map((rule) =>
        Math.max(rule.required_approving_review_count ?? 0, rule.require_code_owner_review === true ? 1 : 0),
      ),
  ];
  return Math.max(0, ...counts);
}

/** Logins, team slugs and app slugs that go around classic protection. */
export function bypassersOf({ data: { protection } }: Fact<'github.branch'>): {
  readonly users: readonly string[];
  readonly teams: readonly string[];
  readonly apps: readonly string[];
} {
  const review = protection?.required_pull_request_reviews;
  const nobody = { users: [], teams: [], apps: [] };
  const allowed = review?.bypass ?? nobody;
  const pushers = protection?.restrictions;
  if (protection === undefined || protection.lock_branch) return nobody;
  const passes = (who: string, list: readonly string[]) => list.includes(who);
  const needsReview = (review?.required_approving_review_count ?? 0) > 0 || review?.require_code_owner_reviews === true;
  const open = (kind: 'users' | 'teams' | 'apps') =>
    pushers === undefined ? allowed[kind] : pushers[kind].filter((who) => !needsReview || passes(who, allowed[kind]));
  return { users: open('users'), teams: open('teams'), apps: open('apps') };
}

/** GitHub's patterns for branches and tags (`fnmatch` with `**`), in linear time. */
export function matchesRef(pattern: string, type: string, ref: string): boolean {
  const prefix = type === 'tag' ? 'refs/tags/' : 'refs/heads/';
  return ref.startsWith(prefix) && matchesPattern(pattern, ref.slice(prefix.length));
}

/** `*` is anything but a slash, `**` is anything, `?` is one character; everything else is itself. */
export function matchesPattern(pattern: string, name: string): boolean {
  if (pattern.length > 1000 || name.length > 1000) return false;
  // The states that the pattern can be in after each character of the name: no backtracking.
  let states = spread(pattern, new Set([0]));
  for (const character of name) {
    const next = new Set<number>();
    for (const at of states) {
      const sign = pattern[at];
      if (sign === '*') {
        if (character !== '/' || pattern[at + 1] === '*' || pattern[at - 1] === '*') next.add(at);
      } else if (sign === '?' ? character !== '/' : sign === character) next.add(at + 1);
    }
    states = spread(pattern, next);
    if (states.size === 0) return false;
  }
  return states.has(pattern.length);
}

/** Stars may stand for nothing. */
function spread(pattern: string, states: Set<number>): Set<number> {
  for (const at of states) if (pattern[at] === '*') states.add(at + 1);
  return states;
}
