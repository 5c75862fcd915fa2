/**
 * Conditions, as they are for somebody whom the project does not know: a fork's pull request, an account without rights. What they
 * can choose themselves they choose so that it fits.
 */
import { isChosen } from './attacker-text.ts';
import { evaluate, truthOf, type Value } from './condition.ts';
import { conditionOf, references } from './expression.ts';
import { both, type Odds, perhaps } from './odds.ts';
import type { KnownRepository } from './repositories.ts';

export function defaultRef(repository: KnownRepository): string | undefined {
  return repository.defaultBranch === undefined ? undefined : `refs/heads/${repository.defaultBranch}`;
}

/** Undefined where the condition shuts strangers out. */
export function conditional(
  odds: Odds,
  condition: string | undefined,
  repository: KnownRepository,
  event: string,
): Odds | undefined {
  if (condition === undefined) return odds;
  const expression = conditionOf(condition);
  const knows = stranger(repository, event, condition);
  const truth = truthOf(evaluate(expression, knows));
  if (truth === false) return undefined;
  if (truth === true) return odds;
  const open = references(expression).filter((path) => knows(path) === undefined && !isTheirs(event, path));
  if (expression !== undefined && open.length === 0) return odds;
  return both(odds, perhaps(0.5, `if ${condition.replace(/\s+/g, ' ').trim().slice(0, 160)}`));
}

/** Contexts that a stranger who wants to can make fit. */
function isTheirs(event: string, path: string): boolean {
  return (
    isChosen(event, path) ||
    /^github\.(?:event\.(?:action|number|changes|issue\.(?:number|state|pull_request)|pull_request\.(?:number|state|draft|merged|changed_files|additions|deletions|base\.ref)|workflow_run\.(?:conclusion|event|status|head_sha)|comment\.id)|base_ref|run_)/.test(
      `${path}`,
    )
  );
}

const nobody = 'a-stranger';

function stranger(repository: KnownRepository, event: string, condition: string) {
  const full = repository.name.path;
  const owner = full.split('/')[0] ?? '';
  const known = new Map<string, Value>([
    ['github.event_name', event],
    ['github.repository', full],
    ['github.repository_owner', owner],
    ['github.event.repository.full_name', full],
    ['github.event.repository.name', full.split('/').at(-1)],
    ['github.event.repository.owner.login', owner],
    ['github.event.repository.fork', repository.api?.data.fork ?? false],
    ['github.event.repository.default_branch', repository.defaultBranch],
    ['github.event.pull_request.base.repo.full_name', full],
    ['github.event.pull_request.head.repo.fork', true],
    ['github.event.pull_request.head.repo.full_name', `${nobody}/fork`],
    ['github.event.pull_request.head.repo.owner.login', nobody],
    ['github.event.pull_request.head.user.login', nobody],
    ['github.event.pull_request.user.login', nobody],
    ['github.event.issue.user.login', nobody],
    ['github.event.comment.user.login', nobody],
    ['github.event.sender.login', nobody],
    ['github.event.pull_request.author_association', 'NONE'],
    ['github.event.issue.author_association', 'NONE'],
    ['github.event.comment.author_association', 'NONE'],
    ['github.event.discussion.author_association', 'NONE'],
    ['github.event.workflow_run.head_repository.full_name', `${nobody}/fork`],
    ['github.event.workflow_run.head_repository.fork', true],
    ['github.event.workflow_run.event', 'pull_request'],
    ['github.ref', defaultRef(repository)],
    ['github.ref_name', repository.defaultBranch],
    ['github.ref_type', 'branch'],
  ]);
  // Who the actor is can be forged for bots: a bot's push to a stranger's branch makes the bot the actor.
  const actor = condition.includes('[bot]') ? undefined : nobody;
  known.set('github.actor', actor);
  known.set('github.triggering_actor', actor);
  return (path: string): Value => known.get(path);
}
