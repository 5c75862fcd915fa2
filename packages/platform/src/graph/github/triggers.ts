/** From which branches a workflow runs, by its triggers and their filters. */
import type { SourceText, WorkflowTrigger } from '@firebreak/contract';
import { matchesPattern } from './branches.ts';
import type { KnownRepository } from './repositories.ts';

/** Events whose run is of the default branch, whoever causes them where. */
const ofDefaultBranch = new Set([
  'check_run',
  'check_suite',
  'discussion',
  'discussion_comment',
  'fork',
  'gollum',
  'issue_comment',
  'issues',
  'label',
  'milestone',
  'page_build',
  'public',
  'pull_request_target',
  'registry_package',
  'release',
  'repository_dispatch',
  'schedule',
  'status',
  'watch',
  'workflow_run',
]);

/** Whether pushing to a branch changes what the workflow does when it runs next. */
export function runsFromBranch(on: readonly WorkflowTrigger[], repository: KnownRepository, branch: string): boolean {
  const isDefault = branch === repository.defaultBranch;
  return on.some((trigger) => {
    if (isDefault && ofDefaultBranch.has(trigger.event)) return true;
    if (trigger.event === 'workflow_dispatch') return isDefault;
    return trigger.event === 'push' && pushRunsOn(trigger, branch);
  });
}

/** Whether a push to the branch starts it: tag filters alone leave branches out. */
export function pushRunsOn({ branches, branchesIgnore, tags, tagsIgnore }: WorkflowTrigger, branch: string): boolean {
  if (branches.length > 0) return lastMatch(branches, branch);
  if (branchesIgnore.length > 0) return !branchesIgnore.some(({ value }) => matchesPattern(value, branch));
  return tags.length === 0 && tagsIgnore.length === 0;
}

/** Patterns in their order, `!` takes away again. */
export function lastMatch(patterns: readonly SourceText[], name: string): boolean {
  let matches = false;
  for (const { value } of patterns) {
    const negative = value.startsWith('!');
    if (matchesPattern(negative ? value.slice(1) : value, name)) matches = !negative;
  }
  return matches;
}
