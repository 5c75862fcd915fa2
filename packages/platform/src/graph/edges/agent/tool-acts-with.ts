import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { toolsByServer } from '../../agent/calls.ts';
import { readOnlyUse, toolUse } from '../../agent/likelihood.ts';

export default {
  label: 'TOOL_ACTS_WITH',
  from: ['Tool'],
  to: ['Credential'],
  needs: ['agent.mcp-server', 'agent.tool', 'agent.credential'],
  techniques: ['AML.T0053', 'T1550'],
  traverse: 'seconds',
  explain: {
    what: 'Uses the credential through the tool, without seeing it.',
    why: 'The tool’s server does what it is asked with this credential.',
    cut: 'Take the credential away from the server, or give it one with less.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, data } of estate.all('agent.mcp-server'))
    for (const tool of toolsByServer(estate).get(id) ?? [])
      for (const to of data.credentials)
        yield {
          from: tool.id,
          to,
          facts: [...new Set([...tool.facts, id])],
          likelihood: tool.readOnly ? readOnlyUse : toolUse,
          note: tool.readOnly ? 'the tool says that it only reads' : 'as far as the tool lets it',
        };
}
