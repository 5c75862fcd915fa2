import { type DerivedEdge, type EdgeRule, type Estate, litellmId } from '@firebreak/contract';
import { podNeeds } from '../../kubernetes/needs.ts';
import { podsOf } from '../../kubernetes/pods.ts';
import { serverAddresses, withoutPath } from '../../names/server-address.ts';

export default {
  label: 'PROXY_USE',
  from: ['Container'],
  to: ['Anonymous'],
  needs: ['litellm.proxy', ...podNeeds],
  techniques: ['T1078', 'AML.T0040'],
  traverse: 'instant',
  explain: {
    what: 'Speaks to the proxy as anybody may.',
    why: 'The container’s environment names the proxy, and the proxy asks for no key.',
    cut: 'Set a master key.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  const open = new Map(
    estate
      .all('litellm.proxy')
      .flatMap((fact) => (fact.data.authentication === 'none' ? [[withoutPath(fact.data.server), fact] as const] : [])),
  );
  if (open.size === 0) return;
  for (const pod of podsOf(estate).all)
    for (const { id, spec } of pod.containers) {
      const addresses = spec.env.flatMap(({ address }) =>
        address === undefined ? [] : serverAddresses(address, pod.namespace),
      );
      for (const proxy of new Set(addresses.flatMap((address) => open.get(address) ?? [])))
        yield { from: id, to: litellmId('Anonymous', proxy.data.server), facts: [...pod.facts, proxy.id] };
    }
}
