/** EKS: clusters, and who AWS says is whom in them. */
import { type Mappings, mapping } from './drafts.ts';

export const clusters: Mappings = {
  aws_eks_cluster: mapping('aws.eks-cluster', (view, drafts) => {
    const [arn, name] = [view.text('arn'), view.text('name')];
    if (arn === undefined || name === undefined) return;
    const vpc = view.block('vpc_config');
    const cidrs = vpc.texts('public_access_cidrs');
    const data = {
      arn,
      name,
      version: view.text('version'),
      endpoint: view.text('endpoint'),
      roleArn: view.text('role_arn'),
      issuer: view.block('identity').block('oidc').text('issuer'),
      endpointPublicAccess: vpc.flag('endpoint_public_access') ?? true,
      publicAccessCidrs: cidrs.length > 0 ? cidrs : ['0.0.0.0/0'],
      authenticationMode: view.block('access_config').text('authentication_mode') ?? 'CONFIG_MAP',
      Tags: view.tags(),
    };
    drafts.put('aws.eks-cluster', arn, data, view.locator, [name]);
  }),
};

export const clusterAdditions: Mappings = {
  aws_eks_access_entry: mapping('aws.eks-cluster', (view, drafts) => {
    const principalArn = view.text('principal_arn');
    if (principalArn === undefined) return;
    drafts.add('aws.eks-cluster', view.text('cluster_name'), 'accessEntries', {
      principalArn,
      username: view.text('user_name') ?? principalArn,
      kubernetesGroups: view.texts('kubernetes_groups'),
      type: view.text('type') ?? 'STANDARD',
    });
  }),
  aws_eks_pod_identity_association: mapping('aws.eks-cluster', (view, drafts) => {
    drafts.add('aws.eks-cluster', view.text('cluster_name'), 'podIdentityAssociations', {
      associationArn: view.text('association_arn'),
      namespace: view.text('namespace'),
      serviceAccount: view.text('service_account'),
      roleArn: view.text('role_arn'),
      targetRoleArn: view.text('target_role_arn'),
    });
  }),
  aws_eks_node_group: mapping('aws.eks-cluster', (view, drafts) => {
    drafts.add('aws.eks-cluster', view.text('cluster_name'), 'nodegroups', {
      nodegroupName: view.text('node_group_name') ?? view.address,
      nodegroupArn: view.text('arn'),
      nodeRole: view.text('node_role_arn'),
    });
  }),
};

/** Policies of access entries, which must be there before. */
export const clusterPolicies: Mappings = {
  aws_eks_access_policy_association: mapping('aws.eks-cluster', (view, drafts) => {
    const entries = drafts.find('aws.eks-cluster', view.text('cluster_name'))?.accessEntries;
    const principal = view.text('principal_arn');
    const scope = view.block('access_scope');
    const policy = {
      policyArn: view.text('policy_arn'),
      scope: scope.text('type'),
      namespaces: scope.texts('namespaces'),
    };
    for (const entry of Array.isArray(entries) ? (entries as { principalArn: string; policies?: unknown[] }[]) : [])
      if (entry.principalArn === principal) entry.policies = [...(entry.policies ?? []), policy];
  }),
};
