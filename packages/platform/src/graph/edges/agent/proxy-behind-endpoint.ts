import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { serverOf } from '../../agent/listening.ts';

export default {
  label: 'PROXY_BEHIND_ENDPOINT',
  from: ['Proxy'],
  to: ['ModelEndpoint'],
  needs: ['agent.model-endpoint', 'litellm.proxy'],
  techniques: ['AML.T0010.003'],
  traverse: 'minutes',
  explain: {
    what: 'Decides which model answers, and reads what is asked.',
    why: 'The agent’s model is reached through this proxy.',
    cut: 'Point the agent to the model itself.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  const proxies = new Map(estate.all('litellm.proxy').map((proxy) => [serverOf(proxy.data.server), proxy.id]));
  for (const { id: to, data } of estate.all('agent.model-endpoint')) {
    const from = data.address === undefined ? undefined : proxies.get(serverOf(data.address));
    if (from !== undefined) yield { from, to, facts: [to, from] };
  }
}
