/** One small account, told four times: by AWS's own answers, and as configuration, state and plan of Terraform. */
export const secret = 'correct-horse-battery-staple';
const account = '123456789012';
const place = `eu-west-1:${account}`;
const trust = (service: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
});
const allow = (Action: string | readonly string[], Resource: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource }],
});
const tlsOnly = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: 'arn:aws:s3:::acme-models/*',
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  ],
};
const arn = (kind: string, name: string) => `arn:aws:iam::${account}:${kind}/${name}`;
const scorer = arn('role', 'scorer');
const admin = arn('role', 'admin');
const read = allow('s3:GetObject', 'arn:aws:s3:::acme-models/*');
const push = allow('ecr:*', '*');
const everything = allow('*', '*');
const parameters = allow(['ssm:GetParameter'], `arn:aws:ssm:${place}:parameter/ml/*`);
const repositoryUri = `${account}.dkr.ecr.eu-west-1.amazonaws.com/serving`;

/** What the command line of AWS prints, as a folder of answers. */
export const answers = {
  'sts/get-caller-identity.json': { Account: account, Arn: `arn:aws:sts::${account}:assumed-role/reader/x` },
  'iam/list-account-aliases.json': { AccountAliases: [] },
  'iam/get-account-authorization-details.json': {
    UserDetailList: [
      {
        Arn: arn('user', 'ann'),
        UserName: 'ann',
        Path: '/',
        GroupList: ['engineers'],
        UserPolicyList: [],
        AttachedManagedPolicies: [],
        Tags: [],
      },
    ],
    GroupDetailList: [
      {
        Arn: arn('group', 'engineers'),
        GroupName: 'engineers',
        GroupPolicyList: [{ PolicyName: 'push', PolicyDocument: push }],
        AttachedManagedPolicies: [],
      },
    ],
    RoleDetailList: [
      {
        Arn: scorer,
        RoleName: 'scorer',
        Path: '/',
        AssumeRolePolicyDocument: trust('lambda.amazonaws.com'),
        RolePolicyList: [{ PolicyName: 'read', PolicyDocument: read }],
        AttachedManagedPolicies: [{ PolicyName: 'parameters', PolicyArn: arn('policy', 'parameters') }],
        InstanceProfileList: [],
        Tags: [{ Key: 'owner', Value: 'ml' }],
      },
      {
        Arn: admin,
        RoleName: 'admin',
        Path: '/',
        AssumeRolePolicyDocument: trust('ec2.amazonaws.com'),
        RolePolicyList: [{ PolicyName: 'everything', PolicyDocument: everything }],
        AttachedManagedPolicies: [],
        InstanceProfileList: [{ Arn: arn('instance-profile', 'admin'), InstanceProfileName: 'admin' }],
        Tags: [],
      },
    ],
    Policies: [
      {
        Arn: arn('policy', 'parameters'),
        PolicyName: 'parameters',
        DefaultVersionId: 'v1',
        PolicyVersionList: [{ VersionId: 'v1', IsDefaultVersion: true, Document: parameters }],
      },
    ],
  },
  's3api/list-buckets.json': { Buckets: [{ Name: 'acme-models' }, { Name: 'acme-code' }] },
  's3api/get-bucket-policy/acme-models.json': { Policy: JSON.stringify(tlsOnly) },
  'ssm/describe-parameters.json': {
    Parameters: [{ Name: '/ml/hub', ARN: `arn:aws:ssm:${place}:parameter/ml/hub`, Type: 'SecureString' }],
  },
  'lambda/list-functions.json': {
    Functions: [
      {
        FunctionArn: `arn:aws:lambda:${place}:function:scorer`,
        FunctionName: 'scorer',
        Role: scorer,
        PackageType: 'Image',
        Environment: { Variables: { TOKEN: secret } },
      },
    ],
  },
  'lambda/get-function/scorer.json': { Code: { ImageUri: `${repositoryUri}:latest` } },
  'lambda/list-function-url-configs/scorer.json': { FunctionUrlConfigs: [{ AuthType: 'NONE' }] },
  'ecr/describe-repositories.json': {
    repositories: [
      {
        repositoryArn: `arn:aws:ecr:${place}:repository/serving`,
        repositoryName: 'serving',
        repositoryUri,
        imageTagMutability: 'MUTABLE',
      },
    ],
  },
  'sagemaker/list-models.json': {
    Models: [{ ModelName: 'fraud', ModelArn: `arn:aws:sagemaker:${place}:model/fraud` }],
  },
  'sagemaker/describe-model/fraud.json': {
    ExecutionRoleArn: scorer,
    PrimaryContainer: { Image: `${repositoryUri}:latest`, ModelDataUrl: 's3://acme-models/fraud.tar.gz' },
  },
};

