import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { repositoryOf } from '../../agent/sources.ts';

export default {
  label: 'REPOSITORY_RUNS_JOB',
  from: ['Repository'],
  to: ['Job'],
  needs: ['openlineage.job'],
  techniques: ['T1195.002', 'AML.T0010'],
  traverse: 'hours',
  explain: {
    what: 'Writes the code that the job runs.',
    why: 'The job’s events name this repository as its source.',
    cut: 'Protect the branch, or pin the commit that the job runs.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: to, data } of estate.all('openlineage.job')) {
    const from = repositoryOf(data.source?.repository);
    if (from === undefined) continue;
    const { branch, version, path } = data.source ?? {};
    const note = [path, branch ?? version].filter((part) => part !== undefined).join(' at ');
    // The commit of the last run is no pin: whether the next one takes another is not told.
    yield { from, to, facts: [to], likelihood: 0.8, ...(note === '' ? {} : { note }) };
  }
}
