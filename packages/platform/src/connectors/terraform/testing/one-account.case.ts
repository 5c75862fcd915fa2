/** One account, as the command line of AWS tells of it. The same as configuration, state and plan lies beside. */
export const secret = 'correct-horse-battery-staple';
export const account = '123456789012';
export const region = 'eu-west-1';
export const place = `${region}:${account}`;
export const github = 'token.actions.githubusercontent.com';

export const arn = (kind: string, name: string) => `arn:aws:iam::${account}:${kind}/${name}`;
export const bucketArn = (name: string) => `arn:aws:s3:::acme-${name}`;
export const image = (name: string) => `${account}.dkr.ecr.${region}.amazonaws.com/ml/${name}`;

const policy = (...Statement: readonly object[]) => ({ Version: '2012-10-17', Statement });
const allow = (Action: string | readonly string[], Resource: string | readonly string[], more: object = {}) =>
  policy({ Effect: 'Allow', Action, Resource, ...more });
const trust = (service: string) =>
  policy({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: `${service}.amazonaws.com` } });

/** Every document of the account, by what it is on. */
export const documents = {
  trust: {
    scorer: trust('lambda'),
    admin: trust('ec2'),
    etl: trust('glue'),
    lab: trust('sagemaker'),
    cluster: trust('eks'),
    deploy: policy({
      Effect: 'Allow',
      Action: 'sts:AssumeRoleWithWebIdentity',
      Principal: { Federated: arn('oidc-provider', github) },
      Condition: {
        StringEquals: { [`${github}:aud`]: 'sts.amazonaws.com' },
        StringLike: {
          [`${github}:sub`]: ['repo:acme/models:ref:refs/heads/main', 'repo:acme/models:environment:prod'],
        },
      },
    }),
  },
  inline: {
    scorer: allow('s3:GetObject', `${bucketArn('models')}/*`),
    admin: allow('*', '*'),
    etl: allow(['s3:GetObject', 's3:PutObject'], [`${bucketArn('datasets')}/*`, `${bucketArn('models')}/*`]),
    lab: allow(['s3:GetObject', 's3:PutObject'], [`${bucketArn('datasets')}/*`]),
    deploy: allow(['ecr:PutImage', 'lambda:UpdateFunctionCode'], '*'),
  },
  engineers: allow('ecr:*', '*'),
  parameters: allow(['ssm:GetParameter'], `arn:aws:ssm:${place}:parameter/ml/*`),
  ceiling: policy({ Effect: 'Allow', Action: ['s3:*', 'sagemaker:*'], Resource: '*' }),
  tlsOnly: policy({
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: `${bucketArn('models')}/*`,
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  }),
  pull: policy({
    Effect: 'Allow',
    Principal: { AWS: arn('role', 'lab') },
    Action: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
  }),
} as const;

const role = (name: keyof typeof documents.trust, more: object = {}) => ({
  Arn: arn('role', name),
  RoleName: name,
  Path: '/',
  AssumeRolePolicyDocument: documents.trust[name],
  RolePolicyList: name === 'cluster' ? [] : [{ PolicyName: name, PolicyDocument: documents.inline[name] }],
  AttachedManagedPolicies: [],
  InstanceProfileList: [],
  Tags: [],
  ...more,
});
const user = (name: string) => ({
  Arn: arn('user', name),
  UserName: name,
  Path: '/',
  GroupList: ['engineers'],
  UserPolicyList: [],
  AttachedManagedPolicies: [],
  Tags: [],
});
const managed = (name: string, Document: object) => ({
  Arn: arn('policy', name),
  PolicyName: name,
  DefaultVersionId: 'v1',
  PolicyVersionList: [{ VersionId: 'v1', IsDefaultVersion: true, Document }],
});
const functionArn = (name: string) => `arn:aws:lambda:${place}:function:${name}`;
const sagemaker = (kind: string, name: string) => `arn:aws:sagemaker:${place}:${kind}/${name}`;