/** The same as configuration. */
export const configuration = {
  'main.tf': `
provider "aws" {
  region              = var.region
  allowed_account_ids = ["${account}"]
}
variable "region" { default = "eu-west-1" }
data "aws_caller_identity" "me" {}

data "aws_iam_policy_document" "trust" {
  for_each = toset(["lambda", "ec2"])
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["\${each.key}.amazonaws.com"]
    }
  }
}
resource "aws_iam_role" "scorer" {
  name               = "scorer"
  assume_role_policy = data.aws_iam_policy_document.trust["lambda"].json
  tags               = { owner = "ml" }
}
resource "aws_iam_role_policy" "read" {
  name = "read"
  role = aws_iam_role.scorer.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "\${module.store.models_arn}/*" }]
  })
}
resource "aws_iam_policy" "parameters" {
  name   = "parameters"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["ssm:GetParameter"], Resource = "arn:aws:ssm:\${var.region}:\${data.aws_caller_identity.me.account_id}:parameter/ml/*" }]
  })
}
resource "aws_iam_role_policy_attachment" "parameters" {
  role       = aws_iam_role.scorer.name
  policy_arn = aws_iam_policy.parameters.arn
}
resource "aws_iam_role" "admin" {
  name               = "admin"
  assume_role_policy = data.aws_iam_policy_document.trust["ec2"].json
}
resource "aws_iam_role_policy" "everything" {
  name   = "everything"
  role   = aws_iam_role.admin.id
  policy = <<-EOT
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
  EOT
}
resource "aws_iam_instance_profile" "admin" {
  name = "admin"
  role = aws_iam_role.admin.name
}
resource "aws_iam_group" "engineers" { name = "engineers" }
resource "aws_iam_group_policy" "push" {
  name   = "push"
  group  = aws_iam_group.engineers.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "ecr:*", Resource = "*" }] })
}
resource "aws_iam_user" "ann" { name = "ann" }
resource "aws_iam_user_group_membership" "ann" {
  user   = aws_iam_user.ann.name
  groups = [aws_iam_group.engineers.name]
}
module "store" { source = "./store" }
resource "aws_ssm_parameter" "hub" {
  name  = "/ml/hub"
  type  = "SecureString"
  value = "${secret}"
}
resource "aws_ecr_repository" "serving" { name = "serving" }
resource "aws_lambda_function" "scorer" {
  function_name = "scorer"
  role          = aws_iam_role.scorer.arn
  package_type  = "Image"
  image_uri     = "\${aws_ecr_repository.serving.repository_url}:latest"
  environment { variables = { TOKEN = "${secret}" } }
}
resource "aws_lambda_function_url" "scorer" {
  function_name      = aws_lambda_function.scorer.function_name
  authorization_type = "NONE"
}
resource "aws_sagemaker_model" "fraud" {
  name               = "fraud"
  execution_role_arn = aws_iam_role.scorer.arn
  primary_container {
    image          = "\${aws_ecr_repository.serving.repository_url}:latest"
    model_data_url = "s3://\${module.store.models}/fraud.tar.gz"
  }
}
`,
  'store/main.tf': `
resource "aws_s3_bucket" "this" {
  for_each = { models = "acme-models", code = "acme-code" }
  bucket   = each.value
}
resource "aws_s3_bucket_policy" "models" {
  bucket = aws_s3_bucket.this["models"].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = "\${aws_s3_bucket.this["models"].arn}/*"
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}
output "models" { value = aws_s3_bucket.this["models"].bucket }
output "models_arn" { value = aws_s3_bucket.this["models"].arn }
`,
};

interface Resource {
  readonly type: string;
  readonly name: string;
  /** As the provider says it after applying. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Attributes that a plan does not know, and what they refer to. */
  readonly later?: Readonly<Record<string, string>>;
}

