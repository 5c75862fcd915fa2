import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { codeSourceOf } from '../../agent/sources.ts';

/** A pinned version stays what it is; who could publish another one has no way to this server. */
export default {
  label: 'PACKAGE_RUNS',
  from: ['Package', 'Repository'],
  to: ['McpServer'],
  needs: ['agent.mcp-server'],
  techniques: ['T1195.002', 'AML.T0010.001'],
  traverse: 'hours',
  explain: {
    what: 'Publishes what the server is made of, and it runs at the next start.',
    why: 'The server is fetched by a name that moves.',
    cut: 'Pin the exact version or digest.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const server of estate.all('agent.mcp-server')) {
    const source = codeSourceOf(server);
    if (source !== undefined) yield { from: source.id, to: server.id, facts: [server.id], note: source.note };
  }
}
