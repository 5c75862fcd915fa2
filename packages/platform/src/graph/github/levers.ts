/**
 * Which lever severs which edge of GitHub: only what by itself makes the edge disappear from a fresh collect. The tests pull each on a
 * server that answers as GitHub describes itself, and derive afresh.
 *
 * A lever is named only where what it changes was read: where settings are not known nobody would see that it holds. What an
 * administrator can switch on again is no cut against an administrator; the watch on a contained incident tells of it.
 */
import { type Estate, type Fact, type Lever, type LiveEdge, lever, type NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { branchNodesOf } from './branch-nodes.ts';
import { type Job, jobsOf } from './jobs.ts';
import { tokenId } from './powers.ts';
import { type KnownRepository, repositoriesOf, repositoryOf } from './repositories.ts';

const jobById = perEstate(
  (estate) => new Map(jobsOf(estate).flatMap((job) => [[job.id, job] as const, [tokenId(job), job] as const])),
);

function place({ name }: KnownRepository) {
  return { host: name.host, repository: name.path };
}

/** No workflow of the repository starts. */
function disableActions(repository: KnownRepository): readonly Lever[] {
  return repository.settings?.data.enabled === true ? [lever('github.disable-actions', place(repository))] : [];
}

/** The workflow of a job does not start, or none of its repository does. */
function stopJob(job: Job): readonly Lever[] {
  const { repository, workflow } = job;
  const isTold = repository.settings?.data.disabled_workflows !== undefined;
  const one = isTold ? [lever('github.disable-workflow', { ...place(repository), workflow: workflow.data.path })] : [];
  return [...one, ...disableActions(repository)];
}

/** For rules that end or begin with a job, or with its token: neither is there when nothing starts the job. */
export function stopJobs({ from, to }: LiveEdge, estate: Estate): readonly Lever[] {
  const jobs = jobById(estate);
  return unique([from, to].flatMap((id) => (jobs.has(id) ? stopJob(jobs.get(id) as Job) : [])));
}
export const jobStops = ['github.disable-workflow', 'github.disable-actions'] as const;

/** For rules of workflows that somebody makes up, and of the files that they rewrite. */
export function stopActions({ facts, from, to }: LiveEdge, estate: Estate): readonly Lever[] {
  const job = jobById(estate).get(to);
  if (job !== undefined) return disableActions(job.repository);
  const repository = repositoryNamedBy(estate, from) ?? repositoryFactOf(estate, facts);
  return repository === undefined ? [] : disableActions(repository);
}

/** What a job may do because it does not say what it needs. */
export function restrictToken(edge: LiveEdge, estate: Estate): readonly Lever[] {
  const job = jobById(estate).get(edge.from);
  if (job === undefined || job.repository.settings?.data.default_workflow_permissions !== 'write') return [];
  const byDefault = job.runs.every(
    (run) =>
      (run.job.permissions ?? run.workflow.data.permissions) === undefined &&
      // What a caller of callers says is in a file that the run does not name.
      (run.callers.length === 0 ||
        (run.callers.length === 1 && (job.job.permissions ?? job.workflow.data.permissions) === undefined)),
  );
  return byDefault ? [lever('github.restrict-workflow-token', place(job.repository))] : [];
}

/** That a token approves is a setting of its own. */
export function forbidApproval({ from }: LiveEdge, estate: Estate): readonly Lever[] {
  const job = jobById(estate).get(from);
  return job?.repository.settings === undefined ? [] : [lever('github.restrict-workflow-token', place(job.repository))];
}

/** Nobody changes the branch by themselves, or nobody changes it at all; where it is known what protects it now. */
export function closeBranch({ to }: LiveEdge, estate: Estate): readonly Lever[] {
  return [...requireReview(to, estate), ...lockBranch(to, estate)];
}

function requireReview(branch: NodeId, estate: Estate): readonly Lever[] {
  const at = branchPlace(branch, estate);
  return at === undefined ? [] : [lever('github.require-review', { ...at, approvals: 1 })];
}

export function lockBranch(branch: NodeId, estate: Estate): readonly Lever[] {
  const at = branchPlace(branch, estate);
  return at === undefined ? [] : [lever('github.lock-branch', at)];
}

const branchById = perEstate((estate) => new Map(branchNodesOf(estate).map((branch) => [branch.id, branch])));

function branchPlace(id: NodeId, estate: Estate) {
  const branch = branchById(estate).get(id);
  const data = branch?.fact?.data;
  if (branch?.repository.api === undefined || data === undefined) return undefined;
  const isRead = !data.protected || data.protection !== undefined || data.rules !== undefined;
  return isRead ? { ...place(branch.repository), branch: branch.name } : undefined;
}

export function removeKey(edge: LiveEdge, estate: Estate): readonly Lever[] {
  const key = estate.get('github.deploy-key', edge.from)?.data;
  const repository = key === undefined ? undefined : repositoryOf(estate, key.repository);
  return key === undefined || repository === undefined
    ? []
    : [lever('github.remove-deploy-key', { ...place(repository), key: key.id })];
}

export function suspendApp(edge: LiveEdge, estate: Estate): readonly Lever[] {
  const app = estate.get('github.installation', edge.from)?.data;
  if (app?.app_id === undefined) return [];
  const { host, account, app_slug, app_id, id } = app;
  return [
    lever('github.suspend-installation', { host, source: account, app: app_slug, appId: app_id, installation: id }),
  ];
}

/** A person's or team's own role; people's own repositories know one role only, and reading stays. */
export function lowerRole(edge: LiveEdge, estate: Estate): readonly Lever[] {
  const access = edge.facts.map((id) => estate.get('github.access', id)).find((fact) => fact !== undefined)?.data;
  const repository = access === undefined ? undefined : repositoryOf(estate, access.repository);
  if (access === undefined || repository === undefined || edge.to.startsWith('git:RepositoryContent/')) return [];
  if (repository.api?.data.ownerType !== 'Organization') return [];
  return [lever('github.lower-role', { ...place(repository), kind: access.kind, name: access.name })];
}

/** The machine gets no job any more. */
export function removeRunner({ from, to }: LiveEdge, estate: Estate): readonly Lever[] {
  const runner = (estate.get('github.runner', from) ?? estate.get('github.runner', to))?.data;
  return runner === undefined
    ? []
    : [lever('github.remove-runner', { host: runner.host, source: runner.source, runner: runner.id })];
}

/** `github:PushedWorkflow/<host>/<owner>/<name>` and the other powers in a repository. */
function repositoryNamedBy(estate: Estate, id: NodeId): KnownRepository | undefined {
  const named = /^(?:github|git):\w+\/([^/]+)\/([^/]+\/[^/]+)$/.exec(id);
  return named === null ? undefined : repositoriesOf(estate).get(`${named[1]}/${named[2]}`);
}

function repositoryFactOf(estate: Estate, facts: readonly string[]): KnownRepository | undefined {
  const fact: Fact<'github.repository'> | undefined = facts
    .map((id) => estate.get('github.repository', id))
    .find((found) => found !== undefined);
  return fact === undefined ? undefined : repositoryOf(estate, fact.data.repository);
}

function unique(levers: readonly Lever[]): readonly Lever[] {
  return [...new Map(levers.map((each) => [each.key, each])).values()];
}
