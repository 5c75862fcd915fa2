/** The account of `one-account.case.ts` as Terraform's state and plan: what the provider says of each resource. */
import { account, arn, bucketArn, documents, github, image, place, region, secret } from './one-account.case.ts';

interface Resource {
  /** With the instance of its module and its own: `module.learner["lab"].aws_iam_role.this`. */
  readonly address: string;
  /** As the provider says it after applying. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Attributes that a plan does not know yet, and what their expressions name. */
  readonly later?: Readonly<Record<string, string>>;
}

const json = JSON.stringify;
const service = (name: 'scorer' | 'admin' | 'cluster', more: object = {}): Resource => ({
  address: `aws_iam_role.service["${name}"]`,
  values: {
    arn: arn('role', name),
    id: name,
    name,
    path: '/',
    permissions_boundary: null,
    assume_role_policy: json(documents.trust[name]),
    ...more,
  },
});
const learner = (name: 'etl' | 'lab', boundary: string | null): readonly Resource[] => [
  {
    address: `module.learner["${name}"].aws_iam_role.this`,
    values: {
      arn: arn('role', name),
      id: name,
      name,
      path: '/',
      permissions_boundary: boundary,
      assume_role_policy: json(documents.trust[name]),
    },
    ...(boundary === null ? {} : { later: { permissions_boundary: 'var.boundary' } }),
  },
  {
    address: `module.learner["${name}"].aws_iam_role_policy.this`,
    values: { id: `${name}:${name}`, name, role: name, policy: json(documents.inline[name]) },
    later: { role: 'aws_iam_role.this.id' },
  },
];
const inline = (name: 'scorer' | 'admin' | 'deploy', of: string): Resource => ({
  address: `aws_iam_role_policy.${name}`,
  values: { id: `${name}:${name}`, name, role: name, policy: json(documents.inline[name]) },
  later: { role: of },
});
const managed = (name: 'parameters' | 'ceiling'): Resource => ({
  address: `aws_iam_policy.${name}`,
  values: { arn: arn('policy', name), id: arn('policy', name), name, path: '/', policy: json(documents[name]) },
});
const bucket = (name: string): Resource => ({
  address: `module.store.aws_s3_bucket.this["${name}"]`,
  values: { arn: bucketArn(name), id: `acme-${name}`, bucket: `acme-${name}` },
});
const ofModels = (type: string, values: object): Resource => ({
  address: `module.store.${type}.closed`,
  values: { id: 'acme-models', bucket: 'acme-models', ...values },
  later: { bucket: 'aws_s3_bucket.this["models"].id' },
});
const repository = (name: string, mutability: string): Resource => ({
  address: `aws_ecr_repository.image["${name}"]`,
  values: {
    arn: `arn:aws:ecr:${place}:repository/ml/${name}`,
    id: `ml/${name}`,
    name: `ml/${name}`,
    repository_url: image(name),
    image_tag_mutability: mutability,
  },
});
const inCluster = (type: string, name: string, values: object, later: Resource['later'] = {}): Resource => ({
  address: `aws_eks_${type}.${name}`,
  values: { cluster_name: 'prod', ...values },
  later,
});
const roleOf = 'module.learner["lab"].arn';
const sagemaker = (kind: string, name: string) => `arn:aws:sagemaker:${place}:${kind}/${name}`;

