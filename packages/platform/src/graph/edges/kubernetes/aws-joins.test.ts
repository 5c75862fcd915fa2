/** Pods and roles, roles and users of the cluster: joined by ARN, issuer and subject, instance id; never by name alone. */
import { type AnyFact, awsId, clusterAdminId, type FactKind, factSchemas } from '@firebreak/contract';
import { describe, expect, test } from 'vitest';
import { normalise } from '../../../connectors/kubernetes/normalise.ts';
import { estateOf } from '../../../facts/estate.ts';
import { deriveGraph } from '../../derive-graph.ts';
import { edgeRules } from '../index.ts';

const account = '111111111111';
const arn = (name: string) => `arn:aws:iam::${account}:role/${name}`;
const issuer = 'oidc.eks.eu-west-1.amazonaws.com/id/ABC';
const clusterArn = `arn:aws:eks:eu-west-1:${account}:cluster/prod`;

function fact(kind: FactKind, id: string, data: object): AnyFact {
  return { id, kind, data: factSchemas[kind].parse(data), source: { connector: 'test', locator: 'test' } } as AnyFact;
}
const objects = (...list: readonly object[]) =>
  list.flatMap((object) => normalise(object as never, { locator: 'test', defaultNamespace: 'default' }).facts);
function role(name: string, more: object = {}): AnyFact {
  return fact('aws.role', awsId(arn(name)), { Arn: arn(name), RoleName: name, AssumeRolePolicyDocument: {}, ...more });
}
const irsa = (condition: object, provider = issuer) =>
  role('app', {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRoleWithWebIdentity',
          Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${provider}` },
          Condition: condition,
        },
      ],
    },
  });
const exactly = (subject: string) => ({
  StringEquals: { [`${issuer}:sub`]: subject, [`${issuer}:aud`]: 'sts.amazonaws.com' },
});
const subject = 'system:serviceaccount:ml:scorer';
const cluster = (more: object = {}, name = 'prod') =>
  fact('aws.eks-cluster', awsId(clusterArn.replace('prod', name)), {
    arn: clusterArn.replace('prod', name),
    name,
    issuer: `https://${issuer}`,
    authenticationMode: 'API_AND_CONFIG_MAP',
    ...more,
  });
const pods = objects(
  {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'scorer', namespace: 'ml', annotations: { 'eks.amazonaws.com/role-arn': arn('app') } },
  },
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'ml' },
    spec: { serviceAccountName: 'scorer', nodeName: 'n', containers: [{ name: 'c', image: 'x' }] },
  },
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'h', namespace: 'ml' },
    spec: { hostNetwork: true, nodeName: 'n', containers: [{ name: 'c', image: 'x' }] },
  },
);
const node = objects({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n' },
  spec: { providerID: 'aws:///eu-west-1a/i-0123456789abcdef0' },
});
const profile = `arn:aws:iam::${account}:instance-profile/node`;
const machine = (options: object, Tags: object[] = []) =>
  fact('aws.instance', awsId(`arn:aws:ec2:eu-west-1:${account}:instance/i-0123456789abcdef0`), {
    Arn: `arn:aws:ec2:eu-west-1:${account}:instance/i-0123456789abcdef0`,
    InstanceId: 'i-0123456789abcdef0',
    IamInstanceProfile: profile,
    MetadataOptions: options,
    Tags,
  });
const proof = machine({ HttpTokens: 'required', HttpPutResponseHopLimit: 1 }, [
  { Key: 'kubernetes.io/cluster/prod', Value: 'owned' },
]);

function edges(label: string, ...facts: readonly AnyFact[]): readonly string[] {
  const estate = estateOf(facts, []);
  const rules = edgeRules.filter((rule) => rule.label === label);
  const likelihoods = new Map(
    rules
      .flatMap((rule) => [...rule.derive(estate, {})])
      .map(({ from, to, likelihood = 1 }) => [`${from} ${to}`, likelihood]),
  );
  return [...deriveGraph(estate, [], rules).liveEdges()].map(
    ({ from, to }) => `${from.replace(/^\w+:/, '')} -> ${to.replace(/^.*\//, '')} ${likelihoods.get(`${from} ${to}`)}`,
  );
}

