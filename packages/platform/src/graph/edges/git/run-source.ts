import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { gitRepositoryId, gitRepositoryName } from '../../names/git-repository.ts';

export default {
  label: 'RUN_SOURCE',
  from: ['Repository'],
  to: ['Run'],
  needs: ['mlflow.run'],
  techniques: ['AML.T0010.001', 'T1195.002'],
  traverse: 'days',
  explain: {
    what: 'Changes the code that the model is trained by.',
    why: 'The run recorded that its code came from this repository.',
    cut: 'Protect the branch that is trained from.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, data } of estate.all('mlflow.run')) {
    const git = data.source.repository === undefined ? undefined : gitRepositoryName(data.source.repository);
    if (git === undefined) continue;
    yield { from: gitRepositoryId(git), to: id, facts: [id], likelihood: 0.5, note: 'the next run, at another commit' };
  }
}
