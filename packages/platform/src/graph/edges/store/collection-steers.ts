import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { injection } from '../../agent/likelihood.ts';
import { writeId } from '../../names/storage-uri.ts';
import { retrievalsOf } from '../../store/retrieval.ts';

export default {
  label: 'COLLECTION_STEERS',
  from: ['CollectionWrite', 'VectorStoreWrite'],
  to: ['Agent'],
  needs: ['agent.agent', 'agent.mcp-server', 'store.store', 'store.collection'],
  techniques: ['AML.T0070', 'AML.T0051.001'],
  traverse: 'minutes',
  explain: {
    what: 'Puts documents where the agent looks things up, with instructions in them.',
    why: 'The agent retrieves from this collection.',
    cut: 'Take away the right to write to the collection.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { agent, place, facts } of retrievalsOf(estate))
    yield {
      from: writeId(place),
      to: agent,
      facts,
      likelihood: injection,
      note: 'if the agent obeys what it retrieves',
    };
}