describe('IRSA', () => {
  const from = 'Credential/ml/scorer/aws-role';
  test('the trust policy decides, by issuer and subject', () => {
    expect(edges('IRSA_ROLE', ...pods, ...node, proof, cluster(), irsa(exactly(subject)))).toEqual([
      `${from} -> app 1`,
    ]);
    expect(
      edges('IRSA_ROLE', ...pods, ...node, proof, cluster(), irsa(exactly('system:serviceaccount:ml:other'))),
    ).toEqual([]);
    expect(
      edges('IRSA_ROLE', ...pods, ...node, proof, cluster(), irsa({}, 'oidc.eks.eu-west-1.amazonaws.com/id/OTHER')),
    ).toEqual([]);
    expect(edges('IRSA_ROLE', ...pods, ...node, proof, cluster(), role('app'))).toEqual([]);
  });
  test('another audience, another account’s provider, a role of another account, an account of that name elsewhere', () => {
    const facts = [...pods, ...node, proof, cluster()];
    const other = exactly(subject);
    other.StringEquals[`${issuer}:aud`] = 'vault';
    expect(edges('IRSA_ROLE', ...facts, irsa(other))).toEqual([]);
    const trusted = JSON.stringify(irsa(exactly(subject)));
    const foreign = JSON.parse(trusted.replace(`iam::${account}:oidc-provider`, 'iam::222222222222:oidc-provider'));
    expect(edges('IRSA_ROLE', ...facts, foreign)).toEqual([]);
    // The account asks for the role of its own account; one that is called the same elsewhere is not meant.
    const elsewhere = JSON.parse(trusted.replaceAll(account, '222222222222'));
    expect(edges('IRSA_ROLE', ...facts, elsewhere)).toEqual([]);
    const namesake = irsa(exactly('system:serviceaccount:dev:scorer'));
    expect(edges('IRSA_ROLE', ...facts, namesake)).toEqual([]);
  });
  test('with wildcards', () => {
    const like = irsa({ StringLike: { [`${issuer}:sub`]: 'system:serviceaccount:ml:*' } });
    expect(edges('IRSA_ROLE', ...pods, ...node, proof, cluster(), like)).toEqual([`${from} -> app 1`]);
  });
  test('an unproven cluster and an unknown issuer lower the odds', () => {
    expect(edges('IRSA_ROLE', ...pods, cluster(), irsa(exactly(subject)))).toEqual([`${from} -> app 0.8`]);
    expect(
      edges('IRSA_ROLE', ...pods, cluster(), cluster({ issuer: 'https://elsewhere' }, 'dev'), irsa(exactly(subject))),
    ).toEqual([`${from} -> app 0.4`]);
    expect(edges('IRSA_ROLE', ...pods, irsa(exactly(subject)))).toEqual([`${from} -> app 0.7`]);
  });
  test('another cluster that is proven is the only one meant', () => {
    const other = cluster({ issuer: 'https://elsewhere' });
    expect(edges('IRSA_ROLE', ...pods, ...node, proof, other, cluster({}, 'dev'), irsa(exactly(subject)))).toEqual([]);
  });
  test('without facts of AWS the credential is the end, as before', () => {
    expect(edges('IRSA_ROLE', ...pods)).toEqual([]);
    expect(edges('CLOUD_IDENTITY', ...pods)).toEqual([`Container/ml/p/c -> aws-role 1`]);
  });
});

test('Pod Identity: by namespace and account of the cluster that is meant', () => {
  const associated = cluster({
    podIdentityAssociations: [
      { namespace: 'ml', serviceAccount: 'scorer', roleArn: arn('app') },
      { namespace: 'dev', serviceAccount: 'scorer', roleArn: arn('other') },
    ],
  });
  expect(edges('POD_IDENTITY_ROLE', ...pods, ...node, proof, associated)).toEqual(['Container/ml/p/c -> app 1']);
  expect(edges('POD_IDENTITY_ROLE', ...pods, associated)).toEqual(['Container/ml/p/c -> app 0.8']);
  expect(
    edges(
      'POD_IDENTITY_ROLE',
      ...pods,
      ...node,
      proof,
      cluster(),
      associated.id === ''
        ? associated
        : cluster(
            { podIdentityAssociations: [{ namespace: 'ml', serviceAccount: 'scorer', roleArn: arn('app') }] },
            'dev',
          ),
    ),
  ).toEqual([]);
});

