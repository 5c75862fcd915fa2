import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { writeId } from '../../names/storage-uri.ts';

export default {
  label: 'PROMPT_STEERS',
  from: ['PromptWrite'],
  to: ['Agent'],
  needs: ['agent.agent', 'agent.prompt'],
  techniques: ['AML.T0051.000', 'AML.T0081'],
  traverse: 'instant',
  explain: {
    what: 'Tells the agent what to do, in its owner’s name.',
    why: 'The agent takes this text as its instructions.',
    cut: 'Take away the right to write it, or review changes to it like code.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: to, data } of estate.all('agent.agent'))
    for (const prompt of data.prompts) {
      const known = estate.get('agent.prompt', prompt) === undefined ? [] : [prompt];
      yield { from: writeId(prompt), to, facts: [to, ...known] };
    }
}
