import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { credentialsByServer } from '../../litellm/credentials.ts';
import { mcpServersOf, modelsOf } from '../../litellm/grants.ts';

export default {
  label: 'PROXY_CONTROL',
  from: ['Proxy'],
  to: ['Model', 'Credential', 'McpServer'],
  needs: ['litellm.proxy', 'litellm.deployment', 'litellm.credential', 'litellm.mcp-server'],
  techniques: ['AML.T0055', 'T1552'],
  traverse: 'minutes',
  explain: {
    what: 'Calls everything behind the proxy, and has its credentials sent to an address of its own.',
    why: 'An administrator adds models that use a stored credential with any address, and grants any key anything.',
    cut: 'Cut the way to the proxy’s administration, and rotate the credentials behind it.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: from, data } of estate.all('litellm.proxy')) {
    const { server } = data;
    const members = () => [
      ...(modelsOf(estate).get(server) ?? []).map(({ id, deployments }) => ({
        node: id,
        facts: deployments.map((fact) => fact.id),
      })),
      ...(credentialsByServer(estate).get(server) ?? []).map(({ id, facts }) => ({ node: id, facts })),
      ...(mcpServersOf(estate).get(server) ?? []).map(({ id }) => ({ node: id, facts: [id] })),
    ];
    yield {
      from,
      to: { key: `litellm-everything:${server}`, label: `everything behind ${server}`, members },
      facts: [from],
    };
  }
}
