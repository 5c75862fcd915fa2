/** Who writes to the cache of the default branch, and who restores from it (docs: "Restrictions for accessing a cache"). */
import type { Estate, FactId, NodeId, WorkflowStep } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { actionName } from './foreign-code.ts';
import { type Job, liveJobs } from './jobs.ts';
import { runsFromBranch } from './triggers.ts';

export interface CacheUser {
  readonly job: Job;
  readonly facts: readonly FactId[];
}

/** Whether a run of the job is one of the default branch: what it stores there every other run may restore. */
export function writesDefaultCache({ workflow, repository }: Job): boolean {
  const branch = repository.defaultBranch ?? 'main';
  return runsFromBranch(workflow.data.on, { ...repository, defaultBranch: branch }, branch);
}

/** Jobs that restore a cache, by repository. */
export const cacheUsers: (estate: Estate) => ReadonlyMap<NodeId, readonly CacheUser[]> = perEstate((estate) => {
  const users = new Map<NodeId, CacheUser[]>();
  for (const job of liveJobs(estate)) {
    const step = job.runs.flatMap(({ steps }) => steps).find((each) => restoresCache(each.step));
    if (step === undefined) continue;
    const known = users.get(job.repository.id);
    const user = { job, facts: [...step.facts] };
    if (known === undefined) users.set(job.repository.id, [user]);
    else known.push(user);
  }
  return users;
});

/** Actions that restore what they find, by the input that switches it: `on` by default, or only where it is set. */
const caching: Readonly<Record<string, { readonly input?: string; readonly byDefault: boolean }>> = {
  'actions/cache': { byDefault: true },
  'actions/setup-node': { input: 'cache', byDefault: false },
  'actions/setup-python': { input: 'cache', byDefault: false },
  'actions/setup-java': { input: 'cache', byDefault: false },
  'actions/setup-go': { input: 'cache', byDefault: true },
  'actions/setup-dotnet': { input: 'cache', byDefault: false },
  'astral-sh/setup-uv': { input: 'enable-cache', byDefault: true },
  'gradle/actions': { input: 'cache-disabled', byDefault: true },
  'hynek/setup-cached-uv': { byDefault: true },
  'jdx/mise-action': { input: 'cache', byDefault: true },
  'mlugg/setup-zig': { input: 'use-cache', byDefault: true },
  'moonrepo/setup-rust': { input: 'cache', byDefault: true },
  'pdm-project/setup-pdm': { input: 'cache', byDefault: false },
  'ruby/setup-ruby': { input: 'bundler-cache', byDefault: false },
  'swatinem/rust-cache': { byDefault: true },
  'actions-rust-lang/setup-rust-toolchain': { input: 'cache', byDefault: true },
};

function restoresCache({ uses, with: inputs }: WorkflowStep): boolean {
  if (uses === undefined) return false;
  const name = actionName(uses);
  if (name === 'docker/build-push-action')
    return inputs.some(({ key, text }) => key === 'cache-from' && text.value.includes('type=gha'));
  const known = caching[name];
  // `actions/cache/save` stores and restores nothing.
  if (known === undefined || (name === 'actions/cache' && uses.path === 'save')) return false;
  const value = inputs.find(({ key }) => key.toLowerCase() === known.input)?.text.value;
  if (known.input === undefined) return true;
  if (value === undefined) return known.byDefault;
  const isOff = value === 'false' || value === '';
  return known.input.endsWith('disabled') ? isOff : !isOff;
}
