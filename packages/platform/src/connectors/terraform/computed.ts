/**
 * What a resource's ARN and id will be, before Terraform has applied it. Most ARNs are made of names; what AWS draws by lot
 * (key ids, instance ids) is written as `terraform:<address>` in its place, which joins within the source and with nothing
 * else. What must stay true: a value that the source does tell is never replaced.
 */
import { entry, isUnknown, textOf, type Value, type ValueMap } from './hcl/value.ts';
import type { Place } from './resource.ts';

type Make = (name: (attribute: string) => string | undefined, place: Place, drawn: string) => string | undefined;

const inPlace =
  (
    service: string,
    resource: (name: (attribute: string) => string | undefined, drawn: string) => string | undefined,
  ): Make =>
  (name, { account, region, partition }, drawn) => {
    const made = resource(name, drawn);
    if (made === undefined || account === undefined || region === undefined) return undefined;
    return `arn:${partition}:${service}:${region}:${account}:${made}`;
  };
const ofAccount =
  (kind: string, attribute = 'name'): Make =>
  (name, { account, partition }) => {
    const named = name(attribute);
    if (named === undefined || account === undefined) return undefined;
    const path = name('path') ?? '/';
    return `arn:${partition}:iam::${account}:${kind}${path}${named}`;
  };
const named =
  (prefix: string, attribute = 'name') =>
  (name: (attribute: string) => string | undefined) => {
    const named = name(attribute);
    return named === undefined ? undefined : `${prefix}${named}`;
  };
const drawnAs = (prefix: string) => (_: unknown, drawn: string) => `${prefix}${drawn}`;