/** What the command line of AWS prints, as a folder of answers. */
export const answers = {
  'sts/get-caller-identity.json': { Account: account, Arn: `arn:aws:sts::${account}:assumed-role/reader/x` },
  'iam/list-account-aliases.json': { AccountAliases: [] },
  'iam/get-account-authorization-details.json': {
    UserDetailList: [user('ann'), user('bob')],
    GroupDetailList: [
      {
        Arn: arn('group', 'engineers'),
        GroupName: 'engineers',
        GroupPolicyList: [{ PolicyName: 'push', PolicyDocument: documents.engineers }],
        AttachedManagedPolicies: [],
      },
    ],
    RoleDetailList: [
      role('scorer', {
        AttachedManagedPolicies: [{ PolicyName: 'parameters', PolicyArn: arn('policy', 'parameters') }],
        Tags: [{ Key: 'owner', Value: 'ml' }],
      }),
      role('admin', {
        InstanceProfileList: [{ Arn: arn('instance-profile', 'admin'), InstanceProfileName: 'admin' }],
      }),
      role('etl'),
      role('lab', { PermissionsBoundary: { PermissionsBoundaryArn: arn('policy', 'ceiling') } }),
      role('deploy'),
      role('cluster', {
        AttachedManagedPolicies: [
          { PolicyName: 'AdministratorAccess', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
        ],
      }),
    ],
    Policies: [managed('parameters', documents.parameters), managed('ceiling', documents.ceiling)],
  },
  'iam/list-open-id-connect-providers.json': { OpenIDConnectProviderList: [{ Arn: arn('oidc-provider', github) }] },
  [`iam/get-open-id-connect-provider/${github}.json`]: { Url: github, ClientIDList: ['sts.amazonaws.com'] },
  's3api/list-buckets.json': { Buckets: [{ Name: 'acme-models' }, { Name: 'acme-datasets' }, { Name: 'acme-code' }] },
  's3api/get-bucket-policy/acme-models.json': { Policy: JSON.stringify(documents.tlsOnly) },
  's3api/get-public-access-block/acme-models.json': {
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    },
  },
  's3api/get-bucket-versioning/acme-models.json': { Status: 'Enabled' },
  'ssm/describe-parameters.json': {
    Parameters: ['hub', 'judge', 'wiki'].map((name) => ({
      Name: `/ml/${name}`,
      ARN: `arn:aws:ssm:${place}:parameter/ml/${name}`,
      Type: 'SecureString',
    })),
  },
  'lambda/list-functions.json': {
    Functions: [
      {
        FunctionArn: functionArn('scorer'),
        FunctionName: 'scorer',
        Role: arn('role', 'scorer'),
        PackageType: 'Image',
        Environment: { Variables: { TOKEN: secret } },
      },
      {
        FunctionArn: functionArn('rotate'),
        FunctionName: 'rotate',
        Role: arn('role', 'scorer'),
        PackageType: 'Zip',
        Runtime: 'python3.12',
      },
    ],
  },
  'lambda/get-function/scorer.json': { Code: { ImageUri: `${image('serving')}:latest` } },
  'lambda/list-function-url-configs/scorer.json': { FunctionUrlConfigs: [{ AuthType: 'NONE' }] },
  'lambda/get-policy/scorer.json': {
    Policy: JSON.stringify(
      policy({
        Sid: 'FunctionURLAllowPublicAccess',
        Effect: 'Allow',
        Principal: '*',
        Action: 'lambda:InvokeFunctionUrl',
        Resource: functionArn('scorer'),
        Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'NONE' } },
      }),
    ),
  },
  'lambda/get-policy/rotate.json': {
    Policy: JSON.stringify(
      policy({
        Sid: 'events',
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'lambda:InvokeFunction',
        Resource: functionArn('rotate'),
      }),
    ),
  },
  'ecr/describe-repositories.json': {
    repositories: ['serving', 'training'].map((name) => ({
      repositoryArn: `arn:aws:ecr:${place}:repository/ml/${name}`,
      repositoryName: `ml/${name}`,
      repositoryUri: image(name),
      imageTagMutability: name === 'serving' ? 'MUTABLE' : 'IMMUTABLE',
    })),
  },
  'ecr/get-repository-policy/ml%2Ftraining.json': { policyText: JSON.stringify(documents.pull) },
  'glue/get-jobs.json': {
    Jobs: [
      {
        Name: 'clean',
        Role: arn('role', 'etl'),
        Command: { Name: 'glueetl', ScriptLocation: 's3://acme-code/clean.py' },
      },
    ],
  },
  'codebuild/list-projects.json': { projects: ['images'] },
  'codebuild/batch-get-projects.json': {
    projects: [
      {
        name: 'images',
        arn: `arn:aws:codebuild:${place}:project/images`,
        serviceRole: arn('role', 'deploy'),
        source: { type: 'GITHUB', location: 'https://github.com/acme/models.git' },
        environment: {
          image: 'aws/codebuild/standard:7.0',
          environmentVariables: [
            { name: 'STAGE', type: 'PLAINTEXT', value: 'prod' },
            { name: 'HUB', type: 'PARAMETER_STORE', value: '/ml/hub' },
          ],
        },
        webhook: { url: 'https://example.com' },
      },
    ],
  },
  'eks/list-clusters.json': { clusters: ['prod'] },
  'eks/describe-cluster/prod.json': {
    cluster: {
      arn: `arn:aws:eks:${place}:cluster/prod`,
      name: 'prod',
      roleArn: arn('role', 'cluster'),
      resourcesVpcConfig: { endpointPublicAccess: true, publicAccessCidrs: ['0.0.0.0/0'] },
      accessConfig: { authenticationMode: 'API' },
    },
  },
  'eks/list-access-entries/prod.json': { accessEntries: [arn('role', 'deploy')] },
  [`eks/describe-access-entry/prod/${encodeURIComponent(arn('role', 'deploy'))}.json`]: {
    accessEntry: { principalArn: arn('role', 'deploy'), username: arn('role', 'deploy'), type: 'STANDARD' },
  },
  [`eks/list-associated-access-policies/prod/${encodeURIComponent(arn('role', 'deploy'))}.json`]: {
    associatedAccessPolicies: [
      {
        policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
        accessScope: { type: 'cluster', namespaces: [] },
      },
    ],
  },
  'eks/list-pod-identity-associations/prod.json': {
    associations: [{ associationId: 'a-1', namespace: 'ml', serviceAccount: 'scorer' }],
  },
  'eks/describe-pod-identity-association/prod/a-1.json': {
    association: { namespace: 'ml', serviceAccount: 'scorer', roleArn: arn('role', 'scorer') },
  },
  'eks/list-nodegroups/prod.json': { nodegroups: ['workers'] },
  'eks/describe-nodegroup/prod/workers.json': {
    nodegroup: { nodegroupName: 'workers', nodeRole: arn('role', 'cluster') },
  },
  'sagemaker/list-models.json': { Models: [{ ModelName: 'fraud', ModelArn: sagemaker('model', 'fraud') }] },
  'sagemaker/describe-model/fraud.json': {
    ExecutionRoleArn: arn('role', 'lab'),
    PrimaryContainer: { Image: `${image('serving')}:latest`, ModelDataUrl: 's3://acme-models/fraud.tar.gz' },
  },
  'sagemaker/list-endpoints.json': {
    Endpoints: [{ EndpointName: 'fraud', EndpointArn: sagemaker('endpoint', 'fraud') }],
  },
  'sagemaker/describe-endpoint/fraud.json': { EndpointConfigName: 'fraud' },
  'sagemaker/describe-endpoint-config/fraud.json': { ProductionVariants: [{ VariantName: 'all', ModelName: 'fraud' }] },
  'sagemaker/list-notebook-instances.json': {
    NotebookInstances: [{ NotebookInstanceName: 'lab', NotebookInstanceArn: sagemaker('notebook-instance', 'lab') }],
  },
  'sagemaker/describe-notebook-instance/lab.json': {
    RoleArn: arn('role', 'lab'),
    DirectInternetAccess: 'Enabled',
    RootAccess: 'Enabled',
  },
  'sagemaker/list-pipelines.json': {
    PipelineSummaries: [{ PipelineName: 'retrain', PipelineArn: sagemaker('pipeline', 'retrain') }],
  },
  'sagemaker/describe-pipeline/retrain.json': { RoleArn: arn('role', 'lab') },
};