describe('the role of the machine', () => {
  const withProfile = role('node', { InstanceProfileList: [{ Arn: profile, InstanceProfileName: 'node' }] });
  const own = 'Node/n -> node 1';
  const host = 'Container/ml/h/c -> node 1';
  const container = 'Container/ml/p/c -> node 0.9';
  test.each([
    ['IMDSv2 and one hop', { HttpTokens: 'required', HttpPutResponseHopLimit: 1 }, [host, own]],
    ['two hops', { HttpTokens: 'required', HttpPutResponseHopLimit: 2 }, [host, container, own]],
    ['IMDSv1', { HttpTokens: 'optional', HttpPutResponseHopLimit: 1 }, [host, container, own]],
    ['no metadata at all', { HttpEndpoint: 'disabled' }, []],
  ])('%s', (_, options, expected) =>
    expect(edges('NODE_ROLE', ...pods, ...node, machine(options), withProfile)).toEqual(expected),
  );
  test('a node that names no instance, or another', () => {
    const bare = objects({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'n' },
      spec: { providerID: 'kind://docker/kind/n' },
    });
    expect(edges('NODE_ROLE', ...pods, ...bare, proof, withProfile)).toEqual([]);
  });
});

describe('who an AWS identity is in the cluster', () => {
  const bound = objects({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'b' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
    subjects: [{ kind: 'Group', name: 'engineers', apiGroup: 'rbac.authorization.k8s.io' }],
  });
  const map = (data: object, name = 'aws-auth') =>
    objects({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'kube-system' }, data });
  const admin = clusterAdminId.replace(/^.*\//, '');

  test('access entries: groups that mean something, and policies that are the whole cluster', () => {
    const entry = {
      principalArn: arn('app'),
      username: arn('app'),
      kubernetesGroups: ['engineers', 'nobody-bound-this'],
    };
    const policies = [
      { policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy', scope: 'cluster' },
    ];
    expect(edges('EKS_ACCESS', ...bound, ...node, proof, cluster({ accessEntries: [entry] }))).toEqual([
      `Role/${arn('app')} -> engineers 1`,
    ]);
    expect(edges('EKS_ACCESS', ...node, proof, cluster({ accessEntries: [{ ...entry, policies }] }))).toEqual([
      `Role/${arn('app')} -> ${admin} 1`,
    ]);
    const narrow = [{ ...policies[0], scope: 'namespace', namespaces: ['dev'] }];
    expect(edges('EKS_ACCESS', ...node, proof, cluster({ accessEntries: [{ ...entry, policies: narrow }] }))).toEqual(
      [],
    );
    expect(
      edges(
        'EKS_ACCESS',
        ...bound,
        ...node,
        proof,
        cluster({ accessEntries: [entry], authenticationMode: 'CONFIG_MAP' }),
      ),
    ).toEqual([]);
  });

  test('the aws-auth map, whose roles have lost their path', () => {
    const mapRoles = `- rolearn: ${arn('app')}\n  username: app\n  groups: [system:masters]\n- rolearn: ${arn('pathed')}\n  groups:\n  - engineers\n- 7\n- {rolearn: [x]}\n`;
    const pathed = fact('aws.role', awsId(`arn:aws:iam::${account}:role/team/pathed`), {
      Arn: `arn:aws:iam::${account}:role/team/pathed`,
      RoleName: 'pathed',
      AssumeRolePolicyDocument: {},
    });
    expect(edges('EKS_ACCESS', ...bound, ...map({ mapRoles }), pathed, role('app'))).toEqual([
      `Role/${arn('app')} -> ${admin} 1`,
      `Role/arn:aws:iam::${account}:role/team/pathed -> engineers 1`,
    ]);
    expect(edges('EKS_ACCESS', ...bound, ...map({ mapRoles }, 'other'))).toEqual([]);
    expect(
      edges('EKS_ACCESS', ...bound, ...node, proof, ...map({ mapRoles }), cluster({ authenticationMode: 'API' })),
    ).toEqual([]);
    expect(edges('EKS_ACCESS', ...map({ mapRoles: 'a: &a [*a, *a' }))).toEqual([]);
  });

  test('whoever may write access entries makes itself administrator', () => {
    const may = (actions: string[]) =>
      role('app', {
        RolePolicyList: [
          {
            PolicyName: 'p',
            PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] },
          },
        ],
      });
    const both = may(['eks:CreateAccessEntry', 'eks:AssociateAccessPolicy']);
    expect(edges('EKS_GRANT_ACCESS', ...node, proof, cluster(), both)).toEqual([`Role/${arn('app')} -> ${admin} 1`]);
    expect(edges('EKS_GRANT_ACCESS', ...node, proof, cluster(), may(['eks:CreateAccessEntry']))).toEqual([]);
    expect(edges('EKS_GRANT_ACCESS', ...node, proof, cluster({ authenticationMode: 'CONFIG_MAP' }), both)).toEqual([]);
  });
});
