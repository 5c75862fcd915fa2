/**
 * Texts that anybody with an account can choose, by the event that carries them. Source: GitHub docs, "Security hardening:
 * understanding the risk of script injections", and the payloads of the events (webhook events and payloads).
 */

/** Events that anybody with an account can cause in a public repository, and that run with the repository's own rights. */
export const outsiderEvents: readonly string[] = [
  'discussion',
  'discussion_comment',
  'fork',
  'gollum',
  'issue_comment',
  'issues',
  'pull_request_target',
  'watch',
  'workflow_run',
];

/** Activity types that take a right in the repository. */
const insiderTypes = new Set([
  'labeled',
  'unlabeled',
  'assigned',
  'unassigned',
  'milestoned',
  'demilestoned',
  'pinned',
  'unpinned',
  'locked',
  'unlocked',
  'transferred',
  'review_requested',
  'review_request_removed',
  'answered',
  'unanswered',
  'category_changed',
  'enqueued',
  'dequeued',
  'auto_merge_enabled',
]);

/** Whether a trigger waits for somebody with rights in the repository. */
export function waitsForInsider(types: readonly string[]): boolean {
  return types.length > 0 && types.every((type) => insiderTypes.has(type));
}

const person = '(?:author|committer)\\.(?:name|email)';
const byEvent: Readonly<Record<string, RegExp>> = {
  issues: /^github\.event\.issue\.(?:title|body)$/,
  issue_comment: /^github\.event\.(?:issue\.(?:title|body)|comment\.body)$/,
  discussion: /^github\.event\.discussion\.(?:title|body)$/,
  discussion_comment: /^github\.event\.(?:discussion\.(?:title|body)|comment\.body)$/,
  gollum: /^github\.event\.pages\.(?:\*|\d+)\.(?:page_name|title|summary)$/,
  fork: /^github\.event\.forkee\.(?:name|full_name|description|homepage|default_branch)$/,
  pull_request_target:
    /^github\.(?:head_ref|event\.pull_request\.(?:title|body|head\.(?:ref|label)|head\.repo\.(?:default_branch|description|homepage|name|full_name)))$/,
  workflow_run: new RegExp(
    `^github\\.event\\.workflow_run\\.(?:head_branch|display_title|head_commit\\.(?:message|${person})|head_repository\\.(?:description|name|full_name)|pull_requests\\.(?:\\*|\\d+)\\.head\\.ref)$`,
  ),
};
/** Contexts that hold such texts among others: `toJSON(github.event)`. */
const whole = /^github(?:\.event(?:\.(?:issue|comment|discussion|pull_request|workflow_run|forkee|pages))?)?$/;

/** Whether an outsider who causes the event chooses the text of a context. */
export function isChosen(event: string, path: string): boolean {
  return (byEvent[event]?.test(path) ?? false) || (byEvent[event] !== undefined && whole.test(path));
}

/**
 * Whether a context names the commit, branch or repository of a stranger's pull request under the event: what is checked out
 * by it is theirs. An output of a step is judged by its name, and only likely.
 */
export function namesForeignCode(event: string, path: string): number {
  if (event === 'pull_request_target') {
    if (/^github\.(?:head_ref|event\.pull_request\.(?:head\.|merge_commit_sha$|number$)|event\.number$)/.test(path))
      return 1;
  }
  if (event === 'workflow_run' && /^github\.event\.workflow_run\.(?:head_|pull_requests\.)/.test(path)) return 1;
  if (event === 'issue_comment' && /^github\.event\.issue\.(?:number|pull_request\.)/.test(path)) return 1;
  const output =
    /^steps\.[\w-]+\.outputs\.([\w-]+)$/.exec(path)?.[1] ?? /^needs\.[\w-]+\.outputs\.([\w-]+)$/.exec(path)?.[1];
  if (
    output !== undefined &&
    event !== 'issues' &&
    /(?:^|[_-])(?:head|sha|ref|branch|pr|pull|number|commit)/i.test(output)
  )
    return 0.6;
  return 0;
}
