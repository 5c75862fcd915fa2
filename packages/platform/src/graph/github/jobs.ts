/**
 * Jobs as they run. A job that calls a reusable workflow runs that workflow's jobs; a step that uses an action of its own
 * repository runs that action's steps. Both are written out here, with what is handed on, so that rules look at steps and
 * never at how they came together.
 *
 * What must stay true: authority is the caller's (its secrets, its token, its repository's settings), text is the callee's; a
 * callee that is not in the estate is `unread` and not nothing; nesting is as deep as GitHub allows, and circles end.
 */
import {
  actionId,
  type Estate,
  type Fact,
  type FactId,
  jobId,
  type NodeId,
  type RepositoryName,
  type SourceEntry,
  type WorkflowJob,
  type WorkflowStep,
  type WorkflowUses,
  workflowId,
} from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { jobPermissions, type TokenPermissions } from './permissions.ts';
import { type KnownRepository, repositoryOf } from './repositories.ts';

/** What names mean where a text stands. */
export interface Scope {
  /** By lower-case name; absent where inputs come from whoever starts the workflow. */
  readonly inputs: ReadonlyMap<string, Bound>;
  /** Innermost first. */
  readonly env: readonly SourceEntry[];
  /** Whose `needs` and `matrix` are meant. */
  readonly run: { readonly job: WorkflowJob; readonly jobs: readonly WorkflowJob[] };
}
/** A text of somebody else's scope. */
export interface Bound {
  readonly text: string;
  readonly scope: Scope;
}

export interface RunStep {
  readonly step: WorkflowStep;
  readonly scope: Scope;
  /** The workflow, and the actions that it stands in. */
  readonly facts: readonly FactId[];
}

/** One job that gets a machine, or a call of a workflow that nobody read: without steps, with the caller's rights. */
export interface Run {
  /** The file that it stands in. */
  readonly workflow: Fact<'github.workflow'>;
  readonly job: WorkflowJob;
  readonly scope: Scope;
  readonly permissions: TokenPermissions;
  readonly steps: readonly RunStep[];
  /** Callers first. */
  readonly facts: readonly FactId[];
  /** Jobs that call it, outermost first; their conditions hold for it too. */
  readonly callers: readonly WorkflowJob[];
}

/** A job as a workflow declares it: what an attacker holds. */
export interface Job {
  readonly id: NodeId;
  readonly repository: KnownRepository;
  readonly workflow: Fact<'github.workflow'>;
  readonly job: WorkflowJob;
  /** Itself, or the jobs of the workflows that it calls. */
  readonly runs: readonly Run[];
  /** Reusable workflows that it calls and that nobody read. */
  readonly unread: readonly WorkflowUses[];
  /** Whether anything but another workflow starts it. */
  readonly startsItself: boolean;
  /** Somebody has disabled its workflow: nothing starts it until somebody who may write enables it. */
  readonly isDisabled: boolean;
}

/** GitHub lets workflows call each other ten levels deep. */
const maxCalls = 10;
const maxActions = 10;
/** Steps and runs that one job may become; a circle of calls multiplies. */
const maxRuns = 256;
const maxSteps = 4000;

const byId = new WeakMap<readonly WorkflowJob[], ReadonlyMap<string, WorkflowJob>>();

/** The job of a file that `needs` names; GitHub folds the case of ids. */
export function jobNamed(jobs: readonly WorkflowJob[], id: string): WorkflowJob | undefined {
  const known = byId.get(jobs) ?? new Map(jobs.map((job) => [job.id.toLowerCase(), job]));
  byId.set(jobs, known);
  return known.get(id.toLowerCase());
}

/** All jobs of all workflows, in the order of the facts. */
export const jobsOf: (estate: Estate) => readonly Job[] = perEstate((estate) =>
  estate.all('github.workflow').flatMap((workflow) => {
    const repository = repositoryOf(estate, workflow.data.repository);
    if (repository === undefined) return [];
    const startsItself = workflow.data.on.some(({ event }) => event !== 'workflow_call');
    const isDisabled = repository.settings?.data.disabled_workflows?.includes(workflow.data.path) === true;
    return workflow.data.jobs.map((job): Job => {
      const unread: WorkflowUses[] = [];
      const runs = runsOf(estate, { repository, workflow, job, unread });
      const id = jobId(workflow.data.repository, workflow.data.path, job.id);
      return { id, repository, workflow, job, runs, unread, startsItself, isDisabled };
    });
  }),
);

/** By repository (`host/path`). */
export const jobsByRepository: (estate: Estate) => ReadonlyMap<NodeId, readonly Job[]> = perEstate((estate) => {
  const byRepository = new Map<NodeId, Job[]>();
  for (const job of jobsOf(estate)) {
    const known = byRepository.get(job.repository.id);
    if (known === undefined) byRepository.set(job.repository.id, [job]);
    else known.push(job);
  }
  return byRepository;
});

