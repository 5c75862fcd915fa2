import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { jobStops, removeRunner, stopActions, stopJobs } from '../../github/levers.ts';
import { forkWorkflowId, pushedWorkflowId } from '../../github/powers.ts';
import { repositoriesOf } from '../../github/repositories.ts';
import { machineOf, placementsOf, runnersFor } from '../../github/runners.ts';

export default {
  label: 'JOB_RUNNER',
  from: ['Job', 'PushedWorkflow', 'ForkWorkflow'],
  to: ['Runner', 'RunnerPool'],
  needs: ['github.workflow', 'github.runner', 'github.runner-group', 'github.repository'],
  techniques: ['T1610', 'T1584.004'],
  traverse: 'minutes',
  explain: {
    what: 'Runs on a machine of one’s own, with what that machine holds and reaches.',
    why: 'The job asks for a self-hosted runner and gets this one.',
    cut: 'Take the runner away from the repository, or use runners that live for one job.',
  },
  severedBy: [...jobStops, 'github.remove-runner'],
  derive,
  levers: (edge, estate) => [
    ...(edge.from.startsWith('github:Job/') ? stopJobs(edge, estate) : stopActions(edge, estate)),
    ...removeRunner(edge, estate),
  ],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  const pools = new Map<string, { readonly to: string; readonly facts: readonly string[] }[]>();
  for (const { job, machine, likelihood, note } of placementsOf(estate)) {
    yield { from: job.id, to: machine.id, facts: [...new Set([job.workflow.id, ...machine.facts])], likelihood, note };
    if (machine.runner !== undefined) continue;
    const known = pools.get(job.repository.id) ?? [];
    known.push({ to: machine.id, facts: [job.workflow.id] });
    pools.set(job.repository.id, known);
  }
  // A workflow that somebody makes up asks for whatever runner there is.
  for (const repository of repositoriesOf(estate).values()) {
    if (!repository.runsActions) continue;
    const pushed = pushedWorkflowId(repository);
    const forked = forkWorkflowId(repository);
    for (const runner of runnersFor(estate, repository))
      yield { from: pushed, to: machineOf(runner).id, facts: [runner.id] };
    for (const runner of runnersFor(estate, repository, true))
      yield { from: forked, to: machineOf(runner).id, facts: [runner.id] };
    for (const { to, facts } of pools.get(repository.id) ?? [])
      for (const from of [pushed, forked])
        yield { from, to, facts, likelihood: 0.8, note: 'which runners those are was not read' };
  }
}
