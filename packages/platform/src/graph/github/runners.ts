/**
 * Which machines of one's own a job runs on. Where runners were read they are matched as GitHub matches them: a runner that the
 * repository may use and that has every label that the job asks for. Where they were not, jobs of one repository that ask for
 * the same labels share a pool, of which no more is known.
 */
import { type Estate, type Fact, type FactId, githubId, type NodeId, type SourceText } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { ownerOf } from './accounts.ts';
import { embeddedIn, emitted } from './expression.ts';
import { type Job, liveJobs, type Run } from './jobs.ts';
import type { KnownRepository } from './repositories.ts';

export interface Machine {
  readonly id: NodeId;
  readonly name: string;
  /** Absent for a pool that is only asked for. */
  readonly runner: Fact<'github.runner'> | undefined;
  readonly facts: readonly FactId[];
}
export interface Placement {
  readonly job: Job;
  readonly machine: Machine;
  readonly likelihood: number;
  readonly note: string;
}

/** Machines that GitHub owns, by how their labels begin. */
const hosted = /^(?:ubuntu|windows|macos)-/i;

/** Runners that a repository may use. @param forked a pull request from a fork asks. */
export function runnersFor(
  estate: Estate,
  repository: KnownRepository,
  forked = false,
): readonly Fact<'github.runner'>[] {
  const index = runnerIndex(estate);
  const own = index.bySource.get(`${repository.name.host}/${repository.name.path}`) ?? [];
  const owner = ownerOf(repository);
  const shared = (index.bySource.get(`${repository.name.host}/${owner}`) ?? []).filter(({ data }) => {
    const group = index.groups.get(`${repository.name.host}/${owner}/${data.runner_group_id}`)?.data;
    if (group === undefined) return true;
    // Only named workflows may use it, and a made-up one is none of them.
    if (group.restricted_to_workflows && forked) return false;
    if (repository.isPublic !== false && !group.allows_public_repositories) return false;
    return group.visibility !== 'selected' || (group.repositories?.includes(repository.name.path) ?? true);
  });
  return [...own, ...shared];
}

const runnerIndex = perEstate((estate) => {
  const bySource = new Map<string, Fact<'github.runner'>[]>();
  for (const fact of estate.all('github.runner')) {
    const key = `${fact.data.host}/${fact.data.source}`;
    const known = bySource.get(key);
    if (known === undefined) bySource.set(key, [fact]);
    else known.push(fact);
  }
  const groups = new Map(
    estate
      .all('github.runner-group')
      .map((fact) => [`${fact.data.host}/${fact.data.organization}/${fact.data.id}`, fact]),
  );
  return { bySource, groups };
});

/** Every job on every machine that it may get, in the order of the jobs. */
export const placementsOf: (estate: Estate) => readonly Placement[] = perEstate((estate) =>
  liveJobs(estate).flatMap((job) =>
    job.runs.flatMap((run) => wantedLabels(run).flatMap((labels) => placed(estate, job, labels))),
  ),
);

function placed(estate: Estate, job: Job, labels: readonly string[]): readonly Placement[] {
  const { repository } = job;
  const asked = labels.join(', ');
  const wanted = labels.map((label) => label.toLowerCase());
  const fitting = runnersFor(estate, repository).filter(({ data }) => {
    const has = new Set(data.labels.map((label) => label.toLowerCase()));
    return wanted.every((label) => has.has(label));
  });
  if (fitting.length > 0)
    return fitting.map((runner) => ({
      job,
      machine: machineOf(runner),
      likelihood: 1,
      note: `runs-on ${asked}`,
    }));
  const own = wanted.includes('self-hosted');
  // With the runners in hand, what none of them fits is a machine of GitHub's, or waits for ever.
  if (repository.api?.data.complete.includes('runners') === true || !own) return [];
  const id = githubId('RunnerPool', repository.name, [...wanted].sort().join('+'));
  const machine = { id, name: asked, runner: undefined, facts: [job.workflow.id] };
  return [{ job, machine, likelihood: 0.8, note: `runs-on ${asked}; which runners those are was not read` }];
}

export function machineOf(runner: Fact<'github.runner'>): Machine {
  return { id: runner.id, name: runner.data.name, runner, facts: [runner.id] };
}

/** Sets of labels that a job asks for, one for each value of its matrix; hosted machines are left out. */
function wantedLabels({ job }: Run): readonly (readonly string[])[] {
  if (job.runsOn === undefined) return [];
  const { labels } = job.runsOn;
  if (labels.length === 0) return [];
  let sets: string[][] = [[]];
  for (const label of labels) {
    const values = valuesOf(job, label);
    sets = sets.flatMap((set) => values.map((value) => [...set, value])).slice(0, 64);
  }
  return sets.filter((set) => set.length > 0 && !set.every((label) => hosted.test(label)));
}

/** A label, or what the matrix puts in its place, less what the matrix leaves out again. */
function valuesOf({ strategy }: Run['job'], label: SourceText): readonly string[] {
  const [only, ...more] = embeddedIn(label.value);
  if (only === undefined) return [label.value];
  const [path, ...others] = emitted(only.expression);
  const name = /^matrix\.([\w-]+)$/.exec(path ?? '')?.[1];
  if (name === undefined || others.length > 0 || more.length > 0 || strategy === undefined) return [];
  const dimension = strategy.dimensions.find(({ key }) => key.toLowerCase() === name);
  const rows = strategy.include.flat().filter(({ key }) => key.toLowerCase() === name);
  const excluded = new Set(
    strategy.exclude
      .filter((row) => row.length === 1)
      .flatMap((row) => row.flatMap(({ key, text }) => (key.toLowerCase() === name ? [text.value] : []))),
  );
  const values = [...(dimension?.values ?? []).map(({ value }) => value), ...rows.map(({ text }) => text.value)];
  return [...new Set(values)].filter((value) => !excluded.has(value) && !value.includes('${{'));
}