const arns: Readonly<Record<string, Make>> = {
  aws_iam_role: ofAccount('role'),
  aws_iam_user: ofAccount('user'),
  aws_iam_group: ofAccount('group'),
  aws_iam_policy: ofAccount('policy'),
  aws_iam_instance_profile: ofAccount('instance-profile'),
  aws_iam_openid_connect_provider: (name, { account, partition }) => {
    const url = name('url')?.replace(/^https:\/\//, '');
    return url === undefined || account === undefined
      ? undefined
      : `arn:${partition}:iam::${account}:oidc-provider/${url}`;
  },
  aws_s3_bucket: (name, { partition }) => {
    const bucket = name('bucket');
    return bucket === undefined ? undefined : `arn:${partition}:s3:::${bucket}`;
  },
  aws_kms_key: inPlace('kms', drawnAs('key/')),
  aws_kms_alias: inPlace('kms', named('')),
  aws_secretsmanager_secret: inPlace('secretsmanager', named('secret:')),
  aws_ssm_parameter: inPlace('ssm', (name) => {
    const named = name('name');
    return named === undefined ? undefined : `parameter/${named.replace(/^\//, '')}`;
  }),
  aws_lambda_function: inPlace('lambda', named('function:', 'function_name')),
  aws_instance: inPlace('ec2', drawnAs('instance/')),
  aws_security_group: inPlace('ec2', drawnAs('security-group/')),
  aws_ecs_cluster: inPlace('ecs', named('cluster/')),
  aws_ecs_task_definition: inPlace('ecs', named('task-definition/', 'family')),
  aws_eks_cluster: inPlace('eks', named('cluster/')),
  aws_ecr_repository: inPlace('ecr', named('repository/')),
  aws_codebuild_project: inPlace('codebuild', named('project/')),
  aws_glue_job: inPlace('glue', named('job/')),
  aws_glue_dev_endpoint: inPlace('glue', named('devEndpoint/')),
  aws_cloudformation_stack: inPlace('cloudformation', (name, drawn) => {
    const named = name('name');
    return named === undefined ? undefined : `stack/${named}/${drawn}`;
  }),
  aws_sagemaker_notebook_instance: inPlace('sagemaker', named('notebook-instance/')),
  aws_sagemaker_model: inPlace('sagemaker', named('model/')),
  aws_sagemaker_endpoint: inPlace('sagemaker', named('endpoint/')),
  aws_sagemaker_pipeline: inPlace('sagemaker', named('pipeline/', 'pipeline_name')),
  // Not read, but named by policies.
  aws_sqs_queue: inPlace('sqs', named('')),
  aws_sns_topic: inPlace('sns', named('')),
  aws_dynamodb_table: inPlace('dynamodb', named('table/')),
  aws_cloudwatch_log_group: inPlace('logs', named('log-group:')),
  aws_sfn_state_machine: inPlace('states', named('stateMachine:')),
  aws_kinesis_stream: inPlace('kinesis', named('stream/')),
  aws_bedrockagent_agent: inPlace('bedrock', drawnAs('agent/')),
  aws_bedrockagent_knowledge_base: inPlace('bedrock', drawnAs('knowledge-base/')),
  aws_bedrock_guardrail: inPlace('bedrock', drawnAs('guardrail/')),
  aws_bedrockagentcore_agent_runtime: inPlace('bedrock-agentcore', drawnAs('runtime/')),
  aws_bedrockagentcore_gateway: inPlace('bedrock-agentcore', drawnAs('gateway/')),
  aws_bedrockagentcore_code_interpreter: inPlace('bedrock-agentcore', drawnAs('code-interpreter-custom/')),
};

/** Attributes that carry the ARN under another name. */
const arnAttributes: Readonly<Record<string, readonly string[]>> = {
  aws_lambda_function: ['qualified_arn'],
  aws_bedrockagent_agent: ['agent_arn'],
  aws_bedrock_guardrail: ['guardrail_arn'],
  aws_bedrockagentcore_agent_runtime: ['agent_runtime_arn'],
  aws_bedrockagentcore_gateway: ['gateway_arn'],
  aws_bedrockagentcore_code_interpreter: ['code_interpreter_arn'],
};
/** Attributes whose value is `id`, and what `id` is: a name that was given, the ARN, or drawn by lot. */
const ids: Readonly<Record<string, string>> = {
  aws_iam_role: 'name',
  aws_iam_user: 'name',
  aws_iam_group: 'name',
  aws_iam_instance_profile: 'name',
  aws_iam_policy: 'arn',
  aws_iam_openid_connect_provider: 'arn',
  aws_s3_bucket: 'bucket',
  aws_secretsmanager_secret: 'arn',
  aws_ssm_parameter: 'name',
  aws_lambda_function: 'function_name',
  aws_ecs_cluster: 'arn',
  aws_eks_cluster: 'name',
  aws_ecr_repository: 'name',
  aws_codebuild_project: 'arn',
  aws_glue_job: 'name',
  aws_sagemaker_notebook_instance: 'name',
  aws_sagemaker_model: 'name',
  aws_sagemaker_endpoint: 'name',
};

/** What `computed` may know. */
export const computedAttributes: readonly string[] = [
  'arn',
  'id',
  'repository_url',
  'key_id',
  ...new Set(Object.values(arnAttributes).flat()),
];

/** An attribute that Terraform will know after applying; undefined for what nobody can foresee. */
export function computed(
  type: string,
  address: string,
  values: ValueMap,
  place: Place,
  attribute: string,
): Value | undefined {
  const drawn = `terraform:${address}`;
  const name = (wanted: string) => {
    const value = entry(values, wanted);
    return value === undefined || value === null || isUnknown(value) ? undefined : textOf(value);
  };
  // A path that nobody knows makes another ARN.
  const foreseen = Object.hasOwn(arns, type) && !isUnknown(entry(values, 'path'));
  const arn = () => (foreseen ? arns[type]?.(name, place, drawn) : undefined);
  if (attribute === 'arn' || arnAttributes[type]?.includes(attribute) === true) return arn();
  if (attribute === 'id') {
    const from = Object.hasOwn(ids, type) ? ids[type] : undefined;
    return from === undefined ? drawn : from === 'arn' ? arn() : name(from);
  }
  if (attribute === 'repository_url' && type === 'aws_ecr_repository') {
    const { account, region } = place;
    const suffix = place.partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
    if (account !== undefined && region !== undefined && name('name') !== undefined)
      return `${account}.dkr.ecr.${region}.${suffix}/${name('name')}`;
  }
  return attribute === 'key_id' && type === 'aws_kms_key' ? drawn : undefined;
}

/** Whether resources of a type have an ARN that could be foreseen: without one they are nobody. */
export function needsArn(type: string): boolean {
  return Object.hasOwn(arns, type);
}
