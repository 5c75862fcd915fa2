/**
 * Permissions of the job token that are wider than they need to be. The rule follows what others call `excessive-permissions`
 * (zizmor, MIT): rights that are given to a whole workflow of several jobs are rights of each job.
 */
import type { Fact, Found, GithubWorkflow, StateDetector, WorkflowJob, WorkflowPermissions } from '@firebreak/contract';
import { foundAt, isReusableOnly } from '../workflow-files.ts';

/** What writing there is worth to somebody who takes the token; other scopes count as medium. */
const dear = new Set([
  'actions',
  'attestations',
  'contents',
  'deployments',
  'id-token',
  'issues',
  'packages',
  'pages',
  'pull-requests',
  'repository-projects',
  'security-events',
]);

export default {
  id: 'excessive-permissions',
  status: 'stable',
  severity: 'medium',
  title: 'Job token with more rights than it needs',
  needs: ['github.workflow'],
  techniques: ['T1078.004', 'T1098'],
  explain: {
    what: 'Whatever takes over one step of the job has these rights in the repository.',
    why: 'The workflow or job gives its token broad rights, or leaves the repository’s default.',
    next: 'Write `permissions: {}` at the top, and give each job what it needs.',
  },
  *detect(estate) {
    for (const fact of estate.all('github.workflow')) {
      yield* ofWorkflow(fact);
      for (const job of fact.data.jobs) yield* ofJob(fact, job);
    }
  },
} satisfies StateDetector;

function* ofWorkflow(fact: Fact<'github.workflow'>): Generator<Found> {
  const { permissions, jobs } = fact.data;
  const single = jobs.length === 1;
  if (permissions === undefined) {
    if (jobs.every((job) => job.permissions !== undefined)) return;
    yield foundAt(
      fact,
      { line: firstLine(fact.data), column: 1 },
      { note: 'the default of the repository', thorough: single || isReusableOnly(fact.data) },
    );
    return;
  }
  yield* broad(fact, permissions);
  for (const { name, access, line, column } of permissions.scopes) {
    if (access !== 'write') continue;
    yield foundAt(
      fact,
      { line, column },
      { note: `${name}: write`, severity: dear.has(name) ? 'high' : 'medium', thorough: single },
    );
  }
}

/** The file as a whole is pointed at by its first part, below what is said about it in comments. */
function firstLine({ name, onMark, jobsMark }: GithubWorkflow): number {
  return Math.min(onMark.line, jobsMark.line, name?.line ?? onMark.line);
}

function* ofJob(fact: Fact<'github.workflow'>, job: WorkflowJob): Generator<Found> {
  if (job.permissions !== undefined) {
    yield* broad(fact, job.permissions);
    return;
  }
  if (fact.data.permissions !== undefined) return;
  // What calls another workflow is always responsible for the rights that it hands on.
  const thorough = isReusableOnly(fact.data) && job.uses === undefined;
  yield foundAt(fact, job, { note: 'the default of the repository', thorough });
}

function* broad(fact: Fact<'github.workflow'>, permissions: WorkflowPermissions): Generator<Found> {
  if (permissions.all === 'write') yield foundAt(fact, permissions, { note: 'write-all', severity: 'high' });
  if (permissions.all === 'read') yield foundAt(fact, permissions, { note: 'read-all' });
}
