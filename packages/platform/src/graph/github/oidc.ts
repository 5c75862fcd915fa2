/**
 * The subjects that a job's OIDC token can carry (docs: "OpenID Connect reference", "Example subject claims"). What must stay
 * true: a subject is one that GitHub would really sign for the job: its environment if it has one, else `pull_request`, else the
 * ref that it runs on; a customised template puts its claims in its own order; where a claim of it is not known there is no
 * subject, and so no edge.
 */
import type { Estate, WorkflowTrigger } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { branchesProtectedIn, matchesPattern } from './branches.ts';
import { entersFromNewBranch, environmentName, gateOf } from './environments.ts';
import type { Job, Run } from './jobs.ts';
import { jobsByRepository } from './jobs.ts';
import type { KnownRepository } from './repositories.ts';
import { lastMatch, pushRunsOn } from './triggers.ts';

/** What one run of a job says about itself. */
export interface Presented {
  readonly subject: string;
  readonly claims: Readonly<Record<string, string>>;
  readonly likelihood: number;
  readonly note?: string;
}

/** Of github.com the one that everybody trusts, of a server its own. */
export function issuerOfHost(host: string): string {
  return host === 'github.com' ? 'token.actions.githubusercontent.com' : `${host}/_services/token`;
}

interface Situation {
  readonly event: string;
  readonly ref?: string;
  readonly environment?: string;
  readonly workflow?: string;
  readonly likelihood: number;
  readonly note?: string;
}

/** Of one run of a job, for every event that starts it. */
export function* presentedBy(estate: Estate, job: Job, run: Run): Generator<Presented> {
  const environment = environmentName(run.job);
  // A name that is made up at run time is any.
  if (run.job.environment !== undefined && environment === undefined) return;
  const seen = new Set<string>();
  for (const trigger of job.workflow.data.on)
    for (const situation of situationsOf(estate, job.repository, trigger)) {
      const presented = present(job.repository, {
        ...situation,
        ...(environment === undefined ? {} : { environment }),
        workflow: run.workflow.data.path,
      });
      if (presented === undefined || seen.has(presented.subject)) continue;
      seen.add(presented.subject);
      yield presented;
    }
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
  for (const situation of situations) {
    const presented = present(repository, situation);
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

/**
 * Refs that the trust policies of the estate speak of to a repository, with something put in for their wildcards: a job that
 * can run on any branch can run on the one that somebody trusts.
 */
function wantedRefs(estate: Estate, repository: KnownRepository): readonly string[] {
  const before = wanted(estate).get(repository.id);
  if (before !== undefined) return before;
  // A subject of one's own making may leave the repository out.
  const isOwn = repository.settings?.data.oidc?.use_default === false;
  const full = `repo:${repository.name.path}`;
  const refs = trustedRefs(estate).flatMap(({ pattern, ref }) =>
    isOwn || pattern === undefined || matchesPattern(pattern, full) ? [ref] : [],
  );
  wanted(estate).set(repository.id, refs);
  return refs;
}

const wanted = perEstate(() => new Map<string, readonly string[]>());

/** `pattern` is what stands before the ref in a subject: `repo:acme/*`. */
const trustedRefs: (estate: Estate) => readonly { readonly pattern: string | undefined; readonly ref: string }[] =
  perEstate((estate) => {
    const refs = new Map<string, { pattern: string | undefined; ref: string }>();
    for (const { data } of estate.all('aws.role')) {
      const written = JSON.stringify(data.AssumeRolePolicyDocument);
      if (!written.includes('actions.githubusercontent.com') && !written.includes('_services/token')) continue;
      for (const [, subject = '', ref = ''] of written.matchAll(
        /"((?:[^":]|:(?!refs\/)){0,300}:)?(refs\/(?:heads|tags)\/[^":\s]{1,300})/g,
      )) {
        const pattern = /^(repo:.*):ref:$/i.exec(subject)?.[1]?.toLowerCase().replace(/\*+/g, '**');
        refs.set(`${pattern} ${ref}`, { pattern, ref: ref.replace(/\*+/g, 'any').replace(/\?/g, 'x') });
      }
    }
    return [...refs.values()].sort((a, b) => (a.ref < b.ref ? -1 : 1));
  });

function present(repository: KnownRepository, situation: Situation): Presented | undefined {
  const { settings, name, api } = repository;
  const written = name.path;
  const owner = written.split('/')[0] ?? '';
  const context =
    situation.environment !== undefined
      ? `environment:${situation.environment.replaceAll(':', '%3A')}`
      : situation.event === 'pull_request' || situation.event.startsWith('pull_request_review')
        ? 'pull_request'
        : situation.ref === undefined
          ? undefined
          : `ref:${situation.ref}`;
  if (context === undefined) return undefined;
  const claims: Record<string, string> = {
    repository: written,
    repository_owner: owner,
    event_name: situation.event,
    ...(situation.ref === undefined
      ? {}
      : { ref: situation.ref, ref_type: situation.ref.startsWith('refs/tags/') ? 'tag' : 'branch' }),
    ...(situation.environment === undefined ? {} : { environment: situation.environment }),
    ...(api === undefined ? {} : { repository_visibility: api.data.visibility }),
    ...(situation.workflow === undefined || situation.ref === undefined
      ? {}
      : { job_workflow_ref: `${written}/${situation.workflow}@${situation.ref}` }),
  };
  const oidc = settings?.data.oidc;
  const prefix = oidc?.sub_claim_prefix ?? `repo:${written}`;
  const subject =
    oidc === undefined || oidc.use_default
      ? `${prefix}:${context}`
      : customised(oidc.include_claim_keys, prefix, context, claims);
  if (subject === undefined) return undefined;
  return {
    subject,
    claims,
    likelihood: situation.likelihood,
    ...(situation.note === undefined ? {} : { note: situation.note }),
  };
}

function customised(
  keys: readonly string[],
  prefix: string,
  context: string,
  claims: Readonly<Record<string, string>>,
): string | undefined {
  const parts = keys.map((key) =>
    key === 'repo'
      ? prefix
      : key === 'context'
        ? context
        : claims[key] === undefined
          ? undefined
          : `${key}:${claims[key].replaceAll(':', '%3A')}`,
  );
  return parts.includes(undefined) ? undefined : parts.join(':');
}
