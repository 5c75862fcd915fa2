/**
 * How somebody who merely has an account gets their code into a job that runs with the repository's rights. Every condition on
 * the way is looked at: the event, its activity types, the `if:` of the job, of the jobs before it, of its callers and of the
 * step, the gates of environments, steps that ask who the actor is. What is known to shut strangers out makes no way; what
 * cannot be known makes it less likely and is said.
 */
import type { Estate, FactId, NodeId, WorkflowJob, WorkflowTrigger } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { outsiderEvents, waitsForInsider } from './attacker-text.ts';
import { environmentGate } from './environments.ts';
import { foreignCodeIn } from './foreign-code.ts';
import { type Job, jobNamed, liveJobs, type Run } from './jobs.ts';
import { both, certain, type Odds, perhaps } from './odds.ts';
import type { KnownRepository } from './repositories.ts';
import { conditional, defaultRef } from './stranger.ts';

export interface OutsiderWay {
  /** Whose accounts can go it. */
  readonly host: string;
  readonly job: NodeId;
  readonly event: string;
  readonly likelihood: number;
  readonly note: string;
  readonly facts: readonly FactId[];
}

/** The likeliest way into each job by each event, in the order of the jobs. */
export const outsiderWays: (estate: Estate) => readonly OutsiderWay[] = perEstate((estate) => {
  const byName = pullRequestWorkflows(estate);
  return liveJobs(estate).flatMap((job) =>
    job.workflow.data.on.flatMap((trigger) => {
      if (job.repository.isPublic === false || !outsiderEvents.includes(trigger.event)) return [];
      const start = startOf(job, trigger, byName);
      const ways = start === undefined ? [] : job.runs.flatMap((run) => [...waysInto(job, run, trigger.event, start)]);
      const best = ways.sort((a, b) => b.likelihood - a.likelihood)[0];
      return best === undefined ? [] : [best];
    }),
  );
});

/** Undefined where a stranger cannot cause the event. */
function startOf(job: Job, trigger: WorkflowTrigger, byName: ReadonlyMap<string, FactId>): Odds | undefined {
  const { repository } = job;
  let odds: Odds =
    repository.isPublic === true
      ? { ...certain, facts: repository.facts }
      : perhaps(0.5, 'if the repository is public, which was not read');
  if (waitsForInsider(trigger.types.map(({ value }) => value)))
    odds = both(odds, perhaps(0.5, 'once somebody of the project has reacted'));
  if (trigger.event !== 'workflow_run') return odds;
  // A stranger starts it by whatever workflow it waits for, if a pull request starts that one.
  const before = trigger.workflows.flatMap(({ value }) => byName.get(`${repository.id} ${value.toLowerCase()}`) ?? []);
  return before.length === 0 ? undefined : both(odds, { ...certain, facts: before });
}

/** Workflows that a pull request starts, by repository and name: what `workflow_run` waits for. */
function pullRequestWorkflows(estate: Estate): ReadonlyMap<string, FactId> {
  const byName = new Map<string, FactId>();
  for (const { workflow, repository } of liveJobs(estate)) {
    if (!workflow.data.on.some(({ event }) => event === 'pull_request' || outsiderEvents.includes(event))) continue;
    const name = workflow.data.name?.value ?? workflow.data.path;
    byName.set(`${repository.id} ${name.toLowerCase()}`, workflow.id);
  }
  return byName;
}

function* waysInto(job: Job, run: Run, event: string, start: Odds): Generator<OutsiderWay> {
  const { repository } = job;
  const reached = [...run.callers, run.job].reduce<Odds | undefined>(
    (odds, part) => (odds === undefined ? undefined : through(odds, part, siblings(job, run, part), repository, event)),
    start,
  );
  if (reached === undefined) return;
  const asks = run.steps.findIndex(({ step }) => asksForRights(step.uses?.text.value, step.run?.value, step.with));
  for (const { step, likelihood, note } of foreignCodeIn(run, event)) {
    const onStep = conditional(reached, step.step.if?.value, repository, event);
    if (onStep === undefined) continue;
    const asked = asks >= 0 && asks < run.steps.indexOf(step);
    const odds = asked ? both(onStep, perhaps(0.5, 'a step before it asks for the actor’s rights')) : onStep;
    yield {
      host: repository.name.host,
      job: job.id,
      event,
      likelihood: rounded(odds.likelihood * likelihood),
      note: [`${event}: ${note}`, ...new Set(odds.notes)].join('; '),
      facts: [...new Set([job.workflow.id, ...run.facts, ...step.facts, ...odds.facts])],
    };
  }
}

/** The jobs among which a job's `needs` are. */
function siblings(job: Job, run: Run, part: WorkflowJob): readonly WorkflowJob[] {
  if (run.job === part) return run.scope.run.jobs;
  return job.job === part ? job.workflow.data.jobs : [];
}

const maxNeeds = 50;

/** Past the condition, the gates and the predecessors of a job. */
function through(
  odds: Odds,
  job: WorkflowJob,
  jobs: readonly WorkflowJob[],
  repository: KnownRepository,
  event: string,
): Odds | undefined {
  const seen = new Set<string>();
  const waiting = [job];
  let current: Odds | undefined = odds;
  for (let each = waiting.pop(); each !== undefined && current !== undefined; each = waiting.pop()) {
    if (seen.has(each.id) || seen.size > maxNeeds) continue;
    seen.add(each.id);
    current = conditional(current, each.if?.value, repository, event);
    if (current === undefined) return undefined;
    const gate = environmentGate(repository, each, defaultRef(repository));
    if (gate !== undefined && gate.likelihood === 0) return undefined;
    if (gate?.note !== undefined) current = both(current, perhaps(gate.likelihood, gate.note, gate.facts));
    // A job that says `always()` does not care how those before it ended.
    if (/\b(?:always|failure|cancelled)\s*\(/i.test(each.if?.value ?? '')) continue;
    for (const need of each.needs) {
      const before = jobNamed(jobs, need.value);
      if (before !== undefined) waiting.push(before);
    }
  }
  return current;
}

/** Steps that ask what the actor may do before anything else happens. What they make of the answer we do not know. */
function asksForRights(
  uses: string | undefined,
  run: string | undefined,
  inputs: readonly { readonly text: { readonly value: string } }[],
): boolean {
  const asks = /collaborator|permission|membership|authori[sz]e/i;
  if (uses !== undefined && asks.test(uses)) return true;
  const texts = [run ?? '', ...inputs.map(({ text }) => text.value)];
  return texts.some((text) => /collaborators\/|getCollaboratorPermissionLevel|checkMembershipForUser/.test(text));
}

function rounded(likelihood: number): number {
  return Math.round(likelihood * 1000) / 1000;
}
