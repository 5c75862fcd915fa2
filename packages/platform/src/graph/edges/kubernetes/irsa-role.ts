import { awsId, type DerivedEdge, type EdgeRule, type Estate, serviceAccountUser } from '@firebreak/contract';
import { providersNamedBy, webIdentityOpens } from '../../aws/federation.ts';
import { denyProvider } from '../../aws/levers.ts';
import { cloudIdentitiesOf } from '../../kubernetes/credentials.ts';
import { eksCandidates } from '../../kubernetes/eks.ts';

/**
 * IAM roles for service accounts. The annotation only asks for the role; the role's trust policy decides, by the cluster's
 * issuer and the account's name as the subject. Where nobody told which issuer the cluster has, the issuers that the role
 * trusts are taken, and the odds say so.
 */
export default {
  label: 'IRSA_ROLE',
  from: ['Credential'],
  to: ['Role'],
  needs: ['kubernetes.service-account', 'aws.role', 'aws.eks-cluster', 'aws.oidc-provider'],
  techniques: ['T1078.004', 'T1550.001'],
  traverse: 'instant',
  explain: {
    what: 'Exchanges the token of the service account for the credentials of the role.',
    why: 'The account is annotated with the role, and the role’s trust policy lets the tokens of this account in.',
    cut: 'Take the account out of the role’s trust policy.',
  },
  severedBy: ['aws.cut-trust'],
  derive,
  levers: denyProvider,
} satisfies EdgeRule;

const audience = 'sts.amazonaws.com';

function* derive(estate: Estate): Generator<DerivedEdge> {
  const candidates = eksCandidates(estate).filter(({ cluster }) => cluster.data.issuer !== undefined);
  for (const credentials of cloudIdentitiesOf(estate).values())
    for (const { id: from, holder, namespace, name, system } of credentials) {
      if (system !== 'aws-role') continue;
      const annotations = estate.get('kubernetes.service-account', holder)?.data.metadata.annotations;
      const to = awsId(annotations?.['eks.amazonaws.com/role-arn'] ?? '');
      if (estate.get('aws.role', to) === undefined) continue;
      const subject = serviceAccountUser(namespace, name);
      const ways =
        candidates.length > 0
          ? candidates.map(({ cluster, likelihood, note, facts }) => ({
              issuer: cluster.data.issuer ?? '',
              likelihood,
              note,
              facts,
            }))
          : (providersNamedBy(estate).get(to) ?? []).map((provider) => {
              const issuer = provider.replace(/^.*:oidc-provider\//, '');
              return { issuer, likelihood: 0.7, note: `if ${issuer} is the issuer of this cluster`, facts: [] };
            });
      for (const { issuer, likelihood, note, facts } of ways) {
        const found = webIdentityOpens(estate, to, { issuer, subject, audience });
        if (found === undefined) continue;
        const odds = likelihood * (found.decision === 'depends' ? 0.5 : 1);
        const notes = [note, found.decision === 'depends' ? found.because : undefined].filter(
          (each) => each !== undefined,
        );
        yield {
          from,
          to,
          facts: [holder, ...found.facts, ...facts],
          ...(odds === 1 ? {} : { likelihood: odds }),
          ...(notes.length === 0 ? {} : { note: notes.join('; ') }),
        };
      }
    }
}