/** Jobs of repositories on which GitHub runs workflows, that something starts and nobody has disabled. */
export function liveJobs(estate: Estate): readonly Job[] {
  return jobsOf(estate).filter(
    ({ repository, startsItself, isDisabled }) => repository.runsActions && startsItself && !isDisabled,
  );
}

interface Start {
  readonly repository: KnownRepository;
  readonly workflow: Fact<'github.workflow'>;
  readonly job: WorkflowJob;
  readonly unread: WorkflowUses[];
}

function runsOf(estate: Estate, { repository, workflow, job, unread }: Start): readonly Run[] {
  const runs: Run[] = [];
  const setting = repository.settings?.data.default_workflow_permissions;
  enter(workflow, job, new Map(), undefined, [], []);
  return runs;

  function enter(
    file: Fact<'github.workflow'>,
    part: WorkflowJob,
    inputs: Scope['inputs'],
    caller: TokenPermissions | undefined,
    callers: readonly WorkflowJob[],
    through: readonly FactId[],
  ): void {
    const permissions = jobPermissions(file.data.permissions, part.permissions, setting, caller);
    const scope: Scope = { inputs, env: [...part.env, ...file.data.env], run: { job: part, jobs: file.data.jobs } };
    const facts = [...through, file.id];
    if (part.uses === undefined) {
      if (runs.length >= maxRuns) return;
      const steps = stepsIn(estate, file.data.repository, part.steps, scope, facts);
      runs.push({ workflow: file, job: part, scope, permissions, steps, facts, callers });
      return;
    }
    const callee = calledWorkflow(estate, file.data.repository, part.uses);
    if (callee === undefined) {
      unread.push(part.uses);
      // What it does is not known; the caller's rights it has.
      if (runs.length < maxRuns)
        runs.push({ workflow: file, job: part, scope, permissions, steps: [], facts, callers });
      return;
    }
    if (callers.length >= maxCalls || through.includes(callee.id)) return;
    const call = callee.data.on.find(({ event }) => event === 'workflow_call');
    const handed = bound(call?.inputs ?? [], part.with, scope);
    for (const next of callee.data.jobs) enter(callee, next, handed, permissions, [...callers, part], facts);
  }
}

function calledWorkflow(estate: Estate, from: RepositoryName, uses: WorkflowUses): Fact<'github.workflow'> | undefined {
  if (uses.kind === 'local') return estate.get('github.workflow', workflowId(from, uses.path ?? ''));
  if (uses.kind !== 'repository') return undefined;
  const repository = { host: from.host, path: `${uses.owner}/${uses.name}` };
  return estate.get('github.workflow', workflowId(repository, uses.path ?? ''));
}

function stepsIn(
  estate: Estate,
  from: RepositoryName,
  steps: readonly WorkflowStep[],
  scope: Scope,
  facts: readonly FactId[],
): readonly RunStep[] {
  const found: RunStep[] = [];
  visit(steps, scope, facts, 0);
  return found;

  function visit(list: readonly WorkflowStep[], around: Scope, by: readonly FactId[], depth: number): void {
    for (const step of list) {
      if (found.length >= maxSteps) return;
      const own: Scope = { ...around, env: [...step.env, ...around.env] };
      found.push({ step, scope: own, facts: by });
      if (step.uses?.kind !== 'local' || depth >= maxActions) continue;
      const action = localAction(estate, from, step.uses.path ?? '');
      if (action === undefined || by.includes(action.id)) continue;
      const inputs = bound(action.data.inputs, step.with, own);
      visit(action.data.steps, { ...own, inputs }, [...by, action.id], depth + 1);
    }
  }
}

function localAction(estate: Estate, repository: RepositoryName, folder: string): Fact<'github.action'> | undefined {
  const at = (file: string) => actionId(repository, folder === '' ? file : `${folder}/${file}`);
  return estate.get('github.action', at('action.yml')) ?? estate.get('github.action', at('action.yaml'));
}

/** Declared inputs with what the caller hands on, or their default. */
function bound(
  declared: readonly { readonly name: string; readonly default?: { readonly value: string } | undefined }[],
  handed: readonly SourceEntry[],
  scope: Scope,
): ReadonlyMap<string, Bound> {
  const given = new Map(handed.map(({ key, text }) => [key.toLowerCase(), text.value]));
  const names = new Set([...declared.map(({ name }) => name.toLowerCase()), ...given.keys()]);
  const defaults = new Map(declared.map(({ name, default: value }) => [name.toLowerCase(), value?.value ?? '']));
  return new Map([...names].map((name) => [name, { text: given.get(name) ?? defaults.get(name) ?? '', scope }]));
}
