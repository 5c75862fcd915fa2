import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { profileRoles } from '../../aws/workloads.ts';
import { instanceOfNode } from '../../kubernetes/eks.ts';
import { podNeeds } from '../../kubernetes/needs.ts';
import { podsOf } from '../../kubernetes/pods.ts';

/**
 * The metadata address of EC2 hands the role of the machine to whoever can ask it. From a container that is one hop more: the
 * token of IMDSv2 does not come that far where the hop limit is 1, unless the container is on the network of the node, or
 * IMDSv1, which needs no token, is allowed.
 */
export default {
  label: 'NODE_ROLE',
  from: ['Node', 'Container'],
  to: ['Role'],
  needs: [...podNeeds, 'kubernetes.node', 'aws.instance', 'aws.role'],
  techniques: ['T1552.005'],
  traverse: 'seconds',
  explain: {
    what: 'Takes the credentials of the machine’s role from its metadata address.',
    why: 'The node is an EC2 instance with a role, and the metadata address answers here.',
    cut: 'Set the hop limit to 1 and require IMDSv2, and give pods roles of their own.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  const profiles = profileRoles(estate);
  for (const [node, instance] of instanceOfNode(estate)) {
    const { MetadataOptions: options, IamInstanceProfile } = instance.data;
    const to = profiles.get(IamInstanceProfile ?? '');
    if (to === undefined || options?.HttpEndpoint === 'disabled') continue;
    const facts = [node, instance.id, to];
    yield { from: node, to, facts };
    const far = options?.HttpTokens === 'optional' || (options?.HttpPutResponseHopLimit ?? 0) >= 2;
    for (const pod of podsOf(estate).onNode.get(node) ?? []) {
      const host = pod.spec.hostNetwork === true;
      if (!host && !far && options !== undefined) continue;
      for (const { id: from } of pod.containers)
        yield {
          from,
          to,
          facts: [...pod.facts, ...facts],
          note: host
            ? 'on the network of the node'
            : options === undefined
              ? 'unless the hop limit is 1'
              : 'through the hop limit',
          ...(host ? {} : { likelihood: options === undefined ? 0.5 : 0.9 }),
        };
    }
  }
}