export const resources: readonly Resource[] = [
  service('scorer', { tags: { owner: 'ml' } }),
  service('admin'),
  service('cluster'),
  inline('scorer', 'aws_iam_role.service["scorer"].name'),
  inline('admin', 'aws_iam_role.service["admin"].id'),
  {
    address: 'aws_iam_instance_profile.admin',
    values: { arn: arn('instance-profile', 'admin'), id: 'admin', name: 'admin', path: '/', role: 'admin' },
  },
  managed('parameters'),
  managed('ceiling'),
  {
    address: 'aws_iam_role_policy_attachment.parameters',
    values: { role: 'scorer', policy_arn: arn('policy', 'parameters') },
    later: { policy_arn: 'aws_iam_policy.parameters.arn' },
  },
  {
    address: 'aws_iam_role_policy_attachment.cluster',
    values: { role: 'cluster', policy_arn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
  },
  ...learner('etl', null),
  ...learner('lab', arn('policy', 'ceiling')),
  {
    address: 'aws_iam_group.engineers',
    values: { arn: arn('group', 'engineers'), id: 'engineers', name: 'engineers', path: '/' },
  },
  {
    address: 'aws_iam_group_policy.push',
    values: { id: 'engineers:push', name: 'push', group: 'engineers', policy: json(documents.engineers) },
    later: { group: 'aws_iam_group.engineers.id' },
  },
  ...['ann', 'bob'].flatMap((name): readonly Resource[] => [
    { address: `aws_iam_user.person["${name}"]`, values: { arn: arn('user', name), id: name, name, path: '/' } },
    {
      address: `aws_iam_user_group_membership.person["${name}"]`,
      values: { user: name, groups: ['engineers'] },
    },
  ]),
  {
    address: 'aws_iam_openid_connect_provider.github',
    values: {
      arn: arn('oidc-provider', github),
      id: arn('oidc-provider', github),
      url: `https://${github}`,
      client_id_list: ['sts.amazonaws.com'],
    },
  },
  {
    address: 'aws_iam_role.deploy',
    values: {
      arn: arn('role', 'deploy'),
      id: 'deploy',
      name: 'deploy',
      path: '/',
      assume_role_policy: json(documents.trust.deploy),
    },
  },
  inline('deploy', 'aws_iam_role.deploy.id'),
  {
    address: 'aws_codebuild_project.images',
    values: {
      arn: `arn:aws:codebuild:${place}:project/images`,
      id: `arn:aws:codebuild:${place}:project/images`,
      name: 'images',
      service_role: arn('role', 'deploy'),
      source: [{ type: 'GITHUB', location: 'https://github.com/acme/models.git' }],
      environment: [
        {
          image: 'aws/codebuild/standard:7.0',
          environment_variable: [
            { name: 'STAGE', type: 'PLAINTEXT', value: 'prod' },
            { name: 'HUB', type: 'PARAMETER_STORE', value: '/ml/hub' },
          ],
        },
      ],
    },
    later: { service_role: 'aws_iam_role.deploy.arn' },
  },
  { address: 'aws_codebuild_webhook.images', values: { id: 'images', project_name: 'images' } },
  bucket('models'),
  bucket('datasets'),
  bucket('code'),
  ofModels('aws_s3_bucket_policy', { policy: json(documents.tlsOnly) }),
  ofModels('aws_s3_bucket_public_access_block', {
    block_public_acls: true,
    ignore_public_acls: true,
    block_public_policy: true,
    restrict_public_buckets: true,
  }),
  ofModels('aws_s3_bucket_versioning', { versioning_configuration: [{ status: 'Enabled' }] }),
  ...['hub', 'judge', 'wiki'].map((name) => ({
    address: `aws_ssm_parameter.token["${name}"]`,
    values: {
      arn: `arn:aws:ssm:${place}:parameter/ml/${name}`,
      id: `/ml/${name}`,
      name: `/ml/${name}`,
      type: 'SecureString',
      value: secret,
    },
  })),
  repository('serving', 'MUTABLE'),
  repository('training', 'IMMUTABLE'),
  {
    address: 'aws_ecr_repository_policy.training',
    values: { id: 'ml/training', repository: 'ml/training', policy: json(documents.pull) },
  },
  {
    address: 'aws_lambda_function.scorer',
    values: {
      arn: `arn:aws:lambda:${place}:function:scorer`,
      id: 'scorer',
      function_name: 'scorer',
      role: arn('role', 'scorer'),
      package_type: 'Image',
      image_uri: `${image('serving')}:latest`,
      environment: [{ variables: { TOKEN: secret } }],
    },
    later: { role: 'aws_iam_role.service["scorer"].arn' },
  },
  {
    address: 'aws_lambda_function_url.scorer',
    values: { id: 'scorer', function_name: 'scorer', authorization_type: 'NONE' },
  },
  {
    address: 'aws_lambda_function.rotate',
    values: {
      arn: `arn:aws:lambda:${place}:function:rotate`,
      id: 'rotate',
      function_name: 'rotate',
      role: arn('role', 'scorer'),
      package_type: 'Zip',
      runtime: 'python3.12',
    },
    later: { role: 'aws_iam_role.service["scorer"].arn' },
  },
  {
    address: 'aws_lambda_permission.events',
    values: {
      statement_id: 'events',
      function_name: 'rotate',
      action: 'lambda:InvokeFunction',
      principal: 'events.amazonaws.com',
    },
  },
  {
    address: 'aws_glue_job.clean',
    values: {
      arn: `arn:aws:glue:${place}:job/clean`,
      id: 'clean',
      name: 'clean',
      role_arn: arn('role', 'etl'),
      command: [{ script_location: 's3://acme-code/clean.py' }],
    },
    later: { role_arn: 'module.learner["etl"].arn' },
  },
  {
    address: 'aws_eks_cluster.prod',
    values: {
      arn: `arn:aws:eks:${place}:cluster/prod`,
      id: 'prod',
      name: 'prod',
      role_arn: arn('role', 'cluster'),
      vpc_config: [{ endpoint_public_access: true, public_access_cidrs: ['0.0.0.0/0'] }],
      access_config: [{ authentication_mode: 'API' }],
    },
    later: { role_arn: 'aws_iam_role.service["cluster"].arn' },
  },
  inCluster(
    'access_entry',
    'deploy',
    { principal_arn: arn('role', 'deploy') },
    { principal_arn: 'aws_iam_role.deploy.arn' },
  ),
  inCluster(
    'access_policy_association',
    'deploy',
    {
      principal_arn: arn('role', 'deploy'),
      policy_arn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
      access_scope: [{ type: 'cluster', namespaces: null }],
    },
    { principal_arn: 'aws_eks_access_entry.deploy.principal_arn' },
  ),
  inCluster(
    'pod_identity_association',
    'scorer',
    { namespace: 'ml', service_account: 'scorer', role_arn: arn('role', 'scorer') },
    { role_arn: 'aws_iam_role.service["scorer"].arn' },
  ),
  inCluster(
    'node_group',
    'workers',
    { node_group_name: 'workers', node_role_arn: arn('role', 'cluster') },
    { node_role_arn: 'aws_iam_role.service["cluster"].arn' },
  ),
  {
    address: 'aws_sagemaker_model.fraud',
    values: {
      arn: sagemaker('model', 'fraud'),
      id: 'fraud',
      name: 'fraud',
      execution_role_arn: arn('role', 'lab'),
      primary_container: [{ image: `${image('serving')}:latest`, model_data_url: 's3://acme-models/fraud.tar.gz' }],
    },
    later: { execution_role_arn: roleOf },
  },
  {
    address: 'aws_sagemaker_endpoint_configuration.fraud',
    values: { name: 'fraud', production_variants: [{ variant_name: 'all', model_name: 'fraud' }] },
  },
  {
    address: 'aws_sagemaker_endpoint.fraud',
    values: { arn: sagemaker('endpoint', 'fraud'), id: 'fraud', name: 'fraud', endpoint_config_name: 'fraud' },
  },
  {
    address: 'aws_sagemaker_notebook_instance.lab[0]',
    values: {
      arn: sagemaker('notebook-instance', 'lab'),
      id: 'lab',
      name: 'lab',
      role_arn: arn('role', 'lab'),
      direct_internet_access: 'Enabled',
      root_access: 'Enabled',
    },
    later: { role_arn: roleOf },
  },
  {
    address: 'aws_sagemaker_pipeline.retrain',
    values: { arn: sagemaker('pipeline', 'retrain'), pipeline_name: 'retrain', role_arn: arn('role', 'lab') },
    later: { role_arn: roleOf },
  },
];

/** `module.learner["lab"].aws_iam_role.this[0]` taken apart. */
function parts({ address }: Resource) {
  const [, module = '', type = '', name = '', index] =
    /^(?:(module\.\w+(?:\["\w+"\])?)\.)?(\w+)\.(\w+)(?:\[(.+)\])?$/.exec(address) ?? [];
  return { module, type, name, key: index === undefined ? undefined : (JSON.parse(index) as string | number) };
}

/** `terraform.tfstate` */
export const state = {
  version: 4,
  terraform_version: '1.9.0',
  resources: resources.map((resource) => {
    const { module, type, name, key } = parts(resource);
    return {
      ...(module === '' ? {} : { module }),
      mode: 'managed',
      type,
      name,
      provider: 'provider["example/hashicorp/aws"]',
      instances: [{ ...(key === undefined ? {} : { index_key: key }), attributes: resource.values }],
    };
  }),
};

function values(resource: Resource, all: boolean) {
  const { type, name, key } = parts(resource);
  const unknown = new Set(['arn', 'id', 'repository_url', ...Object.keys(resource.later ?? {})]);
  const known = Object.entries(resource.values).filter(([attribute]) => all || !unknown.has(attribute));
  const index = key === undefined ? {} : { index: key };
  return { address: resource.address, mode: 'managed', type, name, ...index, values: Object.fromEntries(known) };
}

function tree(all: boolean) {
  const modules = [...new Set(resources.map((resource) => parts(resource).module))];
  const inModule = (wanted: string) =>
    resources.filter((resource) => parts(resource).module === wanted).map((resource) => values(resource, all));
  return {
    resources: inModule(''),
    child_modules: modules
      .filter((module) => module !== '')
      .map((address) => ({ address, resources: inModule(address) })),
  };
}

/** `terraform show -json` of the state. */
export const shown = { format_version: '1.0', terraform_version: '1.9.0', values: { root_module: tree(true) } };

/** What the configuration of one module writes, each resource once. */
function written(wanted: RegExp) {
  const byAddress = new Map<string, object>();
  for (const resource of resources) {
    const { module, type, name } = parts(resource);
    if (!wanted.test(module)) continue;
    const expressions = Object.entries(resource.later ?? {}).map(([attribute, reference]) => [
      attribute,
      { references: [reference, ...reference.split(/\.(?=[^.]*$)/).slice(0, -1)] },
    ]);
    const known = byAddress.get(`${type}.${name}`) as { expressions: object } | undefined;
    byAddress.set(`${type}.${name}`, {
      address: `${type}.${name}`,
      mode: 'managed',
      type,
      name,
      expressions: { ...known?.expressions, ...Object.fromEntries(expressions) },
    });
  }
  return [...byAddress.values()];
}

/** `terraform show -json` of a plan that makes everything anew: no ARN is known, and no reference is resolved. */
export const plan = {
  format_version: '1.2',
  terraform_version: '1.9.0',
  planned_values: { root_module: tree(false) },
  prior_state: {
    values: {
      root_module: {
        resources: [
          {
            address: 'data.aws_caller_identity.me',
            mode: 'data',
            type: 'aws_caller_identity',
            name: 'me',
            values: { account_id: account },
          },
        ],
      },
    },
  },
  configuration: {
    provider_config: { aws: { name: 'aws', expressions: { region: { references: ['var.region'] } } } },
    root_module: {
      resources: written(/^$/),
      variables: { region: { default: region } },
      module_calls: {
        store: { source: './modules/store', module: { resources: written(/^module\.store$/) } },
        learner: {
          source: './modules/role',
          expressions: { boundary: { references: ['aws_iam_policy.ceiling.arn', 'aws_iam_policy.ceiling'] } },
          module: {
            resources: written(/^module\.learner/),
            outputs: { arn: { expression: { references: ['aws_iam_role.this.arn', 'aws_iam_role.this'] } } },
            variables: { boundary: { default: null } },
          },
        },
      },
    },
  },
};
