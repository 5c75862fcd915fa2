import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { hostsOf } from '../../kubernetes/hosts.ts';
import { nodeUserId } from '../../kubernetes/identities.ts';

import { podNeeds } from '../../kubernetes/needs.ts';
import { podsOf, unscheduled } from '../../kubernetes/pods.ts';
import { secretsUsedBy } from '../../kubernetes/secret-use.ts';

/** What the node authorizer lets a kubelet do for the pods that are bound to its node. Static pods need nothing of it. */
export default {
  label: 'NODE_AUTHORIZER',
  from: ['User'],
  to: ['ServiceAccount', 'Secret'],
  needs: [...podNeeds, 'kubernetes.node', 'kubernetes.secret'],
  techniques: ['T1528', 'T1552.007'],
  traverse: 'instant',
  explain: {
    what: 'Fetches the secrets and asks for the tokens of the pods on its node.',
    why: 'The API server lets every kubelet read what the pods that are bound to it refer to.',
    cut: 'Move the workload to another node, or stop it.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const host of hostsOf(estate)) {
    if (host.id === unscheduled) continue;
    const reached = new Map<string, readonly string[]>();
    for (const pod of podsOf(estate).onNode.get(host.id) ?? []) {
      if (pod.mirror) continue;
      if (pod.accountKnown && !reached.has(pod.account)) reached.set(pod.account, pod.facts);
      for (const secret of secretsUsedBy(estate, pod)) if (!reached.has(secret)) reached.set(secret, pod.facts);
    }
    for (const [to, facts] of reached) yield { from: nodeUserId(host.name), to, facts };
  }
}
