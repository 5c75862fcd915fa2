/**
 * Caches that are restored where releases are made. Whoever can write to the cache of a branch that everybody restores from (a
 * pull request that ran untrusted code, say) puts something into the release. Follows what others call `cache-poisoning` (zizmor,
 * MIT): a workflow that releases, or a job that publishes, and in it a step that restores a cache.
 */
import type { GithubWorkflow, SourceText, StateDetector, WorkflowStep } from '@firebreak/contract';
import { cacheOf } from '../../../graph/github/caching-actions.ts';
import { evaluate, truthOf, type Value } from '../../../graph/github/condition.ts';
import { conditionOf } from '../../../graph/github/expression.ts';
import { publishes } from '../publishing-actions.ts';
import { foundAt } from '../workflow-files.ts';

export default {
  id: 'cache-poisoning',
  status: 'stable',
  severity: 'high',
  title: 'A release is built from a cache that others can write',
  needs: ['github.workflow'],
  techniques: ['T1195.002', 'T1554'],
  explain: {
    what: 'Who has written to the cache before decides what is in the release.',
    why: 'The workflow makes or publishes a release, and this step restores a cache.',
    next: 'Switch caching off where releases are made.',
  },
  *detect(estate) {
    for (const fact of estate.all('github.workflow')) {
      const moment = releaseMoment(fact.data);
      for (const job of fact.data.jobs) {
        if (moment === undefined && !job.steps.some(publishes)) continue;
        for (const step of job.steps)
          if (restores(step, moment))
            yield foundAt(
              fact,
              step.uses?.text === undefined ? step : { line: step.uses.text.line, column: step.column },
            );
      }
    }
  },
} satisfies StateDetector;

/** What is known of a run that makes a release, for the conditions that switch caching on or off; undefined when none does. */
type Moment = (path: string) => Value;

function releaseMoment({ on }: GithubWorkflow): Moment | undefined {
  const push = on.find(({ event }) => event === 'push');
  const tags = push !== undefined && push.tags.length > 0;
  const branches = (push?.branches ?? []).some(isReleaseBranch);
  const release = on.some(({ event }) => event === 'release');
  if (!tags && !branches && !release) return undefined;
  // Of several moments nothing is known for sure but what they have in common: all are tags, or some are not.
  const onlyTags = !branches;
  return (path) => {
    if (onlyTags && path === 'github.ref_type') return 'tag';
    if (onlyTags && path === 'github.ref') return 'refs/tags/v1';
    if (path === 'github.event_name' && !release) return 'push';
    return undefined;
  };
}

const isReleaseBranch = ({ value }: SourceText) => /release/i.test(value);

/** Whether the step restores a cache at the moment of a release; an expression that nobody can decide counts as yes. */
function restores(step: WorkflowStep, moment: Moment | undefined): boolean {
  const cache = cacheOf(step);
  if (typeof cache === 'boolean') return cache;
  const value = truthOf(evaluate(conditionOf(cache.expression), moment ?? (() => undefined)));
  return value === undefined || value === cache.onWhen;
}