const resources: readonly Resource[] = [
  {
    type: 'aws_iam_role',
    name: 'scorer',
    values: {
      arn: scorer,
      id: 'scorer',
      name: 'scorer',
      path: '/',
      assume_role_policy: JSON.stringify(trust('lambda.amazonaws.com')),
      tags: { owner: 'ml' },
    },
  },
  {
    type: 'aws_iam_role_policy',
    name: 'read',
    values: { id: 'scorer:read', name: 'read', role: 'scorer', policy: JSON.stringify(read) },
    later: { role: 'aws_iam_role.scorer.id' },
  },
  {
    type: 'aws_iam_policy',
    name: 'parameters',
    values: { arn: arn('policy', 'parameters'), name: 'parameters', path: '/', policy: JSON.stringify(parameters) },
  },
  {
    type: 'aws_iam_role_policy_attachment',
    name: 'parameters',
    values: { role: 'scorer', policy_arn: arn('policy', 'parameters') },
    later: { policy_arn: 'aws_iam_policy.parameters.arn' },
  },
  {
    type: 'aws_iam_role',
    name: 'admin',
    values: {
      arn: admin,
      id: 'admin',
      name: 'admin',
      path: '/',
      assume_role_policy: JSON.stringify(trust('ec2.amazonaws.com')),
    },
  },
  {
    type: 'aws_iam_role_policy',
    name: 'everything',
    values: { name: 'everything', role: 'admin', policy: JSON.stringify(everything) },
  },
  {
    type: 'aws_iam_instance_profile',
    name: 'admin',
    values: { arn: arn('instance-profile', 'admin'), name: 'admin', path: '/', role: 'admin' },
  },
  {
    type: 'aws_iam_group',
    name: 'engineers',
    values: { arn: arn('group', 'engineers'), name: 'engineers', path: '/' },
  },
  {
    type: 'aws_iam_group_policy',
    name: 'push',
    values: { name: 'push', group: 'engineers', policy: JSON.stringify(push) },
  },
  { type: 'aws_iam_user', name: 'ann', values: { arn: arn('user', 'ann'), name: 'ann', path: '/' } },
  { type: 'aws_iam_user_group_membership', name: 'ann', values: { user: 'ann', groups: ['engineers'] } },
  { type: 'aws_s3_bucket', name: 'models', values: { arn: 'arn:aws:s3:::acme-models', bucket: 'acme-models' } },
  { type: 'aws_s3_bucket', name: 'code', values: { arn: 'arn:aws:s3:::acme-code', bucket: 'acme-code' } },
  {
    type: 'aws_s3_bucket_policy',
    name: 'models',
    values: { bucket: 'acme-models', policy: JSON.stringify(tlsOnly) },
    later: { bucket: 'aws_s3_bucket.models.id' },
  },
  {
    type: 'aws_ssm_parameter',
    name: 'hub',
    values: { arn: `arn:aws:ssm:${place}:parameter/ml/hub`, name: '/ml/hub', type: 'SecureString', value: secret },
  },
  {
    type: 'aws_ecr_repository',
    name: 'serving',
    values: {
      arn: `arn:aws:ecr:${place}:repository/serving`,
      name: 'serving',
      repository_url: repositoryUri,
      image_tag_mutability: 'MUTABLE',
    },
  },
  {
    type: 'aws_lambda_function',
    name: 'scorer',
    values: {
      arn: `arn:aws:lambda:${place}:function:scorer`,
      function_name: 'scorer',
      role: scorer,
      package_type: 'Image',
      image_uri: `${repositoryUri}:latest`,
      environment: [{ variables: { TOKEN: secret } }],
    },
    later: { role: 'aws_iam_role.scorer.arn' },
  },
  { type: 'aws_lambda_function_url', name: 'scorer', values: { function_name: 'scorer', authorization_type: 'NONE' } },
  {
    type: 'aws_sagemaker_model',
    name: 'fraud',
    values: {
      arn: `arn:aws:sagemaker:${place}:model/fraud`,
      name: 'fraud',
      execution_role_arn: scorer,
      primary_container: [{ image: `${repositoryUri}:latest`, model_data_url: 's3://acme-models/fraud.tar.gz' }],
    },
    later: { execution_role_arn: 'aws_iam_role.scorer.arn' },
  },
];

/** `terraform.tfstate` */
export const state = {
  version: 4,
  terraform_version: '1.9.0',
  resources: resources.map(({ type, name, values }) => ({
    mode: 'managed',
    type,
    name,
    provider: 'provider["registry.terraform.io/hashicorp/aws"]',
    instances: [{ attributes: values }],
  })),
};

/** `terraform show -json`, of a plan that makes everything anew: no ARN is known, and no reference is resolved. */
export const plan = {
  format_version: '1.2',
  planned_values: {
    root_module: {
      resources: resources.map(({ type, name, values, later = {} }) => ({
        address: `${type}.${name}`,
        mode: 'managed',
        type,
        name,
        values: Object.fromEntries(
          Object.entries(values).filter(
            ([key]) => !['arn', 'id', 'repository_url'].includes(key) && !Object.hasOwn(later, key),
          ),
        ),
      })),
    },
  },
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
    provider_config: { aws: { name: 'aws', expressions: { region: { constant_value: 'eu-west-1' } } } },
    root_module: {
      resources: resources.map(({ type, name, later = {} }) => ({
        address: `${type}.${name}`,
        mode: 'managed',
        type,
        name,
        expressions: Object.fromEntries(
          Object.entries(later).map(([key, reference]) => [
            key,
            { references: [reference, reference.slice(0, reference.lastIndexOf('.'))] },
          ]),
        ),
      })),
    },
  },
};
