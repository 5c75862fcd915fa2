import { clusterAdminId, type DerivedEdge, type EdgeRule, type Estate } from '@firebreak/contract';
import { awsAuthorizer } from '../../aws/evaluate.ts';
import { holdersOf } from '../../aws/holders.ts';
import { quarantine } from '../../aws/levers.ts';
import { identityNeeds } from '../../aws/needs.ts';
import { eksCandidates } from '../../kubernetes/eks.ts';

/** Two calls of EKS, and an identity of AWS is the administrator of the cluster. A cluster that goes by its map alone refuses. */
export default {
  label: 'EKS_GRANT_ACCESS',
  from: ['User', 'Role', 'Group'],
  to: ['Privilege'],
  needs: [...identityNeeds, 'aws.eks-cluster'],
  techniques: ['T1098.006', 'T1078.004'],
  traverse: 'minutes',
  explain: {
    what: 'Makes itself administrator of the cluster.',
    why: 'It may create access entries of the cluster and associate access policies with them.',
    cut: 'Take eks:CreateAccessEntry or eks:AssociateAccessPolicy away.',
  },
  severedBy: ['aws.quarantine-identity'],
  derive,
  levers: quarantine,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  const candidates = eksCandidates(estate).filter(({ cluster }) => cluster.data.authenticationMode !== 'CONFIG_MAP');
  if (candidates.length === 0) return;
  const { decide, mayEver } = awsAuthorizer(estate);
  for (const holder of holdersOf(estate).values()) {
    if (holder.serviceLinked || !mayEver(holder.id, 'eks:AssociateAccessPolicy')) continue;
    for (const { cluster, likelihood, note, facts } of candidates) {
      const { arn, name } = cluster.data;
      const entry = `${arn.replace(`:cluster/${name}`, `:access-entry/${name}`)}/${holder.kind}/${holder.account}/${holder.name}/any`;
      const create = decide({ principal: holder.id, action: 'eks:CreateAccessEntry', resource: arn });
      const associate = decide({ principal: holder.id, action: 'eks:AssociateAccessPolicy', resource: entry });
      if (create.decision === 'deny' || associate.decision === 'deny') continue;
      const depends = create.decision === 'depends' || associate.decision === 'depends';
      const keys = [...new Set([...create.keys, ...associate.keys])].join(', ');
      const odds = likelihood * (depends ? 0.5 : 1);
      const notes = [depends ? `depends on ${keys}` : undefined, note].filter((each) => each !== undefined);
      yield {
        from: holder.id,
        to: clusterAdminId,
        facts: [...new Set([...create.facts, ...associate.facts, ...facts])],
        ...(odds === 1 ? {} : { likelihood: odds }),
        ...(notes.length === 0 ? {} : { note: notes.join('; ') }),
      };
    }
  }
}
