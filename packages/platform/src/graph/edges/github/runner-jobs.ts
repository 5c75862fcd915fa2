import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { jobStops, removeRunner, stopJobs } from '../../github/levers.ts';
import { placementsOf } from '../../github/runners.ts';

export default {
  label: 'RUNNER_JOBS',
  from: ['Runner', 'RunnerPool'],
  to: ['Job'],
  needs: ['github.workflow', 'github.runner', 'github.runner-group'],
  techniques: ['T1554', 'T1543'],
  traverse: 'hours',
  explain: {
    what: 'Waits on the machine for the next job and takes it over.',
    why: 'The runner is used for one job after the other, and what a job leaves behind stays.',
    cut: 'Use runners that live for one job.',
  },
  severedBy: [...jobStops, 'github.remove-runner'],
  derive,
  levers: (edge, estate) => [...stopJobs(edge, estate), ...removeRunner(edge, estate)],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { job, machine } of placementsOf(estate)) {
    if (machine.runner?.data.ephemeral === true) continue;
    const told = machine.runner?.data.ephemeral === false;
    yield {
      from: machine.id,
      to: job.id,
      facts: [...new Set([...machine.facts, job.workflow.id])],
      likelihood: told ? 0.9 : 0.6,
      ...(told ? {} : { note: 'if the runner outlives a job, which was not read' }),
    };
  }
}
