import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { toolsByServer } from '../../agent/calls.ts';
import { toolUse } from '../../agent/likelihood.ts';
import { writeId } from '../../names/storage-uri.ts';
import { placesOf } from '../../store/retrieval.ts';

export default {
  label: 'TOOL_REACHES_STORE',
  from: ['Tool'],
  to: ['Collection', 'CollectionWrite', 'VectorStore', 'VectorStoreWrite'],
  needs: ['agent.mcp-server', 'agent.tool', 'store.store', 'store.collection'],
  techniques: ['AML.T0053', 'T1213'],
  traverse: 'seconds',
  explain: {
    what: 'Reads what the tool looks up, and stores what it is told to.',
    why: 'The tool’s server is set up for this store.',
    cut: 'Take the tool away from the agent, or give its server a key that only reads.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const server of estate.all('agent.mcp-server'))
    for (const { place, facts: known } of placesOf(estate, server.data.targets))
      for (const tool of toolsByServer(estate).get(server.id) ?? []) {
        const facts = [...new Set([server.id, ...tool.facts, ...known])];
        yield { from: tool.id, to: place, facts, likelihood: toolUse };
        if (!tool.readOnly)
          yield { from: tool.id, to: writeId(place), facts, likelihood: toolUse, note: 'if it can write' };
      }
}
