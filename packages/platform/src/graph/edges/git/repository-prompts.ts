import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { repositoryOf } from '../../agent/sources.ts';
import { writeId } from '../../names/storage-uri.ts';

export default {
  label: 'REPOSITORY_PROMPTS',
  from: ['Repository'],
  to: ['PromptWrite'],
  needs: ['agent.prompt'],
  techniques: ['AML.T0051.000', 'T1195.002'],
  traverse: 'minutes',
  explain: {
    what: 'Writes the instructions of an agent.',
    why: 'The text lies in this repository.',
    cut: 'Protect the branch, or take away the right to push.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, data } of estate.all('agent.prompt')) {
    const from = repositoryOf(data.repository);
    if (from !== undefined) yield { from, to: writeId(id), facts: [id], note: data.file };
  }
}
