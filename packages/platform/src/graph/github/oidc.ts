/**
 * The subjects that a job's OIDC token can carry. What must stay true: a subject is one that GitHub would really sign for the
 * job: its environment if it has one, else `pull_request`, else the ref that it runs on.
 */
import type { Estate, WorkflowTrigger, WorkflowUses } from '@firebreak/contract';
import { branchesProtectedIn } from './branches.ts';
import { entersFromNewBranch, environmentName, gateOf } from './environments.ts';
import type { Job, Run } from './jobs.ts';
import { jobsByRepository } from './jobs.ts';
import { type CalledFile, type Presented, present, type Situation } from './oidc-subject.ts';
import { type KnownRepository, repositoryOf } from './repositories.ts';
import { lastMatch, pushRunsOn } from './triggers.ts';
import { wantedFiles, wantedRefs } from './trusted-refs.ts';

/** Of one run of a job, for every event that starts it. */
export function* presentedBy(estate: Estate, job: Job, run: Run): Generator<Presented> {
  const environment = environmentName(run.job);
  // A name that is made up at run time is any.
  if (run.job.environment !== undefined && environment === undefined) return;
  const called = calledFile(estate, run);
  const seen = new Set<string>();
  for (const trigger of job.workflow.data.on)
    for (const situation of situationsOf(estate, job.repository, trigger)) {
      const presented = present(job.repository, {
        ...situation,
        ...(environment === undefined ? {} : { environment }),
        workflow: job.workflow.data.path,
        ...(called === undefined ? {} : { called }),
      });
      const key = JSON.stringify([presented?.subject, presented?.claims]);
      if (presented === undefined || seen.has(key)) continue;
      seen.add(key);
      yield presented;
    }
}

/** The file of a called job; undefined for a job that stands in the file that was started. */
function calledFile(estate: Estate, { callers, job, workflow: { data } }: Run): CalledFile | undefined {
  const calls = [...callers, job].flatMap(({ uses }) => uses ?? []);
  if (calls.length === 0) return undefined;
  // A call by path stays in the repository and on the commit of the file that it stands in.
  const across = calls.findLast(({ kind }) => kind === 'repository');
  const ref = across === undefined ? undefined : refOf(across);
  // Of a file that nobody read the call tells where it is.
  const path = job.uses === undefined ? data.path : (job.uses.path ?? '');
  const repository =
    job.uses === undefined || job.uses.kind !== 'repository'
      ? data.repository
      : { host: data.repository.host, path: `${job.uses.owner}/${job.uses.name}` };
  const spelled = repositoryOf(estate, repository)?.spelled ?? repository.path;
  return { spelled, path, ...(ref === undefined ? {} : { ref }) };
}

function refOf({ ref = '', refKind }: WorkflowUses): string {
  if (refKind === 'sha' || ref.startsWith('refs/')) return ref;
  return `refs/${refKind === 'tag' ? 'tags' : 'heads'}/${ref}`;
}

/** Of a workflow that somebody with write access makes up. */
export function* presentedByPushed(estate: Estate, repository: KnownRepository): Generator<Presented> {
  const shut = branchesProtectedIn(repository);
  const refs = [...wantedRefs(estate, repository), 'refs/heads/any'].filter((ref) => {
    const branch = /^refs\/heads\/(.+)$/.exec(ref)?.[1];
    return branch === undefined || (!shut.has(branch) && branch !== repository.defaultBranch);
  });
  const situations: Situation[] = refs.map((ref) => ({ event: 'push', ref, likelihood: 1 }));
  situations.push({ event: 'pull_request', ref: 'refs/pull/1/merge', likelihood: 1 });
  for (const { data, id } of repository.environments.values()) {
    if (!entersFromNewBranch(repository, data)) continue;
    const { likelihood, note } = gateOf(repository, data, undefined, id);
    situations.push({
      event: 'push',
      ref: 'refs/heads/any',
      environment: data.name,
      likelihood,
      ...(note === undefined ? {} : { note }),
    });
  }
  // Environments that were not read: whether they have gates is not known.
  if (repository.api?.data.complete.includes('environments') !== true)
    for (const environment of namedEnvironments(estate, repository))
      if (!repository.environments.has(environment.toLowerCase()))
        situations.push({
          event: 'push',
          ref: 'refs/heads/any',
          environment,
          likelihood: 0.5,
          note: 'the gates of the environment were not read',
        });
  // Its file has the name that somebody trusts, or any.
  const files = [...wantedFiles(estate), '.github/workflows/any.yml'];
  for (const situation of situations)
    for (const workflow of files) {
      const presented = present(repository, { ...situation, workflow });
      if (presented !== undefined) yield presented;
    }
}

function namedEnvironments(estate: Estate, repository: KnownRepository): readonly string[] {
  const jobs = jobsByRepository(estate).get(repository.id) ?? [];
  return [...new Set(jobs.flatMap(({ job }) => environmentName(job) ?? []))].sort();
}

function* situationsOf(estate: Estate, repository: KnownRepository, trigger: WorkflowTrigger): Generator<Situation> {
  const { event } = trigger;
  const onDefault = repository.defaultBranch === undefined ? {} : { ref: `refs/heads/${repository.defaultBranch}` };
  if (event === 'workflow_call') return;
  if (event === 'pull_request' || event.startsWith('pull_request_review'))
    yield { event, ref: 'refs/pull/1/merge', likelihood: 1 };
  else if (event === 'push') {
    for (const ref of pushedRefs(estate, repository, trigger)) yield { event, ref, likelihood: 1 };
  } else if (event === 'release' || event === 'create') {
    for (const ref of [...wantedRefs(estate, repository), 'refs/tags/v1'])
      if (ref.startsWith('refs/tags/')) yield { event, ref, likelihood: 1 };
  } else yield { event, ...onDefault, likelihood: 1 };
}

/** Refs whose push starts it: those that are named, the default branch, the protected ones, and those that somebody trusts. */
function pushedRefs(estate: Estate, repository: KnownRepository, trigger: WorkflowTrigger): readonly string[] {
  const branches = new Set<string>(repository.defaultBranch === undefined ? [] : [repository.defaultBranch]);
  for (const name of branchesProtectedIn(repository)) branches.add(name);
  for (const { value } of trigger.branches) if (!/[*?[!+]/.test(value)) branches.add(value);
  const tags = new Set<string>();
  for (const { value } of trigger.tags)
    if (!value.startsWith('!')) tags.add(value.replace(/\*+/g, '1').replace(/\?/g, ''));
  for (const ref of wantedRefs(estate, repository)) {
    if (ref.startsWith('refs/heads/')) branches.add(ref.slice('refs/heads/'.length));
    if (ref.startsWith('refs/tags/')) tags.add(ref.slice('refs/tags/'.length));
  }
  const noFilters = trigger.branches.length + trigger.branchesIgnore.length + trigger.tags.length === 0;
  return [
    ...[...branches].filter((name) => pushRunsOn(trigger, name)).map((name) => `refs/heads/${name}`),
    ...[...tags]
      .filter((name) => (trigger.tags.length > 0 ? lastMatch(trigger.tags, name) : noFilters))
      .map((name) => `refs/tags/${name}`),
  ];
}
